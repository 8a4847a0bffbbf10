// The facts of token requests in memory. Who needs them as they are now gets them from here only where no other process can
// change the database: there, what was read for the newest version is as it is now.

import { LRUCache } from 'lru-cache';
import type { TokenFacts, TokenFactsQuery, UserTokenFactsQuery } from '../../domain/token-facts.js';
import type { Database } from './database.js';
import type { Sealing } from './sealing.js';
import { readTokenFacts, readUserTokenFacts } from './token-facts.js';

/** Facts of this many different requests are kept, and of fewer when their APIs and grants list many scopes. */
const CACHED_FACTS = 16_384;
const CACHED_SCOPES = 500_000;

function sizeOf({ access }: TokenFacts): number {
  const granted = access.clientGrants.reduce((sum, { scopes }) => sum + scopes.length, 0);
  const { directPermissions = [], rolePermissions = [] } = access.user ?? {};
  const ofUser = directPermissions.length + rolePermissions.length;
  return 10 + granted + ofUser + (access.resourceServer?.scopes.length ?? 0);
}

/** Names that lead nowhere are not worth a place: whoever asks could choose them at will. */
function leadsSomewhere({ audience, resource = null, organization }: TokenFactsQuery, facts: TokenFacts) {
  const { resourceServer, organizations } = facts.access;
  const findsApi = (audience === null && resource === null) || resourceServer !== null;
  const findsResource = resource === null || resource === resourceServer?.identifier;
  const findsOrganization =
    organization === null ||
    organizations.some(({ id, name }) => organization === id || organization === name);
  return findsApi && findsResource && findsOrganization;
}

export class KnownFacts {
  readonly #database: Pick<Database, 'pool' | 'isExclusive'>;
  readonly #sealing: Sealing;
  readonly #kept = new LRUCache<string, TokenFacts>({
    max: CACHED_FACTS,
    maxSize: CACHED_SCOPES,
    sizeCalculation: sizeOf,
  });
  /** The newest version of the configuration that this process knows of. Older facts are read again. */
  #version = 0;
  /** Grows with every change of what users have consented to, which has no version. */
  #consentChanges = 0;

  constructor(database: Pick<Database, 'pool' | 'isExclusive'>, sealing: Sealing) {
    this.#database = database;
    this.#sealing = sealing;
  }

  get version(): number {
    return this.#version;
  }

  sawVersion(version: number): void {
    this.#version = Math.max(this.#version, version);
  }

  /** To be called when what users have consented to has changed. @param userId null: of any. */
  forgetConsents(userId: string | null): void {
    this.#consentChanges += 1;
    for (const [key, { access }] of this.#kept.entries()) {
      if (access.user !== null && (userId === null || access.user.userId === userId)) this.#kept.delete(key);
    }
  }

  async ofClient(query: TokenFactsQuery, fresh: boolean): Promise<TokenFacts | null> {
    const key = JSON.stringify([query.clientId, query.audience, query.resource, query.organization]);
    const known = !fresh || this.#database.isExclusive ? this.#find(key) : undefined;
    if (known !== undefined) return known.fresh === fresh ? known : { ...known, fresh };
    const facts = await readTokenFacts(this.#database.pool, this.#sealing, query);
    if (facts === null) return null;
    this.sawVersion(facts.configVersion);
    if (leadsSomewhere(query, facts)) this.#kept.set(key, { ...facts, fresh: false });
    return facts;
  }

  async ofUser(query: UserTokenFactsQuery): Promise<TokenFacts | null> {
    const { userId, clientId, audience, resource, organization } = query;
    const key = JSON.stringify([clientId, audience, resource, organization, userId]);
    const known = this.#database.isExclusive ? this.#find(key) : undefined;
    if (known !== undefined) return known;
    const consentChanges = this.#consentChanges;
    const facts = await readUserTokenFacts(this.#database.pool, this.#sealing, query);
    if (facts === null) return null;
    this.sawVersion(facts.configVersion);
    const isCurrent = consentChanges === this.#consentChanges;
    if (isCurrent && facts.access.user !== null && leadsSomewhere(query, facts)) this.#kept.set(key, facts);
    return facts;
  }

  #find(key: string): TokenFacts | undefined {
    const known = this.#kept.get(key);
    return known !== undefined && known.configVersion >= this.#version ? known : undefined;
  }
}
