// The certificates of TLS=auto: an authority that can vouch for this server's own names and for nothing else, and what it
// vouches for. Their form is what the strictest of the usual clients ask for: Go's crypto/x509, OpenSSL (Node, curl) and
// Apple's limits on lifetimes.

import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { Extension } from '@peculiar/x509';

const DAY_MS = 86_400_000;
/** Clients whose clocks are behind ours have to find the certificate valid. */
const CLOCK_SKEW_MS = 3_600_000;
const AUTHORITY_DAYS = 3650;
/** Apple's clients accept at most 398 (https://support.apple.com/102028). */
const SERVER_DAYS = 396;

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate and its private key, both PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly privateKey: string;
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets. */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.toString('hex');
}

const validity = (now: Date, days: number) => ({
  notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
  notAfter: new Date(now.getTime() + days * DAY_MS),
});

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);

const pemOf = (key: webcrypto.CryptoKey): string =>
  KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }) as string;

/** RFC 5280 section 4.2.1.10: whoever trusts the authority trusts it for these names only. */
async function nameConstraints(hosts: readonly string[]): Promise<Extension> {
  const [{ Extension }, { AsnConvert }, asn1] = await Promise.all([
    import('@peculiar/x509'),
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-x509'),
  ]);
  const permitted = hosts.map((host) => {
    const name =
      isIP(host) === 0 ? { dNSName: host } : { iPAddress: `${host}/${isIP(host) === 4 ? 32 : 128}` };
    return new asn1.GeneralSubtree({ base: new asn1.GeneralName(name) });
  });
  const constraints = new asn1.NameConstraints({ permittedSubtrees: new asn1.GeneralSubtrees(permitted) });
  return new Extension(asn1.id_ce_nameConstraints, true, AsnConvert.serialize(constraints));
}

/** @param hosts the names and addresses that it can vouch for. */
export async function makeAuthority(hosts: readonly string[], now: Date): Promise<CertifiedKey> {
  const x509 = await import('@peculiar/x509');
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // A name of its own, since a machine can come to trust several of these.
      name: [{ CN: [`Grantry local authority ${randomBytes(4).toString('hex')}`] }],
      serialNumber: newSerialNumber(),
      ...validity(now, AUTHORITY_DAYS),
      keys,
      signingAlgorithm: EC,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        await nameConstraints(hosts),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificate: `${certificate.toString('pem')}\n`, privateKey: pemOf(keys.privateKey) };
}

/** @param hosts the names and addresses that the server is reached by. */
export async function makeServerCertificate(
  authority: CertifiedKey,
  hosts: readonly string[],
  now: Date,
): Promise<CertifiedKey> {
  const x509 = await import('@peculiar/x509');
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(authority.privateKey),
    EC,
    false,
    ['sign'],
  );
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: [{ CN: ['Grantry'] }],
      issuer: issuer.subjectName.toJSON(),
      serialNumber: newSerialNumber(),
      ...validity(now, SERVER_DAYS),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: EC,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(issuer, false, webcrypto),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificate: `${certificate.toString('pem')}\n`, privateKey: pemOf(keys.privateKey) };
}
