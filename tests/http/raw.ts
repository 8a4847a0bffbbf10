// Requests as they are, without a client that tidies up addresses, headers or bodies.

import { type IncomingHttpHeaders, request } from 'node:http';
import { allScopes, type TestServer } from '../support/server.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface RawRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** Several parts are sent in chunks, without saying how long the body is. */
  readonly body?: string | Buffer | readonly (string | Buffer)[];
}

/** @param path everything after the host, as it is. */
export function raw(server: TestServer, path: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(server.url);
  const { method = 'GET', headers = {}, body } = options;
  const chunks = Array.isArray(body) ? (body as readonly (string | Buffer)[]) : null;
  const whole = chunks === null && body !== undefined ? Buffer.from(body as string) : null;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        method,
        path,
        agent: false,
        headers: { ...(whole && { 'Content-Length': String(whole.length) }), ...headers },
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (data: string) => {
          text += data;
        });
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
        });
      },
    );
    outgoing.on('error', reject);
    for (const chunk of chunks ?? []) outgoing.write(chunk);
    outgoing.end(whole ?? undefined);
  });
}

/** The same with a token that has every scope, and JSON announced. */
export async function rawApi(
  server: TestServer,
  path: string,
  { headers = {}, ...options }: RawRequest = {},
): Promise<RawAnswer> {
  const token = await server.tokenWith(...allScopes);
  return raw(server, `/api/v2/${path}`, {
    ...options,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
  });
}

/** What no answer may hold: traces, paths of files, names of what works inside. */
export const INSIDES = /\bat .+:\d+:\d+|node_modules|\.[jt]s\b|prisma|postgres|pglite|ajv|openapi|SQLSTATE/i;

/** Status and parsed body, to compare both at once. */
export const parsed = ({ status, text }: RawAnswer): { status: number; body: unknown } => ({
  status,
  body: text === '' ? null : (JSON.parse(text) as unknown),
});
