// Keys and certificates, made once for all tests that only need one.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  webcrypto,
} from 'node:crypto';
import * as x509 from '@peculiar/x509';

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

function rsa(modulusLength: number): { publicPem: string; privatePem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return {
    publicPem: pemOf(publicKey),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

export const rsaKey = rsa(2048);
export const otherRsaKey = rsa(2048);
export const smallRsaKey = rsa(1024);
export const ecPublicPem = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);

/** RFC 7517: the public half of a key in PEM. */
export const jwkOf = (publicPem: string) => createPublicKey(publicPem).export({ format: 'jwk' });

const certificateSubject = 'CN=client.example, O=Example';
export const certificateExpiry = new Date('2031-05-06T07:08:09.000Z');

/** A self-signed certificate of `rsaKey`. */
export async function selfSignedCertificate(): Promise<string> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const der = (key: KeyObject, type: 'spki' | 'pkcs8'): Uint8Array<ArrayBuffer> =>
    new Uint8Array(key.export({ type: type as 'pkcs8', format: 'der' }));
  const keys = {
    publicKey: await webcrypto.subtle.importKey(
      'spki',
      der(createPublicKey(rsaKey.publicPem), 'spki'),
      algorithm,
      true,
      ['verify'],
    ),
    privateKey: await webcrypto.subtle.importKey(
      'pkcs8',
      der(createPrivateKey(rsaKey.privatePem), 'pkcs8'),
      algorithm,
      true,
      ['sign'],
    ),
  };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '0a',
    name: certificateSubject,
    notBefore: new Date('2021-01-01T00:00:00.000Z'),
    notAfter: certificateExpiry,
    signingAlgorithm: algorithm,
    keys,
  });
  return certificate.toString('pem');
}
