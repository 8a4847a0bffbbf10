// `tokenExchangeProfiles` (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/tokenExchangeProfiles.js). `action` is the name of
// an action.

import type { SeedRun, Stored } from '../run.js';
import { collection } from './collection.js';
import type { Entry } from './kind.js';
import { identities, text, without } from './members.js';
import { idOf } from './references.js';

type Body = Record<string, unknown>;

async function resolve(entry: Entry, run: SeedRun): Promise<Body | null> {
  const value = without(entry.value, 'id', 'created_at', 'updated_at', 'action');
  const { action } = entry.value;
  if (action === undefined) return value;
  const id = await idOf('action', action, { entry, at: ['action'], run });
  return id === null ? null : { ...value, action_id: id };
}

/** What the server says of `action_id` is about what the entry calls `action`. */
const placeOf = (path: readonly (string | number)[]) => (path[0] === 'action_id' ? ['action'] : path);

export const tokenExchangeProfiles = collection({
  type: 'tokenExchangeProfiles',
  at: { folder: 'token-exchange-profiles' },
  list: { id: 'listTokenExchangeProfiles', member: 'token_exchange_profiles', hasCheckpoints: true },
  identitiesOf: (value) => identities(value, 'name'),
  resolve,
  // Every update is a new time, also where it changes nothing else.
  reread: async (listed, run) => {
    const path = { id: text(listed, 'id') };
    return without((await run.read('getTokenExchangeProfile', { path })) as Stored, 'updated_at') as Stored;
  },
  create: (value) => ({
    id: 'createTokenExchangeProfile',
    body: value,
    placeOf,
    explain: ({ code }) => (code === 'action_not_deployed' ? { at: ['action'] } : {}),
  }),
  // The tool leaves the action of a profile as it is, too.
  update: (value, stored) => ({
    id: 'updateTokenExchangeProfile',
    path: { id: text(stored, 'id') },
    body: without(value, 'type', 'action_id'),
  }),
});
