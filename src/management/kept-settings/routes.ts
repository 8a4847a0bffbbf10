// Two handlers for each row of documents.ts, made from the row.

import type { JsonObject } from '../../domain/json.js';
import type { Call, Handlers } from '../../http/contract.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { type DocumentOperation, documents, type KeptDocument } from './documents.js';
import { merged, without } from './merge.js';

/** Without what is special about each row. */
const rows: readonly KeptDocument[] = documents;
/** All of these operations have a body and answers of the same schema, so one stands for them. */
type AnyRead = Call<'getBranding'>;
type AnyWrite = Call<'updateBranding'>;

/** A document is kept under the path that it is read at, for example `prompts/login/custom-text/en`. */
function nameOf({ operation, path }: { operation: AnyRead['operation']; path: object }): string {
  const parameters = path as Record<string, string>;
  return operation.path
    .slice('/api/v2/'.length)
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => parameters[name] ?? whole);
}

function byDefault({ byDefault, byDefaultFor = {} }: KeptDocument, path: object): JsonObject {
  const named = Object.values(path as Record<string, string>);
  const special = named.find((value) => Object.hasOwn(byDefaultFor, value));
  return (special !== undefined && byDefaultFor[special]) || byDefault;
}

/** What is kept; what a new tenant has where nothing is. */
async function current(
  { settingsDocuments }: ConfigReader,
  row: KeptDocument,
  call: AnyRead | AnyWrite,
): Promise<JsonObject> {
  const found = await settingsDocuments.find(nameOf(call));
  return found === null ? byDefault(row, call.path) : (found as JsonObject);
}

function handlersOf(row: KeptDocument, storage: ConfigStore, change: ChangeConfig) {
  const read = async (call: AnyRead) => ({
    status: 200 as const,
    body: { ...(await current(storage.config, row, call)) },
  });
  const write = async (call: AnyWrite) => {
    const written = await change(call, async (config) => {
      const sent = without(row.secrets ?? [], call.body as JsonObject);
      const before = call.operation.method === 'put' ? {} : await current(config, row, call);
      const after = merged(before, sent);
      await config.settingsDocuments.put(nameOf(call), after);
      return after;
    });
    return { status: 200 as const, body: { ...written } };
  };
  return { [row.read]: read, [row.write]: write };
}

export function keptSettingsHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
): Handlers<DocumentOperation> {
  return Object.assign(
    {},
    ...rows.map((row) => handlersOf(row, storage, change)),
  ) as Handlers<DocumentOperation>;
}
