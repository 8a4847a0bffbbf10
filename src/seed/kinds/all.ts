import { actions } from './actions.js';
import { clientGrants } from './client-grants.js';
import { clients } from './clients.js';
import { connections } from './connections.js';
import { databases } from './databases.js';
import type { Kind } from './kind.js';
import { organizations } from './organizations.js';
import { resourceServers } from './resource-servers.js';
import { roles } from './roles.js';
import { guardianFactors, guardianPolicies } from './second-factors.js';
import { tenant } from './tenant.js';
import { tokenExchangeProfiles } from './token-exchange-profiles.js';
import { triggers } from './triggers.js';

/** What a seed can have, in the order in which it is applied: what is referred to comes first. */
export const kinds: readonly Kind[] = [
  resourceServers,
  clients,
  clientGrants,
  roles,
  actions,
  tokenExchangeProfiles,
  databases,
  connections,
  organizations,
  triggers,
  guardianFactors,
  guardianPolicies,
  tenant,
];
