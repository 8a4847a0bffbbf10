import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import { makeAuthority, makeServerCertificate } from '../../src/tls/certificates.js';
import { handshake, listening } from './handshake.js';

const NOW = new Date();
const DAY_MS = 86_400_000;
const daysOf = ({ validFrom, validTo }: X509Certificate): number =>
  (Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS;

/** The object identifier of an extension, as DER has it. */
const NAME_CONSTRAINTS = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x1e]);
/** And the `critical` that follows it. */
const CRITICAL = Buffer.from([0x01, 0x01, 0xff]);

test('the authority may sign servers, and nothing but the names that it is for', async () => {
  const authority = new X509Certificate((await makeAuthority(['localhost', '::1'], NOW)).certificate);
  expect(authority.ca).toBe(true);
  expect(authority.verify(authority.publicKey)).toBe(true);
  expect(authority.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(authority.raw.indexOf(Buffer.concat([NAME_CONSTRAINTS, CRITICAL]))).toBeGreaterThan(0);
  expect(daysOf(authority)).toBeGreaterThan(3600);
});

test('two authorities never have one name', async () => {
  const [one, two] = await Promise.all([
    makeAuthority(['localhost'], NOW),
    makeAuthority(['localhost'], NOW),
  ]);
  expect(new X509Certificate(one.certificate).subject).not.toBe(new X509Certificate(two.certificate).subject);
});

test("the server's certificate names its hosts, and lasts no longer than clients accept", async () => {
  const hosts = ['auth.example.com', 'localhost', '127.0.0.1', '::1'];
  const authority = await makeAuthority(hosts, NOW);
  const server = new X509Certificate((await makeServerCertificate(authority, hosts, NOW)).certificate);
  expect(server.subjectAltName).toBe(
    'DNS:auth.example.com, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  expect(server.ca).toBe(false);
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(server.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
  expect(daysOf(server)).toBeLessThanOrEqual(398);
  expect(Date.parse(server.validFrom)).toBeLessThan(NOW.getTime());
});

// RFC 5280 section 4.1.2.2. Go refuses negative ones.
test('serial numbers are positive, long and never the same', async () => {
  const authority = await makeAuthority(['localhost'], NOW);
  const serials = await Promise.all(
    Array.from(
      { length: 40 },
      async () =>
        new X509Certificate((await makeServerCertificate(authority, ['localhost'], NOW)).certificate)
          .serialNumber,
    ),
  );
  expect(new Set(serials).size).toBe(40);
  // Hexadecimal: a first digit above 7 would be a minus sign.
  for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
});

test.each([
  ['localhost', ['localhost'], 'a handshake'],
  ['localhost', ['another.example'], 'permitted subtree violation'],
  ['localhost', ['localhost', 'another.example'], 'permitted subtree violation'],
  ['localhost', ['127.0.0.1'], 'a handshake'],
  ['127.0.0.1', ['127.0.0.2'], 'permitted subtree violation'],
])('an authority for %s vouching for %j gets %s', async (permitted, hosts, expected) => {
  const authority = await makeAuthority([permitted], NOW);
  const { certificate, privateKey } = await makeServerCertificate(authority, hosts, NOW);
  const server = createServer({ cert: certificate, key: privateKey });
  const port = await listening(server);
  const outcome = await handshake(port, { ca: authority.certificate, servername: hosts[0] ?? '' });
  server.close();
  expect(typeof outcome === 'string' ? outcome : 'a handshake').toBe(expected);
});
