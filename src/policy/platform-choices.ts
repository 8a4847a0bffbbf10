// Questions that the platform's documentation and recordings leave open, each with the answer that Grantry gives.
// They stand here, and not in the rules, so that an answer can change without touching logic
// (token-issuance.md 10; docs/compatibility.md says why each was chosen). Where the question is only which text or
// status a refusal has, the answer stands with the texts, in oauth/refusal.ts and oauth/user-refusal.ts.

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
  /** Whether clients that cannot authenticate themselves need PKCE for codes (RFC 9700 section 2.1.1: they must). */
  readonly publicClientsNeedPkce: boolean;
  /** Q8: what comes of scopes at a refresh that the API does not define. */
  readonly unknownScopesAtRefresh: 'refuse' | 'drop';
  /** Q9: whether post-login Actions can give scopes above the client grant, the API's scopes and the user's permissions. */
  readonly actionScopes: 'unlimited' | 'within_ceiling';
  /** Q12: an on-behalf-of exchange of which only a part is permitted. */
  readonly onBehalfOfInPart: 'drop' | 'refuse';
  /** Q14: OpenID Connect scopes of strict third parties. */
  readonly strictThirdPartyOidcScopes: 'drop' | 'grant';
  /** Q14: `offline_access` of strict third parties. */
  readonly strictThirdPartyOfflineAccess: 'grant' | 'drop';
  /** Q21: whether a `user` grant limits a client that needs none. */
  readonly userGrantCapsUnderAllowAll: boolean;
  /** Q22: what counts in an organization beside the roles that the user has as a member of it. */
  readonly permissionsInOrganization: 'member_roles_and_direct' | 'member_roles' | 'all';
}

export const platformChoices: PlatformChoices = {
  clientCredentialsScopes: 'all_of_grant',
  undefinedScopesInGrant: 'drop',
  publicClientsNeedPkce: true,
  unknownScopesAtRefresh: 'refuse',
  actionScopes: 'unlimited',
  onBehalfOfInPart: 'drop',
  strictThirdPartyOidcScopes: 'drop',
  strictThirdPartyOfflineAccess: 'grant',
  userGrantCapsUnderAllowAll: false,
  permissionsInOrganization: 'member_roles_and_direct',
};
