import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localIdentity } from '../../src/tls/local-identity.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const later = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000);

let directory: string;
beforeEach(async () => {
  directory = path.join(await mkdtemp(path.join(tmpdir(), 'grantry-tls-')), 'tls');
});
afterEach(() => rm(path.dirname(directory), { recursive: true, force: true }));

const source = (url = 'https://auth.example.com') => localIdentity(directory, new URL(url));
const file = (name: string): Promise<string> => readFile(path.join(directory, name), 'utf8');
const x509 = (pem: string): X509Certificate => new X509Certificate(pem);

test('the first start makes an authority, its public certificate and a certificate for the server', async () => {
  const { certificate } = await source().load(NOW);
  expect((await readdir(directory)).toSorted()).toEqual(['authority.pem', 'ca.pem', 'server.pem']);
  expect(x509(certificate).verify(x509(await file('ca.pem')).publicKey)).toBe(true);
  expect(await file('authority.pem')).toContain(await file('ca.pem'));
  expect(await file('ca.pem')).not.toContain('PRIVATE KEY');
  expect(source().authorityFile).toBe(path.join(directory, 'ca.pem'));
});

test('only the owner can read what holds a private key', async () => {
  await source().load(NOW);
  const modes = await Promise.all(
    ['.', 'authority.pem', 'server.pem', 'ca.pem'].map(
      async (name) => (await stat(path.join(directory, name))).mode & 0o777,
    ),
  );
  expect(modes).toEqual([0o700, 0o600, 0o600, 0o644]);
});

test('later starts use what is there', async () => {
  const first = await source().load(NOW);
  const authority = await file('authority.pem');
  expect(await source().load(later(300))).toMatchObject({ certificate: first.certificate });
  expect(await file('authority.pem')).toBe(authority);
});

test('many first starts at once end with one authority, which vouches for each of them', async () => {
  const identities = await Promise.all(Array.from({ length: 8 }, () => source().load(NOW)));
  const authority = x509(await file('ca.pem'));
  for (const { certificate } of identities) {
    expect(x509(certificate).verify(authority.publicKey)).toBe(true);
  }
  expect((await readdir(directory)).toSorted()).toEqual(['authority.pem', 'ca.pem', 'server.pem']);
});

test('a month before it ends, the certificate is replaced, by the same authority', async () => {
  const first = await source().load(NOW);
  const ca = await file('ca.pem');
  const renewed = await source().load(later(370));
  expect(renewed.certificate).not.toBe(first.certificate);
  expect(Date.parse(x509(renewed.certificate).validTo)).toBeGreaterThan(later(370 + 390).getTime());
  expect(x509(renewed.certificate).verify(x509(ca).publicKey)).toBe(true);
  expect(await file('ca.pem')).toBe(ca);
});

test('an authority is replaced before it ends earlier than what it vouches for', async () => {
  await source().load(NOW);
  const ca = await file('ca.pem');
  const { certificate } = await source().load(later(3300));
  expect(await file('ca.pem')).not.toBe(ca);
  expect(x509(certificate).verify(x509(await file('ca.pem')).publicKey)).toBe(true);
});

test('a clock that was set back gets a certificate that is valid by it', async () => {
  await source().load(later(10));
  const { certificate } = await source().load(NOW);
  expect(Date.parse(x509(certificate).validFrom)).toBeLessThanOrEqual(NOW.getTime());
});

test('another public host gets an authority of its own, since the first is for the first host only', async () => {
  await source().load(NOW);
  const ca = await file('ca.pem');
  const { certificate } = await source('https://login.example.com').load(NOW);
  expect(await file('ca.pem')).not.toBe(ca);
  expect(x509(certificate).checkHost('login.example.com')).toBe('login.example.com');
  expect(x509(certificate).checkHost('auth.example.com')).toBeUndefined();
});

test.each(['authority.pem', 'server.pem', 'ca.pem'])('a damaged %s is made again', async (name) => {
  await source().load(NOW);
  const text = await file(name);
  for (const damaged of ['', 'nothing of use', text.slice(0, -100), text.replaceAll('A', 'B')]) {
    await writeFile(path.join(directory, name), damaged);
    const { certificate, privateKey } = await source().load(NOW);
    expect(x509(certificate).verify(x509(await file('ca.pem')).publicKey)).toBe(true);
    expect(privateKey).toContain('PRIVATE KEY');
    expect(await file(name)).not.toBe(damaged);
  }
});

test.each([
  ['https://auth.example.com:8443', 'DNS:auth.example.com, DNS:localhost'],
  ['https://AUTH.example.com.', 'DNS:auth.example.com, DNS:localhost'],
  ['https://bücher.example', 'DNS:xn--bcher-kva.example, DNS:localhost'],
  ['https://localhost:3000', 'DNS:localhost'],
  ['https://192.0.2.7', 'IP Address:192.0.2.7, DNS:localhost'],
  ['https://[2001:db8::7]', 'IP Address:2001:DB8:0:0:0:0:0:7, DNS:localhost'],
])('%s is among the names, and the machine itself', async (url, names) => {
  const { certificate } = await source(url).load(NOW);
  expect(x509(certificate).subjectAltName).toBe(`${names}, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1`);
});
