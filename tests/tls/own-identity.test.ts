import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '../../src/config.js';
import { makeAuthority, makeServerCertificate } from '../../src/tls/certificates.js';
import { ownIdentity } from '../../src/tls/own-identity.js';

const NOW = new Date();
const authority = await makeAuthority(['localhost'], NOW);
const own = await makeServerCertificate(authority, ['localhost'], NOW);
const other = await makeServerCertificate(authority, ['localhost'], NOW);

let directory: string;
let files: { certificate: string; key: string };
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'grantry-tls-'));
  files = { certificate: path.join(directory, 'cert.pem'), key: path.join(directory, 'key.pem') };
  await writeFile(files.certificate, own.certificate + authority.certificate);
  await writeFile(files.key, own.privateKey);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function mistakes(): Promise<string[]> {
  try {
    await ownIdentity(files).load(NOW);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

test('the files are used as they are, with the certificates that lead to their authority', async () => {
  const { certificate, privateKey } = await ownIdentity(files).load(NOW);
  expect(certificate).toBe(own.certificate + authority.certificate);
  expect(privateKey).toBe(own.privateKey);
});

test('files that were replaced are read again', async () => {
  const source = ownIdentity(files);
  await source.load(NOW);
  await writeFile(files.certificate, other.certificate);
  await writeFile(files.key, other.privateKey);
  expect((await source.load(NOW)).certificate).toBe(other.certificate);
});

test('missing files are all named', async () => {
  await rm(files.certificate);
  await rm(files.key);
  expect(await mistakes()).toEqual([
    `TLS_CERT cannot be read: ENOENT (it is ${JSON.stringify(files.certificate)})`,
    `TLS_KEY cannot be read: ENOENT (it is ${JSON.stringify(files.key)})`,
  ]);
});

test('a key of another certificate is refused', async () => {
  await writeFile(files.key, other.privateKey);
  expect(await mistakes()).toEqual(['TLS_KEY is not the key of the certificate in TLS_CERT']);
});

test('files in the wrong places are refused', async () => {
  [files.certificate, files.key] = [files.key, files.certificate];
  expect(await mistakes()).toEqual([
    expect.stringMatching(/^TLS_CERT does not hold a certificate in PEM/),
    expect.stringMatching(/^TLS_KEY does not hold a private key in PEM, without a password/),
  ]);
});

test('a key with a password is refused, and nothing of it is repeated', async () => {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hidden' },
  });
  await writeFile(files.key, privateKey);
  const [mistake] = await mistakes();
  expect(mistake).toMatch(/^TLS_KEY does not hold a private key in PEM, without a password/);
  expect(mistake).not.toContain(privateKey.split('\n')[1]);
});
