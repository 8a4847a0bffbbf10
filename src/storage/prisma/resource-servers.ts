import type { Prisma, ResourceServer as Row } from '../../generated/prisma/client.js';
import { newResourceServerId } from '../../domain/ids.js';
import { hiddenSystemApis } from '../../domain/system-apis.js';
import type {
  ResourceServer,
  ResourceServerChanges,
  SigningAlgorithm,
  TokenDialect,
} from '../../domain/resource-server.js';
import type { ResourceServerReader, ResourceServerWriter } from '../config.js';
import {
  fromColumn,
  jsonObject,
  proofOfPossession,
  scopes,
  toColumn,
  tokenEncryption,
} from './json-columns.js';
import { inOneStatement } from './one-statement.js';
import type { Sealing } from './sealing.js';

type Db = Prisma.TransactionClient;

/** Where a signing secret is sealed for. */
export const signingSecretPlace = (id: string): string => `resource_servers/${id}/signing_secret`;

function toDomain(row: Row, linkedClientId: string | null, sealing: Sealing): ResourceServer {
  return {
    id: row.id,
    identifier: row.identifier,
    systemApi: row.systemApi,
    name: row.name,
    scopes: fromColumn(scopes, row.scopes),
    userPolicy: row.userPolicy,
    clientPolicy: row.clientPolicy,
    signingAlgorithm: row.signingAlgorithm as SigningAlgorithm,
    signingSecret:
      row.encryptedSigningSecret && sealing.openText(row.encryptedSigningSecret, signingSecretPlace(row.id)),
    tokenDialect: row.tokenDialect as TokenDialect | null,
    tokenLifetimeSeconds: row.tokenLifetimeSeconds,
    tokenLifetimeForWebSeconds: row.tokenLifetimeForWebSeconds,
    enforcePolicies: row.enforcePolicies,
    allowOfflineAccess: row.allowOfflineAccess,
    skipConsentForFirstParty: row.skipConsentForFirstParty,
    tokenEncryption: fromColumn(tokenEncryption, row.tokenEncryption),
    proofOfPossession: fromColumn(proofOfPossession, row.proofOfPossession),
    settings: jsonObject.parse(row.settings),
    linkedClientId,
  };
}

/** Domain values as columns; only those that are given. */
function toColumns(id: string, changes: ResourceServerChanges, sealing: Sealing) {
  const { signingSecret, scopes, tokenEncryption, proofOfPossession, settings, ...plain } = changes;
  return {
    ...plain,
    ...(signingSecret !== undefined && {
      encryptedSigningSecret:
        signingSecret === null ? null : sealing.seal(signingSecret, signingSecretPlace(id)),
    }),
    ...(scopes !== undefined && { scopes: toColumn(scopes) }),
    ...(tokenEncryption !== undefined && { tokenEncryption: toColumn(tokenEncryption) }),
    ...(proofOfPossession !== undefined && { proofOfPossession: toColumn(proofOfPossession) }),
    ...(settings !== undefined && { settings: settings as Prisma.InputJsonObject }),
  };
}

export function resourceServerReader(db: Db, sealing: Sealing): ResourceServerReader {
  /** Adds the clients that stand for these APIs. Where several do, the oldest is shown. */
  async function withLinks(rows: readonly Row[]): Promise<ResourceServer[]> {
    const linked = await db.client.findMany({
      where: { resourceServerIdentifier: { in: rows.map((row) => row.identifier) } },
      select: { clientId: true, resourceServerIdentifier: true },
      orderBy: { seq: 'desc' },
    });
    const clientIds = new Map(linked.map((client) => [client.resourceServerIdentifier, client.clientId]));
    return rows.map((row) => toDomain(row, clientIds.get(row.identifier) ?? null, sealing));
  }
  const first = async (row: Row | null): Promise<ResourceServer | null> =>
    row && ((await withLinks([row]))[0] ?? null);

  const findByIdentifier = inOneStatement(async (identifiers: readonly string[]) => {
    const rows = await db.resourceServer.findMany({
      where: { identifier: { in: [...new Set(identifiers)] } },
    });
    const found = new Map((await withLinks(rows)).map((api) => [api.identifier, api]));
    return identifiers.map((identifier) => found.get(identifier) ?? null);
  });

  return {
    findByIdentifier,
    async find(idOrIdentifier) {
      const rows = await db.resourceServer.findMany({
        where: { OR: [{ id: idOrIdentifier }, { identifier: idOrIdentifier }] },
      });
      return first(rows.find((row) => row.id === idOrIdentifier) ?? rows[0] ?? null);
    },
    async findSystemApi(kind) {
      return first(await db.resourceServer.findUnique({ where: { systemApi: kind } }));
    },
    async list({ identifiers }, window) {
      const where = {
        ...(identifiers && { identifier: { in: [...identifiers] } }),
        OR: [{ systemApi: null }, { systemApi: { notIn: [...hiddenSystemApis] } }],
      };
      const orderBy = { seq: 'asc' } as const;
      const rows = await db.resourceServer.findMany({
        where,
        orderBy,
        skip: window.offset,
        take: window.limit,
      });
      const total = window.countTotal ? await db.resourceServer.count({ where }) : null;
      return { items: await withLinks(rows), total, next: null };
    },
  };
}

export function resourceServerWriter(db: Db, sealing: Sealing): ResourceServerWriter {
  const reader = resourceServerReader(db, sealing);
  const get = async (id: string): Promise<ResourceServer> => {
    const found = await reader.find(id);
    if (found === null) throw new Error(`API ${id} vanished inside its own transaction`);
    return found;
  };
  return {
    ...reader,
    async create(resourceServer) {
      const id = newResourceServerId();
      const { identifier, systemApi, ...rest } = resourceServer;
      await db.resourceServer.create({
        data: { id, identifier, systemApi, ...toColumns(id, rest, sealing) },
      });
      return get(id);
    },
    async update(id, changes) {
      await db.resourceServer.update({ where: { id }, data: toColumns(id, changes, sealing) });
      return get(id);
    },
    async delete(id) {
      return (await db.resourceServer.deleteMany({ where: { id } })).count > 0;
    },
    async moveSystemApi(kind, identifier) {
      await db.resourceServer.updateMany({ where: { systemApi: kind }, data: { identifier } });
    },
  };
}
