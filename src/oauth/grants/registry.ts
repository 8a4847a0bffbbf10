import { grantTypes } from '../vocabulary.js';
import { clientCredentials } from './client-credentials.js';
import type { Grant } from './grant.js';

export const grants: ReadonlyMap<string, Grant> = new Map([
  [grantTypes.clientCredentials, clientCredentials],
]);
