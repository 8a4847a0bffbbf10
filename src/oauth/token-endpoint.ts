// POST /oauth/token as a pipeline: parse, authenticate, decide, count, sign, log, answer. What every grant type needs is
// here, so that none can forget it.
//
// Facts about the configuration may come from a cache. The log row is written only while the configuration still is what
// was decided on; when it has moved on, the request is decided again on fresh facts. So a change of policy or grant is in
// force for the very next request, and the check costs nothing that the row would not (docs/decisions/0004-token-path.md).

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { JsonObject } from '../domain/json.js';
import type { LogType, NewLogEntry } from '../domain/log-entry.js';
import type { Tenant } from '../domain/tenant.js';
import type { TokenFacts, TokenSettings } from '../domain/token-facts.js';
import type { QuotaUse } from '../domain/token-quota.js';
import { connectionOf } from '../http/router.js';
import { decideAccess } from '../policy/decide-access.js';
import type { Decision } from '../policy/decision.js';
import type { PlatformChoices } from '../policy/platform-choices.js';
import { decideQuota, quotasFor } from '../policy/quota.js';
import type { Storage } from '../storage/storage.js';
import { lifetimeOf, mintAccessToken } from './access-token.js';
import { authenticateClient } from './client-authentication.js';
import {
  assertionReplayed,
  authenticationFailed,
  grantTypeUnsupported,
  type Reason,
  type Refusal,
  refusalFor,
  serverError,
} from './refusal.js';
import type { KeySet } from './signing-keys.js';
import { readTokenRequest, type TokenRequest } from './token-request.js';
import { grantTypes } from './vocabulary.js';

export interface TokenEndpointOptions {
  readonly storage: Storage;
  readonly tenant: Tenant;
  readonly keys: KeySet;
  readonly choices: PlatformChoices;
  readonly now: () => Date;
  readonly log: Logger;
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether answers name the rule that decided, in `Grantry-Reason`. */
  readonly reasonHeader: boolean;
}

type Granted = Extract<Decision, { granted: true }>;

/** What a request comes to, with what the log is told of it. */
type Outcome = {
  readonly facts: TokenFacts | null;
  /** The rows of the decision table that the request went through, in order. */
  readonly rules: readonly string[];
  /** What the last rule looked at, for people. */
  readonly because: string | null;
  readonly quotaUses: readonly QuotaUse[];
} & (
  | { readonly refusal: Refusal }
  | { readonly refusal: null; readonly decision: Granted; readonly settings: TokenSettings }
);

export type TokenEndpoint = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

export function tokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  let lastSocket: Socket | null = null;
  return async (req, res) => {
    // While one connection asks again and again, nobody else is there whom a signature on this thread would keep waiting.
    const isAlone = req.socket === lastSocket;
    lastSocket = req.socket;
    const answer = new Answer(res, options);
    try {
      const request = await readTokenRequest(req);
      if ('reason' in request) {
        const outcome: Outcome = { facts: null, rules: [], because: null, quotaUses: [], refusal: request };
        await options.storage.appendLog(logEntry(req, null, outcome, options));
        answer.refuse(request, []);
        return;
      }
      await issue(req, request, answer, { ...options, isAlone });
    } catch (error) {
      options.log.error({ err: error }, 'token request failed');
      if (!res.headersSent) answer.refuse(serverError(), []);
    }
  };
}

/** Decides, then signs and logs at once; starts over on fresh facts when the cached ones were out of date. */
async function issue(
  req: IncomingMessage,
  request: TokenRequest,
  answer: Answer,
  options: TokenEndpointOptions & { isAlone: boolean },
): Promise<void> {
  // What can be done once only stays done when the request is decided again.
  const once = new Once();
  for (const fresh of [false, true]) {
    const outcome = await decide(request, fresh, once, options);
    const { facts } = outcome;
    const signing = outcome.refusal ? null : sign(outcome.decision, outcome.settings, request, facts, options);
    // The signature is made on another thread, meanwhile the row is written.
    const [token, isCurrent] = await Promise.all([
      signing,
      options.storage.appendLog(logEntry(req, request, outcome, options), { ifCurrent: facts?.fresh === false }),
    ]);
    if (!isCurrent) continue;
    if (outcome.refusal) answer.refuse(outcome.refusal, outcome.quotaUses);
    else answer.grant(token ?? '', outcome.decision, lifetimeOf(outcome.settings), outcome.quotaUses);
    return;
  }
  throw new Error('an entry decided on fresh facts was not written');
}

/** Remembers the side effects of a request. */
class Once {
  #assertion: Promise<boolean> | null = null;
  #quotas: Promise<readonly QuotaUse[]> | null = null;

  useAssertion(use: () => Promise<boolean>): Promise<boolean> {
    return (this.#assertion ??= use());
  }

  takeFromQuotas(take: () => Promise<readonly QuotaUse[]>): Promise<readonly QuotaUse[]> {
    return (this.#quotas ??= take());
  }
}

async function decide(
  request: TokenRequest,
  fresh: boolean,
  once: Once,
  { storage, tenant, choices, now }: TokenEndpointOptions,
): Promise<Outcome> {
  const { clientId, organization } = request;
  const audience = request.audience === null ? null : tenant.canonical(request.audience);
  const facts = await storage.tokenFacts({ clientId, audience, organization }, { fresh });
  const refused = (refusal: Refusal, because: string | null, trace: readonly string[] = []): Outcome => ({
    facts,
    rules: trace,
    because,
    quotaUses: [],
    refusal,
  });

  const authentication = await authenticateClient(clientId, request.proof, facts?.authentication ?? null, tenant, now());
  if (!authentication.authenticated) return refused(authenticationFailed(), authentication.because);
  if (facts === null) return refused(authenticationFailed(), 'there is no such client');
  const { assertion } = authentication;
  if (assertion) {
    const isNew = await once.useAssertion(() => storage.useAssertion(clientId, assertion.jti, assertion.expiresAt));
    if (!isNew) return refused(assertionReplayed(), `jti ${assertion.jti} has been used before`);
  }

  if (request.grantType !== grantTypes.clientCredentials) return refused(grantTypeUnsupported(), null);
  const asked = { ...request, subjectType: 'client', audience } as const;
  const decision = decideAccess(asked, facts.access, choices);
  const rules = decision.trace.map(({ source }) => source);
  if (!decision.granted) {
    return refused(refusalFor(decision.denial, clientId), decision.trace.at(-1)?.because ?? null, rules);
  }
  // Fails closed: there is a decision about an API, so its settings are there.
  if (facts.token === null) return refused(serverError(), 'the API has no token settings', rules);

  const quotas = quotasFor(decision, clientId, facts.quotas);
  const quotaUses = quotas.length === 0 ? [] : await once.takeFromQuotas(() => storage.takeFromQuotas(quotas, now()));
  const quotaDenial = decideQuota(quotaUses);
  if (quotaDenial) {
    return { ...refused(refusalFor(quotaDenial, clientId), 'the quota is used up', [...rules, 'CC-15']), quotaUses };
  }
  return { facts, rules, because: null, quotaUses, refusal: null, decision, settings: facts.token };
}

function sign(
  decision: Granted,
  settings: TokenSettings,
  { clientId }: TokenRequest,
  facts: TokenFacts | null,
  { tenant, keys, now, isAlone }: TokenEndpointOptions & { isAlone: boolean },
): Promise<string> {
  const orgName = facts?.access.tenant.allowOrganizationNames ?? false;
  return mintAccessToken(decision, clientId, settings, { tenant, keys, now: now(), orgName, here: isAlone });
}

/** Values of a request end here in the log; they can be long, and columns have indexes. */
const MAX_LOGGED = 600;
const cut = (text: string | null): string | null => text && text.slice(0, MAX_LOGGED);

function logType(request: TokenRequest | null, isRefused: boolean): LogType {
  if (request !== null && request.grantType !== grantTypes.clientCredentials) return 'f';
  return isRefused ? 'feccft' : 'seccft';
}

/** The row for a request (design.md D7): what was asked for, what was decided, and why. */
function logEntry(
  req: IncomingMessage,
  request: TokenRequest | null,
  outcome: Outcome,
  { tenant, now }: TokenEndpointOptions,
): NewLogEntry {
  const { facts, refusal } = outcome;
  const client = connectionOf(req);
  const granted = refusal ? null : outcome.decision;
  const organization = granted?.organization;
  const details: JsonObject = {
    rules: outcome.rules,
    ...(outcome.because !== null && { because: outcome.because }),
    ...(granted && { client_grant_id: granted.clientGrantId }),
    ...(request?.scopes && { requested_scope: cut(request.scopes.join(' ')) }),
    ...(request?.organization && { requested_organization: cut(request.organization) }),
    ...(refusal && { error: refusal.error.error }),
  };
  return {
    date: now(),
    type: logType(request, refusal !== null),
    clientId: cut(request?.clientId ?? null),
    audience: cut(granted?.audience ?? request?.audience ?? facts?.access.tenant.defaultAudience ?? null),
    organizationId: organization?.id ?? null,
    reason: refusal?.reason ?? 'granted',
    configVersion: facts?.configVersion ?? null,
    data: {
      ...(refusal && { description: cut(refusal.error.description) }),
      ...(facts && { client_name: facts.access.client.name }),
      ip: client.ip,
      ...(client.userAgent !== null && { user_agent: client.userAgent }),
      hostname: tenant.domain,
      tenant_name: tenant.name,
      ...(granted && granted.scopes.length > 0 && { scope: granted.scopes.join(' ') }),
      ...(organization && { organization_name: organization.name }),
      details,
    },
  };
}

const QUOTA_HEADERS = { client: 'Auth0-Client-Quota-Limit', organization: 'Auth0-Organization-Quota-Limit' } as const;

/** How far quotas are used, in the form that the official SDKs read: `b=per_hour;q=100;r=99;t=3600`. */
function quotaHeaders(uses: readonly QuotaUse[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const of of ['client', 'organization'] as const) {
    const buckets = uses.filter((use) => use.of === of);
    if (buckets.length === 0) continue;
    headers[QUOTA_HEADERS[of]] = buckets
      .map(({ period, limit, remaining, resetSeconds }) => `b=${period};q=${limit};r=${remaining};t=${resetSeconds}`)
      .join(',');
  }
  return headers;
}

/** CC-15: what a client that was too quick is told. */
function exceededHeaders(uses: readonly QuotaUse[], now: Date): Record<string, string> {
  const exceeded = uses.find((use) => use.exceeded);
  if (exceeded === undefined) return {};
  return {
    'Retry-After': String(exceeded.resetSeconds),
    'X-RateLimit-Limit': String(exceeded.limit),
    'X-RateLimit-Remaining': '0',
    'X-RateLimit-Reset': String(Math.floor(now.getTime() / 1000) + exceeded.resetSeconds),
  };
}

/** Writes the one answer of a request. RFC 6749 section 5.1: no answer may be kept by a cache. */
class Answer {
  readonly #res: ServerResponse;
  readonly #options: TokenEndpointOptions;

  constructor(res: ServerResponse, options: TokenEndpointOptions) {
    this.#res = res;
    this.#options = options;
  }

  grant(token: string, { scopes }: Granted, lifetimeSeconds: number, quotaUses: readonly QuotaUse[]): void {
    const scope = scopes.length > 0 ? { scope: scopes.join(' ') } : {};
    const body = { access_token: token, ...scope, expires_in: lifetimeSeconds, token_type: 'Bearer' };
    this.#send(200, body, 'granted', quotaHeaders(quotaUses));
  }

  refuse({ reason, error }: Refusal, quotaUses: readonly QuotaUse[]): void {
    const { status, error: code, description, uri } = error;
    const body = { error: code, error_description: description, ...(uri !== undefined && { error_uri: uri }) };
    this.#send(status, body, reason, {
      ...quotaHeaders(quotaUses),
      ...exceededHeaders(quotaUses, this.#options.now()),
      // RFC 6749 section 5.2.
      ...(status === 401 && { 'WWW-Authenticate': `Basic realm="${this.#options.tenant.domain}"` }),
      // What is left of a body that was too long is not read.
      ...(status === 413 && { Connection: 'close' }),
    });
  }

  #send(status: number, body: object, reason: Reason, extra: Record<string, string>): void {
    const text = JSON.stringify(body);
    const { headers, reasonHeader } = this.#options;
    this.#res.writeHead(status, {
      ...headers,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
      Pragma: 'no-cache',
      ...(reasonHeader && { 'Grantry-Reason': reason }),
      ...extra,
    });
    this.#res.end(text);
  }
}
