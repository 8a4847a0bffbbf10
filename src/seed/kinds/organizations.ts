// `organizations` (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/organizations.js).

import type { JsonObject, JsonValue } from '../../domain/json.js';
import type { SeedRun, Stored } from '../run.js';
import { collection } from './collection.js';
import type { Entry } from './kind.js';
import { identities, text, without } from './members.js';
import { applyOrganizationParts, partNames } from './organization-parts.js';
import { idOf } from './references.js';

type Body = Record<string, unknown>;

/** What an entry has that belongs to the organization and is no setting of it. */
const PARTS = ['client_grants', ...partNames];

const settingsOf = (value: Body): Body => without(value, 'id', ...PARTS);

/**
 * The client grants of an organization, which an entry lists by the names of their clients. Where it lists any, these are
 * all that the organization has: the tool takes the others away, too.
 */
async function applyClientGrants(
  entry: Entry,
  value: Body,
  id: string,
  run: SeedRun,
): Promise<boolean | null> {
  const listed = value['client_grants'];
  if (!Array.isArray(listed)) return false;
  const present = new Map<string, string>();
  for await (const grant of run.list('listOrganizationClientGrants', { path: { id } })) {
    present.set(text(grant, 'id'), text(grant, 'client_id'));
  }
  const wanted = new Set<string>();
  let outcome: boolean | null = false;
  for (const [index, item] of (listed as readonly JsonValue[]).entries()) {
    const at = ['client_grants', index, 'client_id'];
    const clientId = await idOf('client', (item as JsonObject | null)?.['client_id'], { entry, at, run });
    if (clientId === null) continue;
    wanted.add(clientId);
    if ([...present.values()].includes(clientId)) continue;
    const grantId = await grantOf(clientId, run);
    if (grantId === null) {
      if (run.names.isRefused('clientGrants', clientId)) continue;
      run.mistake(entry, at, 'the client has no client grant that the organization could have');
      outcome = null;
      continue;
    }
    const call = { id: 'addOrganizationClientGrant', path: { id }, body: { grant_id: grantId }, at } as const;
    const added = await run.change(entry, { ...call, explain: () => ({ at }) });
    outcome = added === null || outcome === null ? null : true;
    present.set(grantId, clientId);
  }
  for (const [grant, clientId] of present) {
    if (wanted.has(clientId)) continue;
    await run.remove('removeOrganizationClientGrant', { id, grant_id: grant });
    outcome = outcome === null ? null : true;
  }
  return outcome;
}

/** The tool takes any grant of the client. Those that cannot be used with organizations are the last to be taken here. */
async function grantOf(clientId: string, run: SeedRun): Promise<string | null> {
  const grants: Stored[] = [];
  for await (const grant of run.list('listClientGrants', { query: { client_id: clientId } }))
    grants.push(grant);
  const usable = grants.find((grant) => ['allow', 'require'].includes(text(grant, 'organization_usage')));
  const found = usable ?? grants.find((grant) => grant['subject_type'] === 'client') ?? grants[0];
  return found === undefined ? null : text(found, 'id');
}

export const organizations = collection({
  type: 'organizations',
  at: { folder: 'organizations' },
  list: { id: 'listOrganizations' },
  identitiesOf: (value) => identities(value, 'id', 'name'),
  create: (value) => ({ id: 'createOrganization', body: settingsOf(value) }),
  update: (value, stored) => ({
    id: 'updateOrganization',
    path: { id: text(stored, 'id') },
    body: settingsOf(value),
  }),
  async applyParts(entry, value, stored, run) {
    const id = text(stored, 'id');
    const outcomes = [
      await applyClientGrants(entry, value, id, run),
      await applyOrganizationParts(entry, value, id, run),
    ];
    return outcomes.includes(null) ? null : outcomes.includes(true);
  },
});
