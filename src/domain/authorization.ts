import type { JsonObject } from './json.js';

/** A rich authorization request (RFC 9396 section 2): a type, and fields that the API defines. */
export type AuthorizationDetail = JsonObject & { readonly type: string };

/** What Actions changed when the user logged in. */
export interface ActionChanges {
  readonly accessTokenClaims: JsonObject;
  readonly idTokenClaims: JsonObject;
  readonly addedScopes: readonly string[];
  readonly removedScopes: readonly string[];
}

/**
 * What a user lets a client do since one login. Codes, refresh tokens and opaque access tokens belong to one, and end
 * with it.
 */
export interface Authorization {
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  /** Null for tokens that are good for `/userinfo` only (token-issuance.md AU-7). */
  readonly audience: string | null;
  readonly organizationId: string | null;
  /** The grant type that it began with. */
  readonly grantType: string;
  /** What the login came to, in the order of the request: no later token has more. */
  readonly grantedScopes: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[] | null;
  /** Whether tokens are cut to what the user has consented to. */
  readonly needsConsent: boolean;
  readonly actionChanges: ActionChanges | null;
  readonly authenticatedAt: Date;
  /** Whether the user showed a second factor. */
  readonly hasSecondFactor: boolean;
  readonly createdAt: Date;
  /** Nothing of it can be used any more after this. */
  readonly expiresAt: Date;
}

/** Something that the protocol keeps between requests. */
export interface NewArtifact {
  readonly payload: JsonObject;
  /** The authorization that it belongs to; null where there is none (yet). */
  readonly authorizationId: string | null;
  /** A second name to find it by. */
  readonly otherName: string | null;
  /** How long it can be used again after its first use. */
  readonly leewaySeconds: number;
  /** How long it lives without being used; null for as long as `expiresAt` says. */
  readonly idleSeconds: number | null;
  readonly expiresAt: Date;
}

/** No more than a name that is taken until then. */
export const markUntil = (expiresAt: Date): NewArtifact => ({
  payload: {},
  authorizationId: null,
  otherName: null,
  leewaySeconds: 0,
  idleSeconds: null,
  expiresAt,
});

export interface Artifact extends Omit<NewArtifact, 'otherName'> {
  /** Its last use, or when it was made. */
  readonly usedAt: Date;
  /** Its first use; null while it is unused. */
  readonly consumedAt: Date | null;
}

/** When it ends if nobody uses it until then. */
export function endOf({ usedAt, idleSeconds, expiresAt }: Artifact): Date {
  if (idleSeconds === null) return expiresAt;
  return new Date(Math.min(expiresAt.getTime(), usedAt.getTime() + idleSeconds * 1000));
}

/** Whether it was used, and the leeway for using it again is over (token-issuance.md RT-6). */
export const isUsedUp = ({ consumedAt, leewaySeconds }: Artifact, now: Date): boolean =>
  consumedAt !== null && now.getTime() >= consumedAt.getTime() + leewaySeconds * 1000;
