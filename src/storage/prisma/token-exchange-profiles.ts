import type { Prisma, TokenExchangeProfile as Row } from '../../generated/prisma/client.js';
import { newTokenExchangeProfileId } from '../../domain/ids.js';
import type { TokenExchangeProfile } from '../../domain/token-exchange-profile.js';
import type { TokenExchangeProfileReader, TokenExchangeProfileWriter } from '../config.js';
import { createdAfter, list } from './listing.js';

type Db = Prisma.TransactionClient;

const toDomain = ({ seq: _seq, ...profile }: Row): TokenExchangeProfile => profile;

export function tokenExchangeProfileReader(db: Db): TokenExchangeProfileReader {
  const orderBy = { seq: 'asc' } as const;
  return {
    async find(id) {
      const row = await db.tokenExchangeProfile.findUnique({ where: { id } });
      return row && toDomain(row);
    },
    async findBySubjectTokenType(subjectTokenType) {
      const row = await db.tokenExchangeProfile.findUnique({ where: { subjectTokenType } });
      return row && toDomain(row);
    },
    list(window) {
      return list(
        window,
        {
          count: () => db.tokenExchangeProfile.count(),
          page: (part) => db.tokenExchangeProfile.findMany({ orderBy, ...part }),
          after: async (cursor, take) =>
            db.tokenExchangeProfile.findMany({ where: createdAfter(cursor), orderBy, take }),
          cursor: ({ seq }) => seq.toString(),
        },
        toDomain,
      );
    },
    async areFor(actionId) {
      return (await db.tokenExchangeProfile.count({ where: { actionId } })) > 0;
    },
  };
}

export function tokenExchangeProfileWriter(db: Db): TokenExchangeProfileWriter {
  return {
    ...tokenExchangeProfileReader(db),
    async create(profile, createdAt) {
      const data = { id: newTokenExchangeProfileId(), ...profile, createdAt, updatedAt: createdAt };
      return toDomain(await db.tokenExchangeProfile.create({ data }));
    },
    async update(id, changes, updatedAt) {
      const data = { ...changes, updatedAt };
      return toDomain(await db.tokenExchangeProfile.update({ where: { id }, data }));
    },
    async delete(id) {
      return (await db.tokenExchangeProfile.deleteMany({ where: { id } })).count > 0;
    },
  };
}
