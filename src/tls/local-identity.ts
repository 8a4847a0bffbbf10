// TLS=auto: the authority and the server's certificate, kept in a directory. A certificate and its key are always one
// file, which is written aside and then put in its place whole, so that several processes can do this at once.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { type CertifiedKey, makeAuthority, makeServerCertificate } from './certificates.js';
import { createPrivateFile, replaceFile } from '../whole-file.js';
import type { TlsIdentitySource } from './identity.js';

const DAY_MS = 86_400_000;
const RENEW_SERVER_BEFORE_DAYS = 30;
/** It has to outlive whatever it vouches for. */
const RENEW_AUTHORITY_BEFORE_DAYS = 400;

/** Names that mean the machine itself: health checks and tests come this way whatever the public address is. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** @param directory where the files are kept. @param publicUrl the address that clients use. */
export function localIdentity(directory: string, publicUrl: URL): TlsIdentitySource {
  const host = publicUrl.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const hosts = [...new Set([host, ...LOOPBACK])];
  const files = {
    authority: path.join(directory, 'authority.pem'),
    server: path.join(directory, 'server.pem'),
    public: path.resolve(directory, 'ca.pem'),
  };
  return {
    authorityFile: files.public,
    async load(now) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const authority = await authorityFor(hosts, files.authority, now);
      if ((await textOf(files.public)) !== authority.certificate) {
        await replaceFile(files.public, authority.certificate, 0o644);
      }
      const kept = await readCertifiedKey(files.server);
      if (kept !== null && isServerOf(authority, hosts, kept, now)) return kept;
      const made = await makeServerCertificate(authority, hosts, now);
      await replaceFile(files.server, textFor(made), 0o600);
      return made;
    },
  };
}

async function authorityFor(hosts: readonly string[], file: string, now: Date): Promise<CertifiedKey> {
  const kept = await readCertifiedKey(file);
  if (kept !== null && isAuthorityFor(hosts, kept, now)) return kept;
  const made = `${hosts.join(' ')}\n${textFor(await makeAuthority(hosts, now))}`;
  // Of two first starts one wins, and the other takes what the winner made. Where one authority follows another, the last
  // one wins, and the others notice at their next look.
  if (kept === null && (await textOf(file)) === null) await createPrivateFile(file, made);
  else await replaceFile(file, made, 0o600);
  const winner = await readCertifiedKey(file);
  if (winner === null) throw new Error(`${file} cannot be read back`);
  return winner;
}

const lastsUntilAfter = (certificate: X509Certificate, now: Date, days: number): boolean =>
  Date.parse(certificate.validFrom) <= now.getTime() &&
  Date.parse(certificate.validTo) - now.getTime() > days * DAY_MS;

function isAuthorityFor(hosts: readonly string[], kept: KeptKey, now: Date): boolean {
  // The first line names the hosts that the certificate is constrained to.
  if (kept.heading !== hosts.join(' ')) return false;
  return lastsUntilAfter(new X509Certificate(kept.certificate), now, RENEW_AUTHORITY_BEFORE_DAYS);
}

function isServerOf(
  authority: CertifiedKey,
  hosts: readonly string[],
  { certificate }: CertifiedKey,
  now: Date,
): boolean {
  const server = new X509Certificate(certificate);
  return (
    lastsUntilAfter(server, now, RENEW_SERVER_BEFORE_DAYS) &&
    server.verify(new X509Certificate(authority.certificate).publicKey) &&
    hosts.every((host) => (isIP(host) === 0 ? server.checkHost(host) : server.checkIP(host)) !== undefined)
  );
}

const textFor = ({ certificate, privateKey }: CertifiedKey): string => `${certificate}${privateKey}`;

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

interface KeptKey extends CertifiedKey {
  /** What stands before the certificate. */
  readonly heading: string;
}

/** @returns null when the file is missing, or holds no certificate with its key: it is made again then. */
async function readCertifiedKey(file: string): Promise<KeptKey | null> {
  const text = await textOf(file);
  const parts =
    /^([^\n]*?)\n?(-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----\n)(-----BEGIN PRIVATE KEY-----.*)$/s.exec(
      text ?? '',
    );
  const [, heading = '', certificate = '', privateKey = ''] = parts ?? [];
  if (parts === null) return null;
  try {
    const isPair = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
    return isPair ? { heading, certificate, privateKey } : null;
  } catch {
    return null;
  }
}
