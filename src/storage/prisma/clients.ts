import type {
  Client as Row,
  ClientCredential as CredentialRow,
  Prisma,
} from '../../generated/prisma/client.js';
import type {
  Client,
  ClientChanges,
  ClientCredential,
  CredentialType,
  KeyAuthenticationMethod,
  NewClient,
  NewClientCredential,
  TokenEndpointAuthMethod,
} from '../../domain/client.js';
import type { ClientFilter, ClientReader, ClientWriter } from '../config.js';
import { fromColumn, jsonObject, toColumn, tokenQuota } from './json-columns.js';
import { list, createdAfter } from './listing.js';
import { insertRows } from './insert-rows.js';
import { inOneStatement } from './one-statement.js';
import type { Sealing } from './sealing.js';

type Db = Prisma.TransactionClient;

/** Where a client secret is sealed for. */
export const clientSecretPlace = (clientId: string): string => `clients/${clientId}/secret`;

export function toDomain(row: Row, sealing: Sealing): Client {
  return {
    clientId: row.clientId,
    name: row.name,
    isGlobal: row.isGlobal,
    isFirstParty: row.isFirstParty,
    thirdPartySecurityMode: row.thirdPartySecurityMode,
    externalMetadataType: row.externalMetadataType as Client['externalMetadataType'],
    appType: row.appType,
    grantTypes: row.grantTypes,
    secret: sealing.openText(row.encryptedSecret, clientSecretPlace(row.clientId)),
    tokenEndpointAuthMethod: row.tokenEndpointAuthMethod as TokenEndpointAuthMethod | null,
    authenticationMethod: row.authenticationMethod as KeyAuthenticationMethod | null,
    authenticationCredentials: row.authenticationCredentials,
    organizationUsage: row.organizationUsage,
    defaultOrganizationId: row.defaultOrganizationId,
    resourceServerIdentifier: row.resourceServerIdentifier,
    jwtConfiguration: jsonObject.parse(row.jwtConfiguration),
    requiresProofOfPossession: row.requiresProofOfPossession,
    tokenQuota: fromColumn(tokenQuota, row.tokenQuota),
    settings: jsonObject.parse(row.settings),
  };
}

function toCredential(row: CredentialRow): ClientCredential {
  return {
    id: row.id,
    clientId: row.clientId,
    credentialType: row.credentialType as CredentialType,
    name: row.name,
    kid: row.kid,
    algorithm: row.algorithm as ClientCredential['algorithm'],
    publicJwk: fromColumn(jsonObject, row.publicJwk),
    subjectDn: row.subjectDn,
    thumbprintSha256: row.thumbprint,
    expiresAt: row.expiresAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** Domain values as columns; only those that are given. */
function toColumns(clientId: string, changes: ClientChanges, sealing: Sealing) {
  const { secret, grantTypes, authenticationCredentials, jwtConfiguration, tokenQuota, settings, ...plain } =
    changes;
  return {
    ...plain,
    ...(grantTypes !== undefined && { grantTypes: [...grantTypes] }),
    ...(authenticationCredentials !== undefined && {
      authenticationCredentials: [...authenticationCredentials],
    }),
    ...(secret !== undefined && { encryptedSecret: sealing.seal(secret, clientSecretPlace(clientId)) }),
    ...(jwtConfiguration !== undefined && { jwtConfiguration: jwtConfiguration as Prisma.InputJsonObject }),
    ...(tokenQuota !== undefined && { tokenQuota: toColumn(tokenQuota) }),
    ...(settings !== undefined && { settings: settings as Prisma.InputJsonObject }),
  };
}

function where(filter: ClientFilter): Prisma.ClientWhereInput {
  return {
    ...(filter.isGlobal !== undefined && { isGlobal: filter.isGlobal }),
    ...(filter.isFirstParty !== undefined && { isFirstParty: filter.isFirstParty }),
    ...(filter.appTypes && { appType: { in: [...filter.appTypes] } }),
    ...(filter.externalClientId !== undefined && {
      settings: { path: ['external_client_id'], equals: filter.externalClientId },
    }),
    ...(filter.alias !== undefined && {
      settings: { path: ['client_aliases'], array_contains: [filter.alias] },
    }),
    ...(filter.grantOrganizationId !== undefined && {
      clientGrants: { some: { organizations: { some: { organizationId: filter.grantOrganizationId } } } },
    }),
    ...(filter.grantAllowsAnyOrganization && { clientGrants: { some: { allowAnyOrganization: true } } }),
  };
}

/** The global client has the greatest cursor, since it comes last. */
const cursorOf = (row: Row): string => `${row.isGlobal ? 'global' : row.seq}`;

function afterCursor(cursor: string | null): Prisma.ClientWhereInput {
  if (cursor === null) return {};
  if (cursor === 'global') return { clientId: { in: [] } };
  return { OR: [{ isGlobal: false, ...createdAfter(cursor) }, { isGlobal: true }] };
}

export function clientReader(db: Db, sealing: Sealing): ClientReader {
  const find = inOneStatement(async (clientIds: readonly string[]) => {
    const rows = await db.client.findMany({ where: { clientId: { in: [...new Set(clientIds)] } } });
    const found = new Map(rows.map((row) => [row.clientId, toDomain(row, sealing)]));
    return clientIds.map((clientId) => found.get(clientId) ?? null);
  });

  return {
    find,
    list(filter, window) {
      const matches = where(filter);
      const orderBy = [
        { isGlobal: 'asc' },
        { seq: 'asc' },
      ] as const satisfies Prisma.ClientOrderByWithRelationInput[];
      return list(
        window,
        {
          count: () => db.client.count({ where: matches }),
          page: (part) => db.client.findMany({ where: matches, orderBy: [...orderBy], ...part }),
          after: (cursor, take) =>
            db.client.findMany({
              where: { AND: [matches, afterCursor(cursor)] },
              orderBy: [...orderBy],
              take,
            }),
          cursor: cursorOf,
        },
        (row) => toDomain(row, sealing),
      );
    },
    async findCredential(clientId, id) {
      const row = await db.clientCredential.findUnique({ where: { id, clientId } });
      return row && toCredential(row);
    },
    async listCredentials(clientId) {
      const orderBy = [{ kid: 'asc' }, { seq: 'asc' }] as const;
      const rows = await db.clientCredential.findMany({ where: { clientId }, orderBy: [...orderBy] });
      return rows.map(toCredential);
    },
  };
}

export function clientWriter(db: Db, sealing: Sealing): ClientWriter {
  const insert = inOneStatement(async (clients: readonly NewClient[]) => {
    const rows = clients.map(({ secret, ...client }) => ({
      ...client,
      encryptedSecret: sealing.seal(secret, clientSecretPlace(client.clientId)),
    }));
    await insertRows(db, 'clients', rows);
    return clients;
  });
  const createCredential = async ({ publicJwk, thumbprintSha256, ...plain }: NewClientCredential) => {
    const data = { ...plain, thumbprint: thumbprintSha256, publicJwk: toColumn(publicJwk) };
    return toCredential(await db.clientCredential.create({ data }));
  };
  return {
    createCredential,
    async updateCredential(id, { expiresAt }, now) {
      return toCredential(
        await db.clientCredential.update({ where: { id }, data: { expiresAt, updatedAt: now } }),
      );
    },
    async deleteCredential(id) {
      return (await db.clientCredential.deleteMany({ where: { id } })).count > 0;
    },
    ...clientReader(db, sealing),
    async create(client, credentials) {
      await insert(client);
      for (const credential of credentials) await createCredential(credential);
      return client;
    },
    async update(clientId, changes) {
      const data = toColumns(clientId, changes, sealing);
      return toDomain(await db.client.update({ where: { clientId }, data }), sealing);
    },
    async delete(clientId) {
      return (await db.client.deleteMany({ where: { clientId } })).count > 0;
    },
  };
}
