import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Tenant } from '../../domain/tenant.js';
import { copyAddress } from '../../http/connection.js';
import { mediaTypeOf } from '../../http/media-type.js';
import { pageHeaders } from '../../pages/security-policy.js';

/**
 * Gives a request to the library. What it sees is a request of its own making:
 *
 * - to this server's public address, whatever host or proxy header the client sent, since the library makes addresses
 *   of them;
 * - without client credentials, which have been checked;
 * - with parameters in the protocol's words (`asked.ts`).
 *
 * @param given.query replaces the query, and the body if there was one.
 * @param given.form replaces the body, as a form.
 * @param given.prepare is given what the library sees before it sees it.
 */
export function handOver(
  library: (req: IncomingMessage, res: ServerResponse) => Promise<unknown>,
  req: IncomingMessage,
  res: ServerResponse,
  tenant: Tenant,
  given: {
    readonly query?: URLSearchParams;
    readonly form?: URLSearchParams;
    readonly prepare?: (own: IncomingMessage) => void;
  },
): Promise<unknown> {
  const { protocol, host } = new URL(tenant.issuer);
  const [path = '/'] = (req.url ?? '/').split('?');
  const own = new IncomingMessage(req.socket);
  own.method = given.query === undefined ? (req.method ?? 'GET') : 'GET';
  own.httpVersion = req.httpVersion;
  own.url = given.query === undefined ? (req.url ?? '/') : `${path}?${given.query.toString()}`;
  const kept = { ...req.headers };
  for (const name of Object.keys(kept)) {
    if (name.startsWith('x-forwarded-') || DROPPED.has(name)) delete kept[name];
  }
  const body = given.form?.toString();
  own.headers = {
    ...kept,
    host,
    'x-forwarded-proto': protocol.slice(0, -1),
    ...(body !== undefined && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }),
  };
  if (body !== undefined) own.push(body);
  own.push(null);
  // An incomplete one takes its socket with it.
  own.complete = true;
  copyAddress(req, own);
  given.prepare?.(own);
  return library(own, res);
}

const DROPPED = new Set([
  'authorization',
  'forwarded',
  'content-length',
  'content-type',
  'transfer-encoding',
]);

/** Form parameters of a browser's request. */
const MAX_FORM_BYTES = 57_344;

/**
 * Reads a form; null when it is too long or no form. What is too long is read to its end and not kept: a connection that is
 * closed half-way takes the answer with it. Rejects when the client goes away.
 */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams | null> {
  if (mediaTypeOf(req) !== 'application/x-www-form-urlencoded') return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_FORM_BYTES) chunks.push(chunk);
  }
  if (length > MAX_FORM_BYTES) return null;
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

export const queryOf = (req: IncomingMessage): URLSearchParams =>
  new URLSearchParams((req.url ?? '').split('?').slice(1).join('?'));

export function sendPage(res: ServerResponse, status: number, page: string): void {
  res.writeHead(status, pageHeaders());
  res.end(page);
}
