import { X509Certificate } from 'node:crypto';
import { makeAuthority, makeServerCertificate } from '../../src/tls/certificates.js';
import type { TlsIdentity } from '../../src/tls/identity.js';
import { createSecureServer, type SecureServer } from '../../src/tls/secure-server.js';
import { handshake, listening } from './handshake.js';

const NOW = new Date();
const authority = await makeAuthority(['localhost'], NOW);
const newIdentity = (): Promise<TlsIdentity> => makeServerCertificate(authority, ['localhost'], NOW);
const serialOf = ({ certificate }: TlsIdentity): string => new X509Certificate(certificate).serialNumber;

let identity: TlsIdentity | Error;
let failures: unknown[];
let secure: SecureServer;
let port: number;
beforeEach(async () => {
  identity = await newIdentity();
  failures = [];
  const load = async (): Promise<TlsIdentity> => {
    if (identity instanceof Error) throw identity;
    return identity;
  };
  secure = await createSecureServer(
    { load, authorityFile: null },
    () => NOW,
    (error) => failures.push(error),
  );
  port = await listening(secure.server);
});
afterEach(() => {
  secure.server.close();
});

const shown = async (): Promise<string> => {
  const outcome = await handshake(port, { ca: authority.certificate });
  return typeof outcome === 'string' ? outcome : outcome.serialNumber;
};

test.each([
  [{ minVersion: 'TLSv1.3' }, 'TLSv1.3'],
  [{ maxVersion: 'TLSv1.2' }, 'TLSv1.2'],
] as const)('a client with %j is served', async (versions, protocol) => {
  expect(await handshake(port, { ca: authority.certificate, ...versions })).toMatchObject({ protocol });
});

// RFC 8996: TLS 1.0 and 1.1 must not be used. The security level lets the client itself offer them.
test.each(['TLSv1', 'TLSv1.1'] as const)('a client that has %s at most is refused', async (version) => {
  const outcome = await handshake(port, {
    ca: authority.certificate,
    minVersion: version,
    maxVersion: version,
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  expect(outcome).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
});

test.each([
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-ECDSA-AES256-SHA384',
  'AES128-GCM-SHA256',
])('a client that has no AEAD with forward secrecy is refused: %s', async (ciphers) => {
  const outcome = await handshake(port, { ca: authority.certificate, maxVersion: 'TLSv1.2', ciphers });
  expect(outcome).toMatch(/HANDSHAKE_FAILURE/);
});

test('a new identity is shown from the next connection on', async () => {
  const first = identity as TlsIdentity;
  expect(await shown()).toBe(serialOf(first));
  identity = await newIdentity();
  await secure.renew();
  expect(await shown()).toBe(serialOf(identity));
  expect(await shown()).not.toBe(serialOf(first));
});

test('after a renewal old versions are refused as before', async () => {
  identity = await newIdentity();
  await secure.renew();
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  expect(await handshake(port, { ca: authority.certificate, ...old })).toMatch(/PROTOCOL_VERSION/);
});

test('while a new identity cannot be loaded, the one before it stays, and the failure is told', async () => {
  const first = identity as TlsIdentity;
  const missing = (identity = new Error('no such file'));
  await secure.renew();
  expect(await shown()).toBe(serialOf(first));
  expect(failures).toEqual([missing]);
});

test('an identity that is no certificate does not end the server', async () => {
  const first = identity as TlsIdentity;
  identity = { certificate: 'nonsense', privateKey: 'nonsense' };
  await secure.renew();
  expect(await shown()).toBe(serialOf(first));
  expect(failures).toHaveLength(1);
});
