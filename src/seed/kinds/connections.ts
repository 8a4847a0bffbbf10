// `connections`: those of every strategy but the database's (auth0-deploy-cli 8.44.0,
// lib/tools/auth0/handlers/connections.js). Their options take the place of those that there are.

import { DATABASE_STRATEGY } from '../../domain/connection.js';
import { isJsonObject, type JsonObject } from '../../domain/json.js';
import type { SeedRun } from '../run.js';
import { collection } from './collection.js';
import { applyEnabledClients, enabledClientsOf } from './enabled-clients.js';
import type { Entry } from './kind.js';
import { identities, text, without } from './members.js';
import { idOf } from './references.js';

type Body = Record<string, unknown>;

/** What the tool sends to operations that there are none of here. */
const UNUSED = ['scim_configuration', 'directory_provisioning_configuration'];

const settingsOf = (value: Body): Body => without(value, 'id', 'enabled_clients', ...UNUSED);

const CLIENT_OF_PROVIDER = ['options', 'idpinitiated', 'client_id'];

/** Options with the id of the client that logins from the provider are for. */
async function optionsOf(entry: Entry, run: SeedRun): Promise<JsonObject | undefined | null> {
  const { options } = entry.value;
  if (!isJsonObject(options)) return undefined;
  const { idpinitiated } = options;
  const named = isJsonObject(idpinitiated) ? idpinitiated['client_id'] : undefined;
  if (!isJsonObject(idpinitiated) || typeof named !== 'string' || named === '') return options;
  const id = await idOf('client', named, { entry, at: CLIENT_OF_PROVIDER, run });
  return id === null ? null : { ...options, idpinitiated: { ...idpinitiated, client_id: id } };
}

async function resolve(entry: Entry, run: SeedRun): Promise<Body | null> {
  const { value } = entry;
  const options = await optionsOf(entry, run);
  const enabled = await enabledClientsOf(entry, run);
  if (options === null || enabled === null) {
    // What else is wrong with it is worth knowing all the same.
    await run.check(entry, { id: 'createConnection', body: settingsOf(value) });
    return null;
  }
  return {
    ...value,
    ...(options !== undefined && { options }),
    ...(enabled !== undefined && { enabled_clients: enabled }),
  };
}

function isSkipped({ value }: Entry, run: SeedRun): boolean {
  if (run.isExcluded('connections', value['name'])) return true;
  for (const member of UNUSED.filter((each) => value[each] !== undefined))
    run.options.warn(`connections: \`${member}\` was left out: Grantry does not take it from a seed`);
  return false;
}

export const connections = collection({
  type: 'connections',
  at: { folder: 'connections' },
  // The body of the emails of a passwordless connection is in a file of its own.
  files({ strategy, options }) {
    const email = isJsonObject(options) ? options['email'] : undefined;
    const isFile = strategy === 'email' && isJsonObject(email) && typeof email['body'] === 'string';
    return isFile ? [{ path: ['options', 'email', 'body'], folder: 'connections' }] : [];
  },
  list: { id: 'listConnections' },
  isSkipped,
  resolve,
  // A database is another object, although its name is taken: what is meant for one is not for the other.
  identitiesOf: (value) =>
    identities(value, 'id', 'name').map((each) =>
      value['strategy'] === DATABASE_STRATEGY ? `database ${each}` : each,
    ),
  create: (value) => ({ id: 'createConnection', body: settingsOf(value) }),
  update(value, stored, run) {
    if (value['strategy'] !== undefined && value['strategy'] !== stored['strategy']) {
      const name = text(stored, 'name');
      run.options.warn(`connections: \`${name}\` has another strategy, which cannot be changed`);
    }
    const body = without(settingsOf(value), 'strategy', 'name');
    return { id: 'updateConnection', path: { id: text(stored, 'id') }, body };
  },
  applyParts: (entry, value, stored, run) =>
    applyEnabledClients(entry, value['enabled_clients'], stored, run),
  remember: (stored, run) => run.names.add('connections', text(stored, 'name'), text(stored, 'id')),
});
