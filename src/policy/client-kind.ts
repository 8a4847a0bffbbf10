import type { ClientFacts } from '../domain/access-facts.js';

/** Fails closed: whoever is not known to be a first party is a third party. */
export const isThirdParty = (client: ClientFacts): boolean => !client.isFirstParty;

/** Fails closed: a third party of a mode that is not known is a strict one. */
export const isStrictThirdParty = (client: ClientFacts): boolean =>
  isThirdParty(client) && client.thirdPartySecurityMode !== 'permissive';
