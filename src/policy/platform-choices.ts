// Questions that the platform's documentation and recordings leave open, each with the answer that Grantry gives.
// They stand here, and not in the rules, so that an answer can change without touching logic
// (token-issuance.md 10; docs/compatibility.md says why each was chosen).

export interface PlatformChoices {
  /**
   * Q3: client credentials that ask for a valid part of the client grant get all of the grant (the vendor's support
   * article, 2023 and later) or only the part they asked for (an SDK maintainer, 2018).
   */
  readonly clientCredentialsScopes: 'all_of_grant' | 'requested_part';
  /**
   * Scopes that stand in a client grant although the API does not define them (any more): left out of tokens, or
   * issued as older tenants did. Leaving them out is the safe reading: a scope taken off an API must stop working.
   */
  readonly undefinedScopesInGrant: 'drop' | 'issue';
}

export const platformChoices: PlatformChoices = {
  clientCredentialsScopes: 'all_of_grant',
  undefinedScopesInGrant: 'drop',
};
