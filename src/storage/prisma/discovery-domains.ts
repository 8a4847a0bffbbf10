import type { DiscoveryDomain as Row, Prisma } from '../../generated/prisma/client.js';
import { newDiscoveryDomainId } from '../../domain/ids.js';
import type { DiscoveryDomain } from '../../domain/organization-parts.js';
import type { DiscoveryDomainReader, DiscoveryDomainWriter } from '../config.js';
import { list, createdAfter } from './listing.js';

type Db = Prisma.TransactionClient;

function toDomain({ seq, status, ...rest }: Row): DiscoveryDomain {
  void seq;
  return { ...rest, status: status as DiscoveryDomain['status'] };
}

export function discoveryDomainReader(db: Db): DiscoveryDomainReader {
  return {
    async find(organizationId, id) {
      const row = await db.discoveryDomain.findUnique({ where: { id, organizationId } });
      return row && toDomain(row);
    },
    async findByDomain(organizationId, domain) {
      const where = { organizationId_domain: { organizationId, domain } };
      const row = await db.discoveryDomain.findUnique({ where });
      return row && toDomain(row);
    },
    list(organizationId, window) {
      const where = { organizationId };
      const orderBy = { seq: 'asc' } as const;
      return list(
        window,
        {
          count: () => db.discoveryDomain.count({ where }),
          page: (part) => db.discoveryDomain.findMany({ where, orderBy, ...part }),
          after: (cursor, take) =>
            db.discoveryDomain.findMany({ where: { ...where, ...createdAfter(cursor) }, orderBy, take }),
          cursor: ({ seq }) => String(seq),
        },
        toDomain,
      );
    },
  };
}

export function discoveryDomainWriter(db: Db): DiscoveryDomainWriter {
  return {
    ...discoveryDomainReader(db),
    async create(domain) {
      return toDomain(await db.discoveryDomain.create({ data: { id: newDiscoveryDomainId(), ...domain } }));
    },
    async update(id, changes) {
      return toDomain(await db.discoveryDomain.update({ where: { id }, data: changes }));
    },
    async delete(id) {
      return (await db.discoveryDomain.deleteMany({ where: { id } })).count > 0;
    },
  };
}
