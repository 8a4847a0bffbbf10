// The Actions of `post-login`: what they are told of a login or a refresh, and what becomes of what they ask for.

import type { PostLoginChanges } from '../../domain/action.js';
import type { ActionChanges } from '../../domain/authorization.js';
import { type JsonObject, withoutNulls } from '../../domain/json.js';
import type { ActionFacts } from '../../domain/token-facts.js';
import { factorKinds, isSecondFactor, SECOND_FACTOR } from '../../domain/second-factor.js';
import type { User } from '../../domain/user.js';
import type { ClientConnection } from '../../http/contract.js';
import { applyActionScopes } from '../../policy/action-scopes.js';
import { decidePostLogin } from '../../policy/actions.js';
import type { Refused, UserAccessRequest, UserDenial, UserGranted } from '../../policy/decision.js';
import type { PlatformChoices } from '../../policy/platform-choices.js';
import { configurationEvent, requestEvent, runBoundActions } from '../bound-actions.js';
import { claimsAllowedFor } from '../custom-claims.js';
import { grantTypes } from '../vocabulary.js';
import { NO_CHANGES } from './issuance.js';
import type { UserTokenOptions } from './options.js';
import type { Considered } from './user-access.js';

/** A login, or a refresh, that access was granted to. */
export interface PostLogin extends Considered {
  /** The HTTP method of the request. */
  readonly method: string;
  readonly connection: ClientConnection;
  readonly user: User;
  readonly decision: UserGranted;
  /** When the user showed a password; null where that is not what the user showed. */
  readonly authenticatedAt: Date | null;
}

export interface AfterActions {
  readonly decision: UserGranted;
  readonly changes: ActionChanges;
}

/** More than anybody has. */
const MOST_ROLES = { kind: 'page', offset: 0, limit: 200, countTotal: false } as const;

/** AC-10, TX-18. */
function protocolOf({ grantType, responseType }: UserAccessRequest): string {
  const protocols: Record<string, string> = {
    [grantTypes.deviceCode]: 'oauth2-device-code',
    [grantTypes.password]: 'oauth2-password',
    [grantTypes.passwordRealm]: 'oauth2-password',
    [grantTypes.refreshToken]: 'oauth2-refresh-token',
    [grantTypes.tokenExchange]: 'oauth2-token-exchange',
    [grantTypes.ciba]: 'oidc-ciba',
    [grantTypes.jwtBearer]: 'oauth2-identity-assertion-authorization-grant',
    implicit: 'oidc-implicit-profile',
  };
  const isHybrid = responseType !== null && responseType.includes(' ');
  return protocols[grantType] ?? (isHybrid ? 'oidc-hybrid-profile' : 'oidc-basic-profile');
}

/** What the user showed, and when (`event.authentication`). */
const methodsOf = ({ authenticatedAt, request }: PostLogin): JsonObject => {
  const names = ['pwd', ...(request.secondFactor === undefined ? [] : [SECOND_FACTOR])];
  const timestamp = authenticatedAt?.toISOString();
  return { methods: timestamp === undefined ? [] : names.map((name) => ({ name, timestamp })) };
};

const FACTOR_OF = Object.fromEntries(Object.entries(factorKinds).map(([factor, kind]) => [kind, factor]));

/** The second factors that the user has set up. */
async function factorsOf({ userId }: User, { storage }: UserTokenOptions): Promise<JsonObject> {
  const enrolled = (await storage.config.authenticators.listOf(userId)).filter(isSecondFactor);
  return {
    multifactor: enrolled.length > 0 ? ['guardian'] : [],
    enrolledFactors: enrolled.map(({ kind }) => ({ type: FACTOR_OF[kind] ?? kind })),
  };
}

function userOf(user: User): JsonObject {
  const known = {
    user_id: user.userId,
    email: user.email,
    email_verified: user.emailVerified,
    username: user.username,
    phone_number: user.phoneNumber,
    name: user.name,
    nickname: user.nickname,
    picture: user.picture,
    given_name: user.givenName,
    family_name: user.familyName,
  };
  return {
    ...withoutNulls(known),
    app_metadata: user.appMetadata ?? {},
    user_metadata: user.userMetadata ?? {},
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
  };
}

async function rolesOf(
  user: User,
  organizationId: string | null,
  { storage }: UserTokenOptions,
): Promise<readonly string[]> {
  const filter =
    organizationId === null ? { userId: user.userId } : { member: { organizationId, userId: user.userId } };
  const { items } = await storage.config.roles.list(filter, MOST_ROLES);
  return items.map(({ name }) => name);
}

/** The platform's page "Post-login Event Object". */
async function eventOf(login: PostLogin, bound: ActionFacts, options: UserTokenOptions): Promise<JsonObject> {
  const { user, request, facts, decision } = login;
  const { organization } = decision;
  const connection = await options.storage.config.connections.findByName(user.connection);
  return {
    ...configurationEvent(facts, bound, organization, options.tenant),
    user: { ...userOf(user), ...(await factorsOf(user, options)) },
    authentication: methodsOf(login),
    authorization: { roles: await rolesOf(user, organization?.id ?? null, options) },
    connection: {
      id: connection?.id ?? '',
      name: user.connection,
      strategy: user.provider,
      metadata: connection?.metadata ?? {},
    },
    request: requestEvent(login.method, login.connection, options.tenant),
    ...(decision.audience !== null && { resource_server: { identifier: decision.audience } }),
    transaction: {
      protocol: protocolOf(request),
      requested_scopes: request.scopes ?? [],
      // RA-9.
      requested_authorization_details: request.authorizationDetails ?? [],
      ...(request.redirectUri !== null && { redirect_uri: request.redirectUri }),
    },
  };
}

/** Merged at its first level, as the Management API does it. */
const merged = (before: JsonObject | null, changes: JsonObject): JsonObject =>
  withoutNulls({ ...before, ...changes });

/** Writes down what Actions set of a user's metadata. */
export async function keepMetadata(
  user: User,
  { userMetadata, appMetadata }: Pick<PostLoginChanges, 'userMetadata' | 'appMetadata'>,
  { storage, now }: Pick<UserTokenOptions, 'storage' | 'now'>,
): Promise<void> {
  const isChanged = Object.keys(userMetadata).length > 0 || Object.keys(appMetadata).length > 0;
  if (!isChanged) return;
  await storage.write(async (config) => {
    // Another login may have changed it meanwhile.
    const current = await config.users.find(user.userId);
    if (current !== null) {
      const changes = {
        userMetadata: merged(current.userMetadata, userMetadata),
        appMetadata: merged(current.appMetadata, appMetadata),
      };
      await config.users.update(user.userId, changes, now());
    }
    return { result: undefined, entry: null };
  });
}

/**
 * Runs the Actions that are bound, if any, and decides what is left of the grant; a refusal where one of them denies or
 * fails.
 */
export async function runPostLogin(
  login: PostLogin,
  options: UserTokenOptions,
): Promise<AfterActions | Refused<UserDenial>> {
  const { user, facts, decision } = login;
  const { actions, choices } = options;
  const bound = facts.actions;
  if (bound === null || actions === null) return { decision, changes: NO_CHANGES };

  const event = (): Promise<JsonObject> => eventOf(login, bound, options);
  const outcome = await runBoundActions('post-login', facts, bound, event, { ...options, actions });
  if (outcome.kind !== 'failed') await keepMetadata(user, outcome.changes, options);

  const final = decidePostLogin(decision, outcome, { request: login.request, facts: facts.access }, choices);
  if (!final.granted) return final;
  if (outcome.kind !== 'completed') throw new TypeError('granted what an Action denied');
  const { accessTokenClaims, idTokenClaims, addedScopes, removedScopes } = outcome.changes;
  const changes = {
    accessTokenClaims: claimsAllowedFor(facts.access.resourceServer, accessTokenClaims),
    idTokenClaims,
    addedScopes,
    removedScopes,
  };
  return { decision: final, changes };
}

/** What Actions changed at the login, done to a later decision of it. */
export function appliedChanges(
  decision: UserGranted,
  changes: ActionChanges | null,
  choices: PlatformChoices,
): AfterActions {
  if (changes === null) return { decision, changes: NO_CHANGES };
  return { decision: applyActionScopes(decision, changes, choices), changes };
}
