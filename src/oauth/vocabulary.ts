// The protocol's words, each with where it comes from.

export const grantTypes = {
  /** RFC 6749 section 4.4. */
  clientCredentials: 'client_credentials',
  /** RFC 6749 section 4.1. */
  authorizationCode: 'authorization_code',
  /** RFC 6749 section 6. */
  refreshToken: 'refresh_token',
  /** RFC 8628 section 3.4. */
  deviceCode: 'urn:ietf:params:oauth:grant-type:device_code',
  /** RFC 6749 section 4.3. */
  password: 'password',
  /** The platform's own: the password of a user of one connection. */
  passwordRealm: 'http://auth0.com/oauth/grant-type/password-realm',
  /** RFC 8693. */
  tokenExchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  /** The platform's own, of a request that waits for a second factor. */
  mfaOtp: 'http://auth0.com/oauth/grant-type/mfa-otp',
  mfaOob: 'http://auth0.com/oauth/grant-type/mfa-oob',
  mfaRecoveryCode: 'http://auth0.com/oauth/grant-type/mfa-recovery-code',
  /** OpenID CIBA Core 1.0 section 10.1. */
  ciba: 'urn:openid:params:grant-type:ciba',
  /** RFC 7523 section 2.1. */
  jwtBearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
} as const;

/**
 * OAuth 2.0 Multiple Response Types. A token alone is none of them: RFC 9700 section 2.1.2 is against it, and so is the
 * library.
 */
export const responseTypes = [
  'code',
  'id_token',
  'code id_token',
  'code token',
  'id_token token',
  'code id_token token',
] as const;

/** Those that need a user. */
export const userGrantTypes: ReadonlySet<string> = new Set([
  grantTypes.authorizationCode,
  grantTypes.refreshToken,
  grantTypes.deviceCode,
  grantTypes.password,
  grantTypes.passwordRealm,
  grantTypes.tokenExchange,
  grantTypes.mfaOtp,
  grantTypes.mfaOob,
  grantTypes.mfaRecoveryCode,
  grantTypes.ciba,
  grantTypes.jwtBearer,
]);

/** What the grant types with a user read beside the parameters of all (token-issuance.md 7.2). */
export const userGrantParameters = [
  'code',
  'redirect_uri',
  'code_verifier',
  'refresh_token',
  'device_code',
  'username',
  'password',
  'realm',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'mfa_token',
  'otp',
  'oob_code',
  'binding_code',
  'recovery_code',
  'auth_req_id',
  'assertion',
] as const;

/** RFC 8693 section 3. */
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

/** draft-ietf-oauth-identity-assertion-authz-grant, section 3: what an identity assertion says that it is. */
export const IDENTITY_ASSERTION_TYPE = 'oauth-id-jag+jwt';

/** The same draft, section 7: what this server can be given. */
export const IDENTITY_ASSERTION_PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag';

/** RFC 7523 section 2.2. */
export const JWT_BEARER_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What client assertions can be signed with (token-issuance.md 7.2). */
export const assertionAlgorithms = ['RS256', 'RS384', 'PS256'] as const;
