// `clientGrants` (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/clientGrants.js). `client_id` is the name of a client,
// or its id.

import type { OperationCall, SeedRun } from '../run.js';
import { collection } from './collection.js';
import type { Entry } from './kind.js';
import { text, without } from './members.js';
import { idOf } from './references.js';
import { identifierHere } from './resource-servers.js';

type Body = Record<string, unknown>;

/** What the tool writes for the client of a default grant, which has none, and then refuses to read. */
const NO_CLIENT = 'undefined_clientId';

async function resolve(entry: Entry, run: SeedRun): Promise<Body | null> {
  const isDefault = entry.value['default_for'] !== undefined && entry.value['client_id'] === NO_CLIENT;
  const value: Body = {
    ...(isDefault ? without(entry.value, 'client_id') : entry.value),
    ...('audience' in entry.value && { audience: identifierHere(entry.value['audience'], run) }),
  };
  const named = value['client_id'];
  // The contract says what is wrong with a name that is no text.
  if (typeof named !== 'string') return value;
  const id = await idOf('client', named, { entry, at: ['client_id'], run });
  if (id !== null) return { ...value, client_id: id };
  // What else is wrong with it is worth knowing all the same.
  await run.check(entry, createCall(value, run));
  return null;
}

function createCall(value: Body, run: SeedRun): OperationCall {
  return {
    id: 'createClientGrant',
    body: without(value, 'id'),
    explain(refusal) {
      if (refusal.code !== 'inexistent_resource_server') return {};
      const audience = text(value, 'audience');
      if (run.names.isRefused('resourceServers', audience)) return null;
      const message = `there is no API \`${audience}\`, neither in the seed nor on the server`;
      return { at: ['audience'], message };
    },
  };
}

function isSkipped({ value }: Entry, run: SeedRun): boolean {
  return value['is_system'] === true || run.isExcluded('clients', value['client_id']);
}

export const clientGrants = collection({
  type: 'clientGrants',
  at: { folder: 'grants' },
  list: { id: 'listClientGrants' },
  isSkipped,
  resolve,
  identitiesOf(value, run) {
    const owner = value['client_id'] ?? `group ${text(value, 'default_for')}`;
    const audience = run.options.tenant.canonical(text(value, 'audience'));
    // The platform's default (management-api.md 2.3).
    return [JSON.stringify([owner, audience, value['subject_type'] ?? 'client'])];
  },
  create: createCall,
  isIndependent: () => true,
  update: (value, stored) => ({
    id: 'updateClientGrant',
    path: { id: text(stored, 'id') },
    body: without(value, 'id', 'audience', 'client_id', 'subject_type', 'is_system', 'default_for'),
  }),
});
