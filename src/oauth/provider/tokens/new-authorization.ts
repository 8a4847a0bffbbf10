import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ActionChanges, Authorization } from '../../../domain/authorization.js';
import type { JsonObject } from '../../../domain/json.js';
import type { User } from '../../../domain/user.js';
import type { UserGranted } from '../../../policy/decision.js';
import { MissingReference, type Storage } from '../../../storage/storage.js';
import type { Refusal } from '../../refusal.js';
import { ownMetadata } from '../library/client-metadata.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { RefusedRequest } from '../refused-request.js';
import type { Considered } from '../../user-tokens/user-access.js';
import { remember } from './issuance.js';

const changedMeanwhile: Refusal = {
  reason: 'changed_meanwhile',
  error: {
    status: 403,
    error: 'access_denied',
    description: 'What the request is about was deleted meanwhile.',
  },
};

async function write(authorization: Authorization, { authorizations }: Storage): Promise<void> {
  try {
    await authorizations.create(authorization);
  } catch (error) {
    if (error instanceof MissingReference) throw new RefusedRequest(changedMeanwhile);
    throw error;
  }
}

/** What a user lets a client do from now on. */
interface Agreed extends Considered {
  readonly id: string;
  readonly user: User;
  /** With the scopes as Actions left them. */
  readonly decision: UserGranted;
  readonly changes: ActionChanges;
  readonly authenticatedAt: Date;
  /** How long it lasts where the client gets no refresh token. */
  readonly secondsWithoutRefresh: number;
  /** Claims that the flow adds to access tokens. */
  readonly otherClaims: JsonObject;
}

/**
 * Writes an authorization down, and makes it what the answer to this request is made of.
 *
 * @throws RefusedRequest when the user, client, API or organization has gone since that was decided.
 */
export async function recordAuthorization(
  ctx: KoaContextWithOIDC,
  agreed: Agreed,
  { storage, now }: UserTokenOptions,
): Promise<void> {
  const { user, request, facts, decision, changes, otherClaims } = agreed;
  const { client } = ctx.oidc;
  if (client === undefined) throw new TypeError('the library has not found the client');
  const createdAt = now();
  const seconds = decision.offline
    ? ownMetadata(client).refreshToken.lifetimeSeconds
    : agreed.secondsWithoutRefresh;
  const authorization: Authorization = {
    id: agreed.id,
    userId: user.userId,
    clientId: client.clientId,
    audience: decision.audience,
    organizationId: decision.organization?.id ?? null,
    grantType: request.grantType,
    grantedScopes: decision.scopes,
    authorizationDetails: decision.authorizationDetails,
    needsConsent: decision.needsConsent,
    actionChanges: changes,
    authenticatedAt: agreed.authenticatedAt,
    hasSecondFactor: request.secondFactor !== undefined,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + seconds * 1000),
  };
  await write(authorization, storage);
  const { grantType } = request;
  remember(ctx, { user, facts, decision, authorization, changes, grantType, otherClaims });
}
