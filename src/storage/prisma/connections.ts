import type { Connection as Row, Prisma } from '../../generated/prisma/client.js';
import type { Connection, ConnectionChanges } from '../../domain/connection.js';
import { assertionIssuerOf } from '../../domain/cross-app-access.js';
import { newConnectionId } from '../../domain/ids.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import type { ConnectionFilter, ConnectionReader, ConnectionWriter } from '../config.js';
import { fromColumn, jsonObject, toColumn } from './json-columns.js';
import { list, createdAfter } from './listing.js';
import type { Sealing } from './sealing.js';

type Db = Prisma.TransactionClient;
type RowWithClients = Row & { readonly clients: readonly { readonly clientId: string }[] };

const withClients = {
  clients: { select: { clientId: true }, orderBy: { seq: 'asc' } },
} as const satisfies Prisma.ConnectionInclude;

const optionsPlace = (id: string): string => `connections/${id}/options`;

function toDomain(row: RowWithClients, sealing: Sealing): Connection {
  const options: unknown = JSON.parse(sealing.openText(row.encryptedOptions, optionsPlace(row.id)));
  return {
    id: row.id,
    name: row.name,
    strategy: row.strategy,
    displayName: row.displayName,
    options: jsonObject.parse(options),
    isDomainConnection: row.isDomainConnection,
    showAsButton: row.showAsButton,
    realms: row.realms,
    metadata: fromColumn(jsonObject, row.metadata),
    settings: jsonObject.parse(row.settings),
    enabledClients: row.clients.map(({ clientId }) => clientId),
  };
}

/** As the platform shows them: a version and parts in hexadecimal. */
const SEALED_TEXT = /^2\.0\$[0-9a-f]+$/;
const SEAL_PREFIX = '2.0$';

/** Whether a value of `configuration`, as it is shown, is a text that was sealed here. */
function isSealOf(shown: JsonValue | undefined, text: string, place: string, sealing: Sealing): boolean {
  if (typeof shown !== 'string' || !SEALED_TEXT.test(shown)) return false;
  try {
    return sealing.openText(Buffer.from(shown.slice(SEAL_PREFIX.length), 'hex'), place) === text;
  } catch {
    // It came with an import, sealed by another.
    return false;
  }
}

/**
 * The options as they are kept and shown: values of `configuration` are sealed one by one, and no reader of the API gets
 * them back. Sealed ones that come back with an import stay as they are, and so do those whose text is sent again: what
 * has not changed does not look changed.
 */
function withSealedConfiguration(
  id: string,
  options: JsonObject,
  before: JsonObject,
  sealing: Sealing,
): JsonObject {
  const { configuration } = options;
  if (!isJsonObject(configuration)) return options;
  const shown = isJsonObject(before['configuration']) ? before['configuration'] : {};
  const sealed = Object.entries(configuration).map(([name, value]: [string, JsonValue]) => {
    if (typeof value !== 'string' || SEALED_TEXT.test(value)) return [name, value];
    const place = `connections/${id}/configuration/${name}`;
    if (isSealOf(shown[name], value, place, sealing)) return [name, shown[name]];
    return [name, `${SEAL_PREFIX}${sealing.seal(value, place).toString('hex')}`];
  });
  return { ...options, configuration: Object.fromEntries(sealed) as JsonObject };
}

/** @param before the options that these take the place of. */
function optionColumns(id: string, given: JsonObject, before: JsonObject, sealing: Sealing) {
  const options = withSealedConfiguration(id, given, before, sealing);
  return {
    encryptedOptions: sealing.seal(JSON.stringify(options), optionsPlace(id)),
    domainAliases: domainAliases(options),
  };
}

function domainAliases({ domain_aliases: aliases }: JsonObject): string[] {
  if (!Array.isArray(aliases)) return [];
  return aliases.filter((alias: JsonValue) => typeof alias === 'string').map((alias) => alias.toLowerCase());
}

const issuerColumn = (connection: Pick<Connection, 'strategy' | 'options' | 'settings'>): string | null =>
  assertionIssuerOf(connection)?.issuer ?? null;

/** Domain values as columns; only those that are given. */
function toColumns(changes: Omit<ConnectionChanges, 'enabledClients' | 'options'>) {
  const { realms, metadata, settings, ...plain } = changes;
  return {
    ...plain,
    ...(realms !== undefined && { realms: [...realms] }),
    ...(metadata !== undefined && { metadata: toColumn(metadata) }),
    ...(settings !== undefined && { settings: settings as Prisma.InputJsonObject }),
  };
}

function where(filter: ConnectionFilter): Prisma.ConnectionWhereInput {
  return {
    ...(filter.name !== undefined && { name: filter.name }),
    ...(filter.strategies && { strategy: { in: [...filter.strategies] } }),
    ...(filter.domainAlias !== undefined && { domainAliases: { has: filter.domainAlias.toLowerCase() } }),
  };
}

export function connectionReader(db: Db, sealing: Sealing): ConnectionReader {
  return {
    async find(id) {
      const row = await db.connection.findUnique({ where: { id }, include: withClients });
      return row && toDomain(row, sealing);
    },
    async findByAssertionIssuer(issuer) {
      const row = await db.connection.findUnique({
        where: { assertionIssuer: issuer },
        include: withClients,
      });
      return row && toDomain(row, sealing);
    },
    async findByName(name) {
      const row = await db.connection.findUnique({ where: { name }, include: withClients });
      return row && toDomain(row, sealing);
    },
    list(filter, window) {
      const matches = where(filter);
      return list(
        window,
        {
          count: () => db.connection.count({ where: matches }),
          page: (part) =>
            db.connection.findMany({
              where: matches,
              orderBy: { seq: 'asc' },
              include: withClients,
              ...part,
            }),
          after: (cursor, take) =>
            db.connection.findMany({
              where: { ...matches, ...createdAfter(cursor) },
              orderBy: { seq: 'asc' },
              include: withClients,
              take,
            }),
          cursor: (row) => String(row.seq),
        },
        (row) => toDomain(row, sealing),
      );
    },
    listClients(connectionId, window) {
      return list(
        window,
        {
          count: () => db.connectionClient.count({ where: { connectionId } }),
          page: (part) =>
            db.connectionClient.findMany({ where: { connectionId }, orderBy: { seq: 'asc' }, ...part }),
          after: (cursor, take) =>
            db.connectionClient.findMany({
              where: { connectionId, ...createdAfter(cursor) },
              orderBy: { seq: 'asc' },
              take,
            }),
          cursor: (row) => String(row.seq),
        },
        ({ clientId }) => clientId,
      );
    },
  };
}

export function connectionWriter(db: Db, sealing: Sealing): ConnectionWriter {
  const read = async (id: string) =>
    toDomain(await db.connection.findUniqueOrThrow({ where: { id }, include: withClients }), sealing);

  const enableClients = async (connectionId: string, clientIds: readonly string[]) => {
    const data = clientIds.map((clientId) => ({ connectionId, clientId }));
    await db.connectionClient.createMany({ data, skipDuplicates: true });
  };

  return {
    ...connectionReader(db, sealing),
    enableClients,
    async disableClients(connectionId, clientIds) {
      await db.connectionClient.deleteMany({ where: { connectionId, clientId: { in: [...clientIds] } } });
    },
    async create({ name, strategy, enabledClients, options, ...rest }) {
      const id = newConnectionId();
      await db.connection.create({
        data: {
          id,
          name,
          strategy,
          ...toColumns(rest),
          ...optionColumns(id, options, {}, sealing),
          assertionIssuer: issuerColumn({ strategy, options, settings: rest.settings }),
        },
      });
      await enableClients(id, enabledClients);
      return read(id);
    },
    async update(id, { enabledClients, options, ...changes }) {
      const before = await read(id);
      const columns = options && optionColumns(id, options, before.options, sealing);
      const { settings = before.settings } = changes;
      const assertionIssuer = issuerColumn({ ...before, options: options ?? before.options, settings });
      await db.connection.update({
        where: { id },
        data: { ...toColumns(changes), ...columns, assertionIssuer },
      });
      if (enabledClients !== undefined) {
        await db.connectionClient.deleteMany({
          where: { connectionId: id, clientId: { notIn: [...enabledClients] } },
        });
        await enableClients(id, enabledClients);
      }
      return read(id);
    },
    async delete(id) {
      return (await db.connection.deleteMany({ where: { id } })).count > 0;
    },
  };
}
