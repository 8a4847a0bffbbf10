// Who asks, as far as the connection tells, and the headers of proxies that are trusted.

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';
import type { ClientConnection } from './contract.js';

/** The platform keeps this many characters of a correlation id (management-api.md 1.1). */
const CORRELATION_ID_LENGTH = 64;
const USER_AGENT_LENGTH = 512;

const NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);

type Trust = (address: string, hop: number) => boolean;

/**
 * Whether an address is that of a trusted proxy.
 *
 * @param proxies addresses, subnets, or `loopback`, `linklocal`, `uniquelocal`.
 * @throws TypeError when one is none of these.
 */
export function trusting(proxies: readonly string[]): Trust {
  for (const proxy of proxies) {
    const [address = ''] = proxy.split('/');
    // The library reads "1" as an address, where other servers count proxies.
    if (isIP(address) === 0 && !NAMES.has(proxy)) throw new TypeError(`not an address: ${proxy}`);
  }
  return proxyAddr.compile([...proxies]);
}

const addresses = new WeakMap<IncomingMessage, string>();

/**
 * Finds out where a request comes from: from what its connection comes from or, where that is a trusted proxy, from the
 * nearest address in `X-Forwarded-For` that is none. To be called before anybody asks.
 */
export function learnAddress(req: IncomingMessage, isTrusted: Trust): void {
  const address = proxyAddr(req, isTrusted);
  // A proxy that passes on what is no address has not checked it.
  if (isIP(address) !== 0) addresses.set(req, address);
}

/** Makes one request come from where another one does. */
export function copyAddress(from: IncomingMessage, to: IncomingMessage): void {
  const address = addresses.get(from);
  if (address !== undefined) addresses.set(to, address);
}

export function connectionOf(req: IncomingMessage): ClientConnection {
  const correlationId = req.headers['x-correlation-id'];
  return {
    ip: addresses.get(req) ?? req.socket.remoteAddress ?? '',
    userAgent: req.headers['user-agent']?.slice(0, USER_AGENT_LENGTH) ?? null,
    correlationId: typeof correlationId === 'string' ? correlationId.slice(0, CORRELATION_ID_LENGTH) : null,
  };
}
