// Two handlers for each row of documents.ts, made from the row.

import type { components } from '../../generated/openapi.js';
import type { JsonObject } from '../../domain/json.js';
import type { Call, Handlers } from '../../http/contract.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { type DocumentOperation, documents, factors, type KeptDocument } from './documents.js';
import { merged, without } from './merge.js';

/** Without what is special about each row. */
const rows: readonly KeptDocument[] = documents;
type Policies = components['schemas']['GuardianPolicies'];
/** All of these operations have a body and answers of the same schema, so one stands for them. */
type AnyRead = Call<'getBranding'>;
type AnyWrite = Call<'updateBranding'>;

type Operations =
  | DocumentOperation
  | 'getGuardianPolicies'
  | 'setGuardianPolicies'
  | 'listGuardianFactors'
  | 'setGuardianFactor';

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

const factorName = (factor: string): string => `guardian/factors/${factor}`;

export function keptSettingsHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  const made = Object.assign({}, ...rows.map((row) => handlersOf(row, storage, change)));
  return {
    ...(made as Handlers<DocumentOperation>),

    async getGuardianPolicies(call) {
      const found = await storage.config.settingsDocuments.find(nameOf(call));
      return { status: 200, body: (found ?? []) as Policies };
    },

    async setGuardianPolicies(call) {
      await change(call, ({ settingsDocuments }) => settingsDocuments.put(nameOf(call), call.body));
      return { status: 200, body: call.body };
    },

    async listGuardianFactors() {
      const body = [];
      for (const name of factors) {
        const found = await storage.config.settingsDocuments.find(factorName(name));
        body.push({
          name,
          enabled: (found as { enabled: boolean } | null)?.enabled ?? false,
          trial_expired: false,
        });
      }
      return { status: 200, body };
    },

    async setGuardianFactor(call) {
      const name = factorName(call.path.factor);
      await change(call, ({ settingsDocuments }) => settingsDocuments.put(name, call.body));
      return { status: 200, body: call.body };
    },
  };
}
