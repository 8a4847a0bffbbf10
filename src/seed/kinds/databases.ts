// `databases`: connections whose users are kept here (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/databases.js).

import { DATABASE_STRATEGY } from '../../domain/connection.js';
import { isJsonObject, type JsonObject } from '../../domain/json.js';
import type { SeedRun, Stored } from '../run.js';
import { collection } from './collection.js';
import { applyEnabledClients, enabledClientsOf } from './enabled-clients.js';
import type { Entry } from './kind.js';
import { identities, text, without } from './members.js';
import { idOf } from './references.js';

type Body = Record<string, unknown>;

/** Options of which only one group can be there. Those of the other group do not survive an update. */
const OLDER_LOGIN_OPTIONS = ['requires_username', 'validation'];
const OLDER_PASSWORD_OPTIONS = [
  'passwordPolicy',
  'password_complexity_options',
  'password_history',
  'password_no_personal_info',
  'password_dictionary',
];

const settingsOf = (value: Body): Body => ({
  strategy: DATABASE_STRATEGY,
  ...without(value, 'id', 'enabled_clients'),
});

/** What an update leaves of the options that there are, in favour of those that an entry has. */
function lastingOptions(stored: JsonObject, wanted: JsonObject): Body {
  const has = (names: readonly string[]): boolean => names.some((name) => Boolean(wanted[name]));
  return without(
    stored,
    ...(has(['attributes']) ? OLDER_LOGIN_OPTIONS : has(OLDER_LOGIN_OPTIONS) ? ['attributes'] : []),
    ...(has(['password_options'])
      ? OLDER_PASSWORD_OPTIONS
      : has(OLDER_PASSWORD_OPTIONS)
        ? ['password_options']
        : []),
  );
}

/** Options with the id of the action that an entry names. */
async function optionsOf(entry: Entry, run: SeedRun): Promise<JsonObject | undefined | null> {
  const { options } = entry.value;
  if (!isJsonObject(options)) return undefined;
  const { custom_password_hash: hash } = options;
  if (!isJsonObject(hash) || typeof hash['action_id'] !== 'string') return options;
  const at = ['options', 'custom_password_hash', 'action_id'];
  const id = await idOf('action', hash['action_id'], { entry, at, run });
  return id === null ? null : { ...options, custom_password_hash: { ...hash, action_id: id } };
}

async function resolve(entry: Entry, run: SeedRun): Promise<Body | null> {
  const { value } = entry;
  const strategy = value['strategy'] ?? DATABASE_STRATEGY;
  if (strategy !== DATABASE_STRATEGY)
    run.mistake(entry, ['strategy'], `the strategy of a database is \`${DATABASE_STRATEGY}\``);
  const options = await optionsOf(entry, run);
  const enabled = await enabledClientsOf(entry, run);
  if (strategy === DATABASE_STRATEGY && options !== null && enabled !== null) {
    return {
      ...value,
      strategy,
      ...(options !== undefined && { options }),
      ...(enabled !== undefined && { enabled_clients: enabled }),
    };
  }
  // What else is wrong with it is worth knowing all the same.
  await run.check(entry, { id: 'createConnection', body: settingsOf(value) });
  return null;
}

export const databases = collection({
  type: 'databases',
  at: { folder: 'database-connections', file: 'database.json' },
  files({ options }) {
    const scripts = isJsonObject(options) ? options['customScripts'] : undefined;
    if (!isJsonObject(scripts)) return [];
    return Object.keys(scripts).map((name) => ({ path: ['options', 'customScripts', name] }));
  },
  list: { id: 'listConnections', query: { strategy: [DATABASE_STRATEGY] } },
  isSkipped: ({ value }, run) => run.isExcluded('databases', value['name']),
  resolve,
  identitiesOf: (value) => identities(value, 'id', 'name'),
  create: (value) => ({ id: 'createConnection', body: settingsOf(value) }),
  update(value, stored: Stored) {
    const { options } = value;
    const body = without(settingsOf(value), 'strategy', 'name');
    if (isJsonObject(options) && isJsonObject(stored['options']))
      body['options'] = { ...lastingOptions(stored['options'], options), ...options };
    return { id: 'updateConnection', path: { id: text(stored, 'id') }, body };
  },
  applyParts: (entry, value, stored, run) =>
    applyEnabledClients(entry, value['enabled_clients'], stored, run),
  remember: (stored, run) => run.names.add('connections', text(stored, 'name'), text(stored, 'id')),
});
