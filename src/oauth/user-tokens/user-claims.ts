import type { JsonObject, JsonValue } from '../../domain/json.js';
import type { User } from '../../domain/user.js';

/** OpenID Connect Core section 5.4: what each scope tells of a user. */
const claimsByScope: Record<string, (user: User) => Record<string, JsonValue | undefined>> = {
  profile: (user) => ({
    name: user.name ?? user.email ?? user.username ?? undefined,
    nickname: user.nickname ?? undefined,
    picture: user.picture ?? undefined,
    given_name: user.givenName ?? undefined,
    family_name: user.familyName ?? undefined,
    // The platform's form of it (token-issuance.md 6.4), not the number of OpenID Connect.
    updated_at: user.updatedAt.toISOString(),
  }),
  email: (user) => ({
    email: user.email ?? undefined,
    email_verified: user.email === null ? undefined : (user.emailVerified ?? false),
  }),
  phone: (user) => ({
    phone_number: user.phoneNumber ?? undefined,
    phone_number_verified: user.phoneNumber === null ? undefined : (user.phoneVerified ?? false),
  }),
};

/** What ID tokens and `/userinfo` tell of a user, for the scopes that were granted. */
export function userClaims(user: User, scopes: readonly string[]): JsonObject {
  const claims = scopes.flatMap((scope) => Object.entries(claimsByScope[scope]?.(user) ?? {}));
  const known = claims.filter((claim): claim is [string, JsonValue] => claim[1] !== undefined);
  return { sub: user.userId, ...Object.fromEntries(known) };
}
