import type {
  Action as ActionRow,
  ActionBinding as BindingRow,
  ActionVersion as VersionRow,
  Prisma,
} from '../../generated/prisma/client.js';
import { z } from 'zod';
import type {
  Action,
  ActionBinding,
  ActionChanges,
  ActionDependency,
  ActionSecret,
  ActionSource,
  ActionVersion,
} from '../../domain/action.js';
import { newActionId } from '../../domain/ids.js';
import type { ActionFilter, ActionReader, ActionWriter } from '../config.js';
import type { Listing, PageWindow } from '../window.js';
import type { Sealing } from './sealing.js';

type Db = Prisma.TransactionClient;
type RowWithVersion = ActionRow & { readonly versions: readonly VersionRow[] };

/** As many as the platform keeps (its page "Actions Limitations"). */
const MAX_VERSIONS = 50;

/** With the version that is in force. */
const withVersion = {
  versions: { orderBy: { number: 'desc' }, take: 1 },
} as const satisfies Prisma.ActionInclude;

const dependencies: z.ZodType<readonly ActionDependency[]> = z.array(
  z.strictObject({ name: z.string(), version: z.string() }),
);

const secrets = z.array(
  z.strictObject({
    name: z.string(),
    value: z.string(),
    updatedAt: z.iso.datetime().transform((text) => new Date(text)),
  }),
);

const secretsPlace = (id: string): string => `actions/${id}/secrets`;
const versionSecretsPlace = (id: string): string => `action_versions/${id}/secrets`;

/** The secrets of a version, opened. */
export function openVersionSecrets(
  sealed: Uint8Array,
  id: string,
  sealing: Sealing,
): readonly ActionSecret[] {
  return secrets.parse(JSON.parse(sealing.openText(sealed, versionSecretsPlace(id))));
}

function sourceOf(
  row: Pick<ActionRow, 'code' | 'dependencies' | 'runtime' | 'triggerId' | 'triggerVersion'>,
  opened: readonly ActionSecret[],
): ActionSource {
  return {
    code: row.code,
    dependencies: dependencies.parse(row.dependencies),
    runtime: row.runtime,
    trigger: { id: row.triggerId, version: row.triggerVersion },
    secrets: opened,
  };
}

function toVersion(row: VersionRow, sealing: Sealing): ActionVersion {
  const { id, number, createdAt } = row;
  return { ...sourceOf(row, openVersionSecrets(row.encryptedSecrets, id, sealing)), id, number, createdAt };
}

function toAction(row: RowWithVersion, sealing: Sealing): Action {
  const { id, name, createdAt, updatedAt } = row;
  const opened = secrets.parse(JSON.parse(sealing.openText(row.encryptedSecrets, secretsPlace(id))));
  const [deployed] = row.versions;
  const deployedVersion = deployed === undefined ? null : toVersion(deployed, sealing);
  return { ...sourceOf(row, opened), id, name, createdAt, updatedAt, deployedVersion };
}

function toBinding(row: BindingRow & { readonly action: RowWithVersion }, sealing: Sealing): ActionBinding {
  const { id, triggerId, displayName, createdAt, action } = row;
  return { id, triggerId, displayName, createdAt, action: toAction(action, sealing) };
}

const sealed = (given: readonly ActionSecret[], place: string, sealing: Sealing) =>
  sealing.seal(JSON.stringify(given), place);

/** Domain values as columns; only those that are given. */
function toColumns(id: string, changes: ActionChanges, sealing: Sealing) {
  const { trigger, secrets, dependencies, ...plain } = changes;
  return {
    ...plain,
    ...(trigger && { triggerId: trigger.id, triggerVersion: trigger.version }),
    ...(dependencies && { dependencies: dependencies.map((each) => ({ ...each })) }),
    ...(secrets && { encryptedSecrets: sealed(secrets, secretsPlace(id), sealing) }),
  };
}

function where({ triggerId, name, isDeployed }: ActionFilter): Prisma.ActionWhereInput {
  return {
    ...(triggerId !== undefined && { triggerId }),
    ...(name !== undefined && { name }),
    ...(isDeployed !== undefined && { versions: isDeployed ? { some: {} } : { none: {} } }),
  };
}

/** A page with its count. */
async function page<Row, T>(
  { offset, limit, countTotal }: PageWindow,
  queries: { count(): Promise<number>; rows(part: { skip: number; take: number }): Promise<Row[]> },
  toDomain: (row: Row) => T,
): Promise<Listing<T>> {
  const rows = await queries.rows({ skip: offset, take: limit });
  return { items: rows.map(toDomain), total: countTotal ? await queries.count() : null, next: null };
}

export function actionReader(db: Db, sealing: Sealing): ActionReader {
  return {
    async find(id) {
      const row = await db.action.findUnique({ where: { id }, include: withVersion });
      return row && toAction(row, sealing);
    },
    async findByName(name) {
      const row = await db.action.findUnique({ where: { name }, include: withVersion });
      return row && toAction(row, sealing);
    },
    list(filter, window) {
      const matches = where(filter);
      return page(
        window,
        {
          count: () => db.action.count({ where: matches }),
          rows: (part) =>
            db.action.findMany({ where: matches, orderBy: { seq: 'asc' }, include: withVersion, ...part }),
        },
        (row) => toAction(row, sealing),
      );
    },
    async findVersion(actionId, id) {
      const row = await db.actionVersion.findFirst({ where: { id, actionId } });
      return row && toVersion(row, sealing);
    },
    listVersions(actionId, window) {
      return page(
        window,
        {
          count: () => db.actionVersion.count({ where: { actionId } }),
          rows: (part) =>
            db.actionVersion.findMany({ where: { actionId }, orderBy: { number: 'desc' }, ...part }),
        },
        (row) => toVersion(row, sealing),
      );
    },
    async isBound(id) {
      const where = { actionId: id };
      return (
        (await db.actionBinding.count({ where })) > 0 || (await db.tokenExchangeProfile.count({ where })) > 0
      );
    },
    listBindings(triggerId, window) {
      return page(
        window,
        {
          count: () => db.actionBinding.count({ where: { triggerId } }),
          rows: (part) =>
            db.actionBinding.findMany({
              where: { triggerId },
              orderBy: { position: 'asc' },
              include: { action: { include: withVersion } },
              ...part,
            }),
        },
        (row) => toBinding(row, sealing),
      );
    },
  };
}

export function actionWriter(db: Db, sealing: Sealing): ActionWriter {
  return {
    ...actionReader(db, sealing),
    async create({ name, code, runtime, ...rest }, createdAt) {
      const id = newActionId();
      const { trigger, dependencies, secrets } = rest;
      const row = await db.action.create({
        data: {
          id,
          name,
          code,
          runtime,
          triggerId: trigger.id,
          triggerVersion: trigger.version,
          dependencies: dependencies.map((each) => ({ ...each })),
          encryptedSecrets: sealed(secrets, secretsPlace(id), sealing),
          createdAt,
          updatedAt: createdAt,
        },
        include: withVersion,
      });
      return toAction(row, sealing);
    },
    async update(id, changes, updatedAt) {
      const data = { ...toColumns(id, changes, sealing), updatedAt };
      return toAction(await db.action.update({ where: { id }, data, include: withVersion }), sealing);
    },
    async delete(id) {
      return (await db.action.deleteMany({ where: { id } })).count > 0;
    },
    async deploy(actionId, source, createdAt) {
      const latest = await db.actionVersion.findFirst({ where: { actionId }, orderBy: { number: 'desc' } });
      const number = (latest?.number ?? 0) + 1;
      const id = newActionId();
      const row = await db.actionVersion.create({
        data: {
          id,
          actionId,
          number,
          triggerId: source.trigger.id,
          triggerVersion: source.trigger.version,
          code: source.code,
          runtime: source.runtime,
          dependencies: source.dependencies.map((each) => ({ ...each })),
          encryptedSecrets: sealed(source.secrets, versionSecretsPlace(id), sealing),
          createdAt,
        },
      });
      await db.actionVersion.deleteMany({ where: { actionId, number: { lte: number - MAX_VERSIONS } } });
      return toVersion(row, sealing);
    },
    async bind(triggerId, bindings, createdAt) {
      await db.actionBinding.deleteMany({ where: { triggerId } });
      const data = bindings.map(({ actionId, displayName }, position) => ({
        id: newActionId(),
        triggerId,
        position,
        actionId,
        displayName,
        createdAt,
      }));
      await db.actionBinding.createMany({ data });
    },
  };
}
