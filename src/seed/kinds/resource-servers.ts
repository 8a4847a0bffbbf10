// `resourceServers` (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/resourceServers.js).

import type { SeedRun } from '../run.js';
import { collection } from './collection.js';
import type { Entry } from './kind.js';
import { identities, text, without } from './members.js';

/** The tool knows the Management API by this name and keeps away from it. */
const MANAGEMENT_API = 'Auth0 Management API';

/** Of a system API the tool sends these. */
const OF_SYSTEM_APIS = [
  'token_lifetime',
  'proof_of_possession',
  'skip_consent_for_verifiable_first_party_clients',
  'subject_type_authorization',
  'authorization_policy',
];

/**
 * The identifier that one of the tool's tenant has here: those of its system APIs are ours.
 *
 * A seed that grants access to the Management API of `AUTH0_DOMAIN` would otherwise name an API that only exists there.
 */
export function identifierHere<T>(identifier: T, { options }: SeedRun): T | string {
  const { tenant, settings } = options;
  const theirs = `https://${settings.platformDomain}/`;
  if (typeof identifier !== 'string' || !identifier.startsWith(theirs)) return identifier;
  const ours = tenant.issuer + identifier.slice(theirs.length);
  return tenant.systemApiOf(ours) === null ? identifier : ours;
}

function isSkipped({ value }: Entry, run: SeedRun): boolean {
  const { name } = value;
  if (run.isExcluded('resourceServers', name)) return true;
  const identifier = identifierHere(text(value, 'identifier'), run);
  const system = run.options.tenant.systemApiOf(identifier);
  if (name === MANAGEMENT_API || system === 'management') {
    run.options.warn('resourceServers: the Management API was left out: a seed cannot configure it');
    return true;
  }
  if (value['is_system'] === true && system === null) {
    run.options.warn(`resourceServers: ${identifier} was left out: it is a system API of another tenant`);
    return true;
  }
  return false;
}

export const resourceServers = collection({
  type: 'resourceServers',
  at: { folder: 'resource-servers' },
  list: { id: 'listResourceServers' },
  isSkipped,
  identitiesOf(value, run) {
    const identifier = run.options.tenant.canonical(identifierHere(text(value, 'identifier'), run));
    return identities({ ...value, identifier }, 'id', 'identifier');
  },
  create: (value, run) => ({
    id: 'createResourceServer',
    // Ids are the server's own.
    body: {
      ...without(value, 'client_id', 'is_system', 'id'),
      ...('identifier' in value && { identifier: identifierHere(value['identifier'], run) }),
    },
  }),
  update(value, stored) {
    const path = { id: text(stored, 'id') };
    if (stored['is_system'] !== true) {
      return {
        id: 'updateResourceServer',
        path,
        body: without(value, 'identifier', 'client_id', 'is_system', 'id'),
      };
    }
    const body = Object.fromEntries(Object.entries(value).filter(([name]) => OF_SYSTEM_APIS.includes(name)));
    return Object.keys(body).length > 0 ? { id: 'updateResourceServer', path, body } : null;
  },
});
