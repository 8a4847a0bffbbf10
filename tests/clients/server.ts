// A server over TLS that the official clients reach as they reach the platform: by `https://localhost:<port>`. All servers
// of a run have the same authority, which run.mjs made and which this process and its children trust. What clients ask of
// the Management API is noted.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { type ServerOptions, startServer, type TestServer } from '../support/server.js';

const dataDir = process.env['GRANTRY_TEST_DATA_DIR'];
const REQUEST_STARTS = 'http.server.request.start';

export interface TlsServer extends TestServer {
  /** `localhost:<port>`, what clients call the domain. */
  readonly domain: string;
  /** The file that holds the authority's certificate. */
  readonly authorityFile: string;
  /** Every request to the Management API since the last call: `GET clients?page=0`. */
  requests(): readonly string[];
  /** Those of `requests()` that ask for a change. */
  writes(): readonly string[];
}

export async function startTlsServer(options: ServerOptions = {}): Promise<TlsServer> {
  if (dataDir === undefined) throw new Error('start these tests with `npm run test:clients`');
  const server = await startServer({
    ...options,
    env: { TLS: 'auto', PUBLIC_URL: 'https://localhost:0', DATA_DIR: dataDir },
  });
  const port = Number(new URL(server.url).port);
  let noted: string[] = [];
  const note = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage };
    const match = /^\/api\/v2\/(.*)$/.exec(request.url ?? '');
    if (match && request.socket.localPort === port) noted.push(`${request.method} ${match[1]}`);
  };
  subscribe(REQUEST_STARTS, note);
  const requests = (): readonly string[] => {
    const taken = noted;
    noted = [];
    return taken;
  };
  return {
    ...server,
    domain: server.tenant.domain,
    authorityFile: path.join(dataDir, 'tls/ca.pem'),
    requests,
    writes: () => requests().filter((request) => !request.startsWith('GET ')),
    async close() {
      unsubscribe(REQUEST_STARTS, note);
      await server.close();
    },
  };
}
