// The protocol's words, each with where it comes from.

export const grantTypes = {
  /** RFC 6749 section 4.4. */
  clientCredentials: 'client_credentials',
} as const;

/** RFC 7523 section 2.2. */
export const JWT_BEARER_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What client assertions can be signed with (token-issuance.md 7.2). */
export const assertionAlgorithms = ['RS256', 'RS384', 'PS256'] as const;
