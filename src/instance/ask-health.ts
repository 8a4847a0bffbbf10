import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { json } from 'node:stream/consumers';
import type { Config } from '../config.js';

const PATIENCE_MS = 5000;

/** An address of this machine at which a server with that HOST listens. */
function nearest(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/**
 * Asks the server that a configuration starts on this machine how it is.
 *
 * @returns `ok`, or why it is not.
 */
export async function askHealth({ host, port, tls }: Config): Promise<string> {
  const at = {
    host: nearest(host),
    port,
    path: '/_grantry/health',
    signal: AbortSignal.timeout(PATIENCE_MS),
  };
  // The certificate is for the public host, and this is the way from the machine to itself; nothing secret is sent.
  const request = tls === null ? requestHttp(at) : requestHttps({ ...at, rejectUnauthorized: false });
  request.end();
  try {
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return (await json(answer)) instanceof Object && answer.statusCode === 200 ? 'ok' : 'unavailable';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
