import type { ServerResponse } from 'node:http';
import type { Tenant } from '../domain/tenant.js';
import type { QuotaUse } from '../domain/token-quota.js';
import type { Reason, Refusal } from './refusal.js';

export interface AnswerOptions {
  readonly tenant: Tenant;
  readonly now: () => Date;
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether answers name the rule that decided, in `Grantry-Reason`. */
  readonly reasonHeader: boolean;
}

const QUOTA_HEADERS = {
  client: 'Auth0-Client-Quota-Limit',
  organization: 'Auth0-Organization-Quota-Limit',
} as const;

/** How far quotas are used, in the form that the official SDKs read: `b=per_hour;q=100;r=99;t=3600`. */
function quotaHeaders(uses: readonly QuotaUse[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const subject of ['client', 'organization'] as const) {
    const buckets = uses.filter((use) => use.of === subject);
    if (buckets.length === 0) continue;
    headers[QUOTA_HEADERS[subject]] = buckets
      .map(
        ({ period, limit, remaining, resetSeconds }) =>
          `b=${period};q=${limit};r=${remaining};t=${resetSeconds}`,
      )
      .join(',');
  }
  return headers;
}

/** CC-15: what a client that was too quick is told: to wait until no quota is used up any more. */
function exceededHeaders(uses: readonly QuotaUse[], now: Date): Record<string, string> {
  const [longest] = uses.filter((use) => use.exceeded).sort((a, b) => b.resetSeconds - a.resetSeconds);
  if (longest === undefined) return {};
  return {
    'Retry-After': String(longest.resetSeconds),
    'X-RateLimit-Limit': String(longest.limit),
    'X-RateLimit-Remaining': '0',
    'X-RateLimit-Reset': String(Math.floor(now.getTime() / 1000) + longest.resetSeconds),
  };
}

const fixedHeaders = new WeakMap<AnswerOptions['headers'], readonly string[]>();

/** Headers that every answer has, names and values in turn: Node takes them so without looking each of them up. */
function fixed(headers: AnswerOptions['headers']): readonly string[] {
  const before = fixedHeaders.get(headers);
  if (before !== undefined) return before;
  const all = {
    ...headers,
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
  };
  const lines = Object.entries(all).flat();
  fixedHeaders.set(headers, lines);
  return lines;
}

/** Writes the one answer of a request. RFC 6749 section 5.1: no answer may be kept by a cache. */
export class TokenAnswer {
  readonly #res: ServerResponse;
  readonly #options: AnswerOptions;
  #origin: string | null = null;

  constructor(res: ServerResponse, options: AnswerOptions) {
    this.#res = res;
    this.#options = options;
  }

  /** Lets pages of an origin read the answer. @param origin null: of none. */
  readableBy(origin: string | null): void {
    this.#origin = origin;
  }

  grant(body: object, quotaUses: readonly QuotaUse[]): void {
    this.#send(200, body, 'granted', quotaHeaders(quotaUses));
  }

  refuse({ reason, error }: Refusal, quotaUses: readonly QuotaUse[]): void {
    const { status, error: code, description, uri, more } = error;
    const body = {
      error: code,
      error_description: description,
      ...(uri !== undefined && { error_uri: uri }),
      ...more,
    };
    this.#send(status, body, reason, {
      ...quotaHeaders(quotaUses),
      ...exceededHeaders(quotaUses, this.#options.now()),
      // RFC 6749 section 5.2.
      ...(status === 401 && { 'WWW-Authenticate': `Basic realm="${this.#options.tenant.domain}"` }),
      ...(status === 405 && { Allow: 'POST' }),
      // What is left of a body that was too long is not read.
      ...(status === 413 && { Connection: 'close' }),
    });
  }

  #send(status: number, body: object, reason: Reason, extra: Record<string, string>): void {
    const text = JSON.stringify(body);
    const { headers, reasonHeader } = this.#options;
    const lines = [...fixed(headers), 'Content-Length', String(Buffer.byteLength(text))];
    if (this.#origin !== null) lines.push('Access-Control-Allow-Origin', this.#origin, 'Vary', 'Origin');
    if (reasonHeader) lines.push('Grantry-Reason', reason);
    for (const line of Object.entries(extra)) lines.push(...line);
    this.#res.writeHead(status, lines);
    this.#res.end(text);
  }
}
