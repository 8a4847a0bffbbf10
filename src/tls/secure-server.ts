import { createServer, type Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { TlsIdentity, TlsIdentitySource } from './identity.js';

const HOUR_MS = 3_600_000;

/** TLS 1.3, and of TLS 1.2 what RFC 9325 section 4.2 recommends: forward secrecy and AEAD only. */
const MODERN: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
};

const contextOf = ({ certificate, privateKey }: TlsIdentity): SecureContextOptions => ({
  ...MODERN,
  cert: certificate,
  key: privateKey,
});

export interface SecureServer {
  readonly server: Server;
  /** Asks for the identity again, and shows it from the next connection on if it is another. */
  renew(): Promise<void>;
}

/**
 * An HTTPS server whose certificate stays valid: it looks for a new one every hour.
 *
 * @param onFailure hears of an identity that could not be loaded; the one before it stays in use.
 */
export async function createSecureServer(
  source: TlsIdentitySource,
  now: () => Date,
  onFailure: (error: unknown) => void,
): Promise<SecureServer> {
  let current = await source.load(now());
  const server = createServer(contextOf(current));
  const renew = async (): Promise<void> => {
    try {
      const next = await source.load(now());
      if (next.certificate === current.certificate && next.privateKey === current.privateKey) return;
      server.setSecureContext(contextOf(next));
      current = next;
    } catch (error) {
      onFailure(error);
    }
  };
  const timer = setInterval(() => void renew(), HOUR_MS).unref();
  server.once('close', () => clearInterval(timer));
  return { server, renew };
}
