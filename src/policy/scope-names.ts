// Scopes of the protocol itself: no API has to define them, and neither client grants nor RBAC are about them (US-13).

export const oidcScopes = ['openid', 'profile', 'email', 'address', 'phone'] as const;

const oidc: ReadonlySet<string> = new Set(oidcScopes);

/** OpenID Connect Core 1.0, section 5.4. */
export const isOidcScope = (scope: string): boolean => oidc.has(scope);

/** Scopes that the protocol defines, and no API. */
export const isProtocolScope = (scope: string): boolean => isOidcScope(scope) || scope === 'offline_access';
