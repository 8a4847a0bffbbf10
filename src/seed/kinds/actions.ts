// `actions` (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/actions.js). The code of one is in a file.

import type { SeedRun, Stored } from '../run.js';
import { collection } from './collection.js';
import type { Entry } from './kind.js';
import { identities, text, typeOf, without } from './members.js';

type Body = Record<string, unknown>;

/** `status` is for reading, and `deployed` is asked for by an operation of its own. */
const settingsOf = (value: Body): Body => without(value, 'id', 'deployed', 'status');

const read = async (id: string, run: SeedRun): Promise<Stored> =>
  (await run.read('getAction', { path: { id } })) as Stored;

/** The tool deploys what the seed wants deployed with every import; here only what is not in force as it is. */
async function deploy(entry: Entry, value: Body, id: string, run: SeedRun): Promise<boolean | null> {
  const { deployed } = value;
  if (deployed === undefined || deployed === null || deployed === false) return false;
  if (deployed !== true) {
    run.mistake(entry, ['deployed'], `Expected type boolean but found type ${typeOf(deployed)}`);
    return null;
  }
  if ((await read(id, run))['all_changes_deployed'] === true) return false;
  const at = ['deployed'];
  const done = await run.change(entry, {
    id: 'deployAction',
    path: { id },
    at,
    explain: () => ({ at }),
  });
  return done === null ? null : true;
}

/** Of what is said of an action's modules the server only knows that there are none. */
const explain = ({ code }: { code: string }) =>
  code === 'insufficient_entitlement' ? { at: ['modules'] } : {};

export const actions = collection({
  type: 'actions',
  at: { folder: 'actions' },
  files({ code }) {
    if (typeof code !== 'string' || code === '') return [];
    // Several lines are no name of a file: they are the code itself, which the tool does not take.
    return [{ path: ['code'], isFromTop: true, isOptional: code.includes('\n') }];
  },
  list: { id: 'listActions', member: 'actions' },
  identitiesOf: (value) => identities(value, 'id', 'name'),
  // Every update is a new time, also where it changes nothing else.
  reread: async (listed, run) => without(await read(text(listed, 'id'), run), 'updated_at') as Stored,
  create: (value) => ({ id: 'createAction', body: settingsOf(value), explain }),
  update: (value, stored) => ({
    id: 'updateAction',
    path: { id: text(stored, 'id') },
    body: settingsOf(value),
    explain,
  }),
  applyParts: (entry, value, stored, run) => deploy(entry, value, text(stored, 'id'), run),
  remember: (stored, run) => run.names.add('actions', text(stored, 'name'), text(stored, 'id')),
});
