import type { Prisma } from '../../generated/prisma/client.js';
import type { RsaAlgorithm } from '../../domain/signing-key.js';
import type { SigningKeyReader, SigningKeyWriter } from '../config.js';
import { publicJwk } from './json-columns.js';
import type { Sealing } from './sealing.js';

type Db = Prisma.TransactionClient;

const privateKeyPlace = (kid: string): string => `signing_keys/${kid}/private_key`;

export function signingKeyReader(db: Db, sealing: Sealing): SigningKeyReader {
  return {
    async list() {
      const rows = await db.signingKey.findMany({ orderBy: [{ createdAt: 'asc' }, { algorithm: 'asc' }] });
      return rows.map((row) => ({
        kid: row.kid,
        algorithm: row.algorithm as RsaAlgorithm,
        publicJwk: publicJwk.parse(row.publicJwk),
        certificate: row.certificate,
        pkcs7: row.pkcs7,
        privateKey: sealing.open(row.encryptedPrivateKey, privateKeyPlace(row.kid)),
      }));
    },
  };
}

export function signingKeyWriter(db: Db, sealing: Sealing): SigningKeyWriter {
  return {
    ...signingKeyReader(db, sealing),
    async create({ privateKey, publicJwk, ...plain }) {
      const encryptedPrivateKey = sealing.seal(privateKey, privateKeyPlace(plain.kid));
      await db.signingKey.create({ data: { ...plain, publicJwk: { ...publicJwk }, encryptedPrivateKey } });
    },
  };
}
