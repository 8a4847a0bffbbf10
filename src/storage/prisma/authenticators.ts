import type { Prisma, Authenticator as Row } from '../../generated/prisma/client.js';
import { newAuthenticatorId } from '../../domain/ids.js';
import type { Authenticator, AuthenticatorKind, NewAuthenticator } from '../../domain/second-factor.js';
import type { AuthenticatorReader, AuthenticatorWriter } from '../second-factors.js';
import type { Sealing } from './sealing.js';

type Db = Prisma.TransactionClient;

const secretPlace = (id: string): string => `authenticators/${id}/secret`;

function toDomain(row: Row): Authenticator {
  return {
    id: row.id,
    userId: row.userId,
    kind: row.kind as AuthenticatorKind,
    name: row.name,
    confirmedAt: row.confirmedAt,
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt,
  };
}

/** Of what has to be recognized, and never shown again. */
const digestOf = (sealing: Sealing, kind: AuthenticatorKind, secret: string): string =>
  sealing.nameOf(secret, `authenticators/${kind}`);

function proof(sealing: Sealing, id: string, authenticator: NewAuthenticator) {
  switch (authenticator.kind) {
    case 'totp':
      return { encryptedSecret: sealing.seal(authenticator.secret, secretPlace(id)) };
    case 'recovery-code':
      return { secretDigest: digestOf(sealing, 'recovery-code', authenticator.code) };
    case 'push':
      return {};
  }
}

export function authenticatorReader(db: Db, sealing: Sealing): AuthenticatorReader {
  return {
    async listOf(userId) {
      const rows = await db.authenticator.findMany({ where: { userId }, orderBy: { seq: 'asc' } });
      return rows.map(toDomain);
    },
    async find(userId, id) {
      const row = await db.authenticator.findFirst({ where: { id, userId } });
      return row && toDomain(row);
    },
    async findById(id) {
      const row = await db.authenticator.findUnique({ where: { id } });
      return row && toDomain(row);
    },
    async secretOf(id) {
      const row = await db.authenticator.findUnique({ where: { id }, select: { encryptedSecret: true } });
      const sealed = row?.encryptedSecret ?? null;
      return sealed && sealing.openText(sealed, secretPlace(id));
    },
    async pairedAs(deviceKey) {
      const where = { kind: 'push', secretDigest: digestOf(sealing, 'push', deviceKey) };
      return (await db.authenticator.findMany({ where, orderBy: { seq: 'asc' } })).map(toDomain);
    },
  };
}

export function authenticatorWriter(db: Db, sealing: Sealing): AuthenticatorWriter {
  /** The one that came with what has just been confirmed. */
  async function confirmRecoveryCode(id: string, confirmedAt: Date): Promise<void> {
    const row = await db.authenticator.findUnique({ where: { id }, select: { userId: true } });
    if (row === null) return;
    const where = { userId: row.userId, kind: 'recovery-code', confirmedAt: null };
    await db.authenticator.updateMany({ where, data: { confirmedAt } });
  }

  return {
    ...authenticatorReader(db, sealing),
    async create(authenticator) {
      const { userId, kind, name, confirmedAt, createdAt } = authenticator;
      const id = newAuthenticatorId(kind);
      if (kind === 'recovery-code') await db.authenticator.deleteMany({ where: { userId, kind } });
      const proven = proof(sealing, id, authenticator);
      return toDomain(
        await db.authenticator.create({
          data: { id, userId, kind, name, confirmedAt, createdAt, ...proven },
        }),
      );
    },
    async forgetUnfinished(userId) {
      await db.authenticator.deleteMany({ where: { userId, confirmedAt: null } });
      const others = await db.authenticator.count({ where: { userId, kind: { not: 'recovery-code' } } });
      if (others === 0) await db.authenticator.deleteMany({ where: { userId } });
    },
    async rename(id, name) {
      await db.authenticator.updateMany({ where: { id }, data: { name } });
    },
    async confirm(id, confirmedAt) {
      const where = { id, confirmedAt: null, kind: { not: 'push' } };
      const { count } = await db.authenticator.updateMany({ where, data: { confirmedAt } });
      if (count > 0) await confirmRecoveryCode(id, confirmedAt);
      return count > 0;
    },
    async pair(id, deviceKey, before, confirmedAt) {
      const secretDigest = digestOf(sealing, 'push', deviceKey);
      const where = { id, confirmedAt: null, kind: 'push' };
      const { count } = await db.authenticator.updateMany({ where, data: { confirmedAt, secretDigest } });
      if (count > 0) await confirmRecoveryCode(id, confirmedAt);
      if (count > 0 && before !== null) {
        const known = { kind: 'push', secretDigest: digestOf(sealing, 'push', before) };
        await db.authenticator.updateMany({ where: known, data: { secretDigest } });
      }
      return count > 0;
    },
    async takeRecoveryCode(userId, code) {
      const secretDigest = digestOf(sealing, 'recovery-code', code);
      const where = { userId, kind: 'recovery-code', secretDigest, confirmedAt: { not: null } };
      return (await db.authenticator.deleteMany({ where })).count > 0;
    },
    async delete(userId, id) {
      return (await db.authenticator.deleteMany({ where: { id, userId } })).count > 0;
    },
    async deleteAllOf(userId) {
      return (await db.authenticator.deleteMany({ where: { userId } })).count;
    },
  };
}
