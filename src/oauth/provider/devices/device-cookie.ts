// What a paired browser is known by: a secret in a cookie that no script reads and that no other site's request carries.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';

/** A year without use, after which the device is paired again. */
const SECONDS = 365 * 86_400;
const FORM = /^[\w-]{43}$/;

const isSecure = ({ issuer }: Provider): boolean => issuer.startsWith('https:');
/** RFC 6265bis section 4.1.3.2: such a cookie is set by this host alone. */
const nameOf = (provider: Provider): string =>
  isSecure(provider) ? '__Host-grantry_device' : 'grantry_device';

/** @returns null for a browser that has none. */
export function deviceKeyOf(provider: Provider, req: IncomingMessage, res: ServerResponse): string | null {
  const value = provider.createContext(req, res).cookies.get(nameOf(provider), { signed: false });
  return value !== undefined && FORM.test(value) ? value : null;
}

/** With the answer to this request. */
export function keepDeviceKey(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
  deviceKey: string,
): void {
  const secure = isSecure(provider);
  const { cookies } = provider.createContext(req, res);
  cookies.secure = secure;
  cookies.set(nameOf(provider), deviceKey, {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure,
    signed: false,
    maxAge: SECONDS * 1000,
  });
}

/** What the forms of a paired browser send back. */
export const deviceCsrfToken = (deviceKey: string): string =>
  createHash('sha256').update(`device:${deviceKey}`).digest('base64url');

/** Compares in constant time. */
export function isOfDevice(token: string | null, deviceKey: string): boolean {
  const [sent, expected] = [Buffer.from(token ?? ''), Buffer.from(deviceCsrfToken(deviceKey))];
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}
