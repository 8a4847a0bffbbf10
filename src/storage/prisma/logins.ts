import { z } from 'zod';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.js';
import { DATABASE_STRATEGY } from '../../domain/connection.js';
import type { NewLogEntry } from '../../domain/log-entry.js';
import { type AddressLimits, exchangeAddress } from '../../domain/login.js';
import type { Admission, ConnectionChoice, LoginStore } from '../logins.js';
import type { Sealing } from './sealing.js';
import { toDomain as toUser } from './users.js';

type Db = Prisma.TransactionClient;

/** Runs what is no change of the configuration, and writes its log entry with it: both happen, or neither. */
export type Logged = <T>(work: (db: Db) => Promise<T>, entry: NewLogEntry | null) => Promise<T>;

const later = (now: Date, seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();

/** An address that is relieved later than this has as many failures as it may have. */
const latestRelief = ({ failuresPerAddress, forgiveSeconds }: AddressLimits, now: Date): Date =>
  new Date(now.getTime() + (failuresPerAddress - 1) * forgiveSeconds * 1000);

const admitted = z.tuple([z.object({ by_address: z.number(), by_identifier: z.number() })]);

function choice(clientId: string, which: ConnectionChoice): Prisma.ConnectionWhereInput {
  const enabled = { clients: { some: { clientId } } };
  const domain = { isDomainConnection: true };
  return { enabled, domain, either: { OR: [enabled, domain] } }[which];
}

const select = { id: true, name: true, strategy: true } as const;

export function loginStore(db: PrismaClient, sealing: Sealing, logged: Logged): LoginStore {
  const digestOf = (identifier: string): string => sealing.nameOf(identifier, 'login_failures/identifier');

  return {
    // One statement, and the address first here as where an attempt succeeds: so none wait for each other in a ring.
    async admit({ identifier, address }, limits, now): Promise<Admission> {
      const { failuresPerIdentifier, blockSeconds, forgiveSeconds } = limits;
      const [counted] = admitted.parse(
        await db.$queryRaw`
          WITH by_address AS (
            INSERT INTO login_addresses AS a (address, relieved_at)
            VALUES (${address}, ${later(now, forgiveSeconds)}::timestamptz)
            ON CONFLICT (address) DO UPDATE
              SET relieved_at = greatest(a.relieved_at, ${now.toISOString()}::timestamptz)
                + make_interval(secs => ${forgiveSeconds}::integer)
              WHERE a.relieved_at <= ${latestRelief(limits, now).toISOString()}::timestamptz
            RETURNING address
          ), by_identifier AS (
            INSERT INTO login_failures AS f (identifier_digest, address, failures, expires_at)
            SELECT ${digestOf(identifier)}, address, 1, ${later(now, blockSeconds)}::timestamptz FROM by_address
            ON CONFLICT (identifier_digest, address) DO UPDATE
              SET failures = CASE WHEN f.expires_at <= ${now.toISOString()}::timestamptz THEN 1 ELSE f.failures + 1 END,
                expires_at = EXCLUDED.expires_at
              WHERE f.failures < ${failuresPerIdentifier}::integer OR f.expires_at <= ${now.toISOString()}::timestamptz
            RETURNING address
          )
          SELECT (SELECT count(*) FROM by_address)::integer AS by_address,
            (SELECT count(*) FROM by_identifier)::integer AS by_identifier`,
      );
      if (counted.by_address === 0) return 'address_blocked';
      return counted.by_identifier === 0 ? 'identifier_blocked' : 'admitted';
    },

    async succeeded({ identifier, address }, { forgiveSeconds }, now, login) {
      await db.$executeRaw`
        WITH by_address AS (
          UPDATE login_addresses SET relieved_at = relieved_at - make_interval(secs => ${forgiveSeconds}::integer)
          WHERE address = ${address} RETURNING address
        ), by_identifier AS (
          DELETE FROM login_failures
          WHERE identifier_digest = ${digestOf(identifier)} AND address = ${address}
            AND (SELECT count(*) FROM by_address) >= 0
          RETURNING address
        )
        UPDATE users
        SET last_login = ${now.toISOString()}::timestamptz, last_ip = ${login?.ip ?? null},
          logins_count = coalesce(logins_count, 0) + 1
        WHERE user_id = ${login?.userId ?? null} AND (SELECT count(*) FROM by_identifier) >= 0`;
    },

    async findUser(connections, identifier) {
      const rows = await db.user.findMany({
        where: {
          connection: { in: [...connections] },
          provider: DATABASE_STRATEGY,
          OR: [{ email: identifier }, { username: identifier }],
        },
      });
      const place = ({ connection, email }: (typeof rows)[number]): number =>
        2 * connections.indexOf(connection) + (email === identifier ? 0 : 1);
      const [first] = rows.sort((a, b) => place(a) - place(b));
      return first ? { user: toUser(first), passwordHash: first.passwordHash } : null;
    },

    async renewHash(userId, from, to) {
      await db.user.updateMany({ where: { userId, passwordHash: from }, data: { passwordHash: to } });
    },

    connectionsOfClient(clientId, which) {
      return db.connection.findMany({ where: choice(clientId, which), select, orderBy: { seq: 'asc' } });
    },

    async connectionsOfOrganization(organizationId, { onlyDomain }) {
      const rows = await db.organizationConnection.findMany({
        where: {
          organizationId,
          isEnabled: true,
          ...(onlyDomain && { connection: { isDomainConnection: true } }),
        },
        select: { connection: { select } },
        orderBy: { seq: 'asc' },
      });
      return rows.map(({ connection }) => connection);
    },

    async blockedAddresses(identifier, { failuresPerIdentifier }, now) {
      const rows = await db.loginFailures.findMany({
        where: {
          identifierDigest: digestOf(identifier),
          failures: { gte: failuresPerIdentifier },
          expiresAt: { gt: now },
        },
        orderBy: { address: 'asc' },
      });
      return rows.map(({ address }) => address);
    },

    async isAddressBlocked(address, limits, now) {
      const row = await db.loginAddress.findUnique({ where: { address } });
      return row !== null && row.relievedAt > latestRelief(limits, now);
    },

    async addressFailed(address, { forgiveSeconds }, now) {
      await db.$executeRaw`
        INSERT INTO login_addresses AS a (address, relieved_at)
        VALUES (${address}, ${later(now, forgiveSeconds)}::timestamptz)
        ON CONFLICT (address) DO UPDATE
          SET relieved_at = greatest(a.relieved_at, ${now.toISOString()}::timestamptz)
            + make_interval(secs => ${forgiveSeconds}::integer)`;
    },

    async count(name, limits, now) {
      const counted = await db.$executeRaw`
        INSERT INTO login_addresses AS a (address, relieved_at)
        VALUES (${name}, ${later(now, limits.forgiveSeconds)}::timestamptz)
        ON CONFLICT (address) DO UPDATE
          SET relieved_at = greatest(a.relieved_at, ${now.toISOString()}::timestamptz)
            + make_interval(secs => ${limits.forgiveSeconds}::integer)
          WHERE a.relieved_at <= ${latestRelief(limits, now).toISOString()}::timestamptz`;
      return counted > 0;
    },

    async uncount(name, { forgiveSeconds }) {
      await db.$executeRaw`
        UPDATE login_addresses SET relieved_at = relieved_at - make_interval(secs => ${forgiveSeconds}::integer)
        WHERE address = ${name}`;
    },

    async useStep(id, step, lastUsedAt) {
      const where = { id, OR: [{ lastStep: null }, { lastStep: { lt: step } }] };
      const { count } = await db.authenticator.updateMany({ where, data: { lastStep: step, lastUsedAt } });
      return count > 0;
    },

    async usedAuthenticator(id, lastUsedAt) {
      await db.authenticator.updateMany({ where: { id }, data: { lastUsedAt } });
    },

    async unblockIdentifiers(identifiers, entry) {
      const where = { identifierDigest: { in: identifiers.map(digestOf) } };
      await logged((tx) => tx.loginFailures.deleteMany({ where }), entry);
    },

    async unblockAddress(address, entry) {
      const where = { address: { in: [address, exchangeAddress(address)] } };
      await logged((tx) => tx.loginAddress.deleteMany({ where }), entry);
    },
  };
}
