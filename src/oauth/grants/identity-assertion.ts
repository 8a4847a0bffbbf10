// Cross app access (token-issuance.md TX-18): what the identity provider of a connection says of a user is exchanged for an
// access token, as far as the policy lets the client have one. The same assertion may come again while it is valid.

import type { Authorization } from '../../domain/authorization.js';
import type { Client } from '../../domain/client.js';
import type { LogType } from '../../domain/log-entry.js';
import type { User } from '../../domain/user.js';
import type { AssertedAccess, TraceStep, UserAccessRequest, UserDenial } from '../../policy/decision.js';
import { type IdentityAssertion, isIdentityAssertion, readIdentityAssertion } from '../identity-assertion.js';
import type { IssuerKeys } from '../issuer-keys.js';
import { keyOf, sendsProof } from '../key-proof.js';
import {
  authenticationFailed,
  fault,
  invalidProof,
  keyNotProven,
  malformed,
  type Refusal,
} from '../refusal.js';
import type { TokenRequest } from '../token-request.js';
import { userRefusalFor } from '../user-refusal.js';
import { userTokenSettings } from '../user-tokens/client-settings.js';
import type { Issuance } from '../user-tokens/issuance.js';
import type { UserTokenOptions } from '../user-tokens/options.js';
import { runPostLogin } from '../user-tokens/post-login.js';
import { mintTokens } from '../user-tokens/tokens.js';
import { decideUserAccess } from '../user-tokens/user-access.js';
import {
  clientOf,
  concluded,
  type Exchange,
  type Exchanged,
  type Issued,
  type Refused,
  refused,
} from './exchange.js';

export interface AssertionOptions extends UserTokenOptions {
  readonly issuerKeys: IssuerKeys;
}

const denied = (
  { denial, trace }: { readonly denial: UserDenial; readonly trace: readonly TraceStep[] },
  clientId: string,
): Refused =>
  refused(userRefusalFor(denial, clientId, 'identity_assertion'), trace.at(-1)?.because ?? null, trace);

/** The platform makes no user here (its page "Cross App Access"); status and code are those of TX-18. */
const unknownUser = (): Refusal => fault('exchange_user_unknown', 400, 'invalid_grant', 'User not found');

/** What a request asks of the policy. @param asserted left out as long as the assertion has not been read. */
function accessRequest(
  { grantType, audience, resource, scopes, organization }: TokenRequest,
  bindsKey: boolean,
  { issuer }: UserTokenOptions['tenant'],
  asserted?: AssertedAccess,
): UserAccessRequest {
  return {
    subjectType: 'user',
    flow: 'identity_assertion',
    grantType,
    audience,
    resource,
    scopes,
    organization,
    userinfoAudience: `${issuer}userinfo`,
    authorizationDetails: null,
    responseType: null,
    hasCodeChallenge: false,
    redirectUri: null,
    hasAgreedToDetails: false,
    bindsKey,
    original: null,
    ...(asserted && { asserted }),
  };
}

/** What a request shows. */
interface Shown {
  readonly client: Client;
  readonly assertion: IdentityAssertion;
  /** Thumbprint of the key that the request proves to have; null where it proves none. */
  readonly key: string | null;
}

async function read(
  { req, request }: Exchange,
  client: Client,
  options: AssertionOptions,
): Promise<Shown | Refused> {
  const { clientId } = client;
  const sent = request.parameters.get('assertion');
  if (sent === undefined) return refused(malformed('Missing required parameter: assertion'), null);
  const proof = { endpoint: 'oauth/token', accessToken: null, clientId } as const;
  const isProving = sendsProof(req);
  const key = isProving ? await keyOf(req, proof, options) : null;
  if (isProving && key === null) return refused(invalidProof(), 'it is none, or was used before');

  // Whoever may not ask has nobody's keys fetched, and learns nothing about users.
  const asked = accessRequest(request, isProving, options.tenant);
  const considered = await decideUserAccess(asked, { clientId, userId: null }, options);
  if (considered === null) return refused(authenticationFailed(), 'the client has gone');
  const { decision } = considered;
  if (!decision.granted && decision.denial.reason === 'identity_assertion_not_allowed')
    return denied(decision, clientId);

  const isPublic = !userTokenSettings(client).isConfidential;
  const assertion = await readIdentityAssertion(sent, { clientId, isPublic }, options);
  if ('refusal' in assertion) return refused(assertion.refusal, assertion.because);
  if (assertion.key !== null && assertion.key !== key)
    return refused(keyNotProven(), 'the assertion is bound to another key');
  return { client, assertion, key };
}

/** What stands for the login that there was elsewhere. Nothing of it is kept: there is no later request. */
function authorizationOf(
  issuance: Omit<Issuance, 'authorization'>,
  clientId: string,
  now: Date,
): Authorization {
  const { user, decision, grantType } = issuance;
  return {
    id: '',
    userId: user.userId,
    clientId,
    audience: decision.audience,
    organizationId: decision.organization?.id ?? null,
    grantType,
    grantedScopes: decision.scopes,
    authorizationDetails: null,
    needsConsent: false,
    actionChanges: null,
    authenticatedAt: now,
    hasSecondFactor: false,
    createdAt: now,
    expiresAt: now,
  };
}

/** The user of the connection, if it has this one. Connections of one strategy share the form of their ids. */
async function findUser(
  { connection, userId }: IdentityAssertion,
  options: UserTokenOptions,
): Promise<User | null> {
  const user = await options.storage.known.user(userId);
  return user?.connection === connection.name ? user : null;
}

interface Decided {
  readonly issuance: Issuance;
  readonly requested: readonly string[];
}

/** Decides what the token may carry. */
async function decide(
  { req, request }: Exchange,
  { client, assertion, key }: Shown,
  options: UserTokenOptions,
): Promise<Decided | Refused> {
  const { clientId } = client;
  const { connection, resources } = assertion;
  const user = await findUser(assertion, options);
  // The second tells the policy that there are several.
  const organizationIds = await options.storage.config.organizationConnections.organizationsOf(
    connection.id,
    2,
  );
  // TX-18: what the assertion says of scopes comes before the parameter.
  const scopes = assertion.scopes ?? request.scopes;
  const asserted = { resources, organizationIds };
  const asked = accessRequest({ ...request, scopes }, key !== null, options.tenant, asserted);
  const considered = await decideUserAccess(asked, { clientId, userId: user?.userId ?? null }, options);
  if (considered === null) return refused(authenticationFailed(), 'the client has gone');
  const { facts, decision } = considered;
  if (!decision.granted) {
    const isUnknown = decision.denial.reason === 'login_required';
    if (isUnknown) return refused(unknownUser(), `there is no user ${assertion.userId}`, decision.trace);
    return denied(decision, clientId);
  }
  if (user === null) throw new TypeError('granted to nobody');
  const login = {
    method: req.method ?? 'POST',
    connection: request.connection,
    user,
    request: asked,
    facts,
    decision,
    authenticatedAt: null,
  };
  const final = await runPostLogin(login, options);
  if ('denial' in final) return denied(final, clientId);
  const made = { ...final, user, facts, grantType: asked.grantType, otherClaims: {} };
  const authorization = authorizationOf(made, clientId, options.now());
  return { issuance: { ...made, authorization }, requested: [...new Set(scopes)] };
}

async function issue(exchange: Exchange, shown: Shown, options: UserTokenOptions): Promise<Issued | Refused> {
  const decided = await decide(exchange, shown, options);
  if ('refusal' in decided) return decided;
  const { issuance, requested } = decided;
  const { scopes } = issuance.decision;
  const minting = { client: shown.client, ofLogin: {}, key: shown.key, here: exchange.here };
  const { scope: _, ...tokens } = (await mintTokens(issuance, minting, options)) as Record<string, unknown>;
  // TX-18: told only where they are not those that were asked for.
  const isSame = scopes.length === requested.length && requested.every((scope) => scopes.includes(scope));
  return { refusal: null, issuance, body: isSame ? tokens : { ...tokens, scope: scopes.join(' ') } };
}

/** token-issuance.md 8. */
function logType(refusal: Refusal | null, { parameters }: TokenRequest): LogType {
  if (refusal === null) return 'idjag_exchange_succeeded';
  const isOne = isIdentityAssertion(parameters.get('assertion') ?? '');
  return isOne ? 'idjag_exchange_failed' : 'jwt_bearer_exchange_failed';
}

/** Exchanges an identity assertion for the access token that its client may have for its user. */
export async function exchangeAssertion(exchange: Exchange, options: AssertionOptions): Promise<Exchanged> {
  const { request } = exchange;
  const { client, readableBy } = await clientOf(exchange, options);
  const shown = 'refusal' in client ? client : await read(exchange, client, options);
  const answer = 'refusal' in shown ? shown : await issue(exchange, shown, options);
  const assertion = 'refusal' in shown ? null : shown.assertion;
  const about = {
    type: logType(answer.refusal, request),
    userId: assertion?.userId ?? null,
    audience: request.audience ?? assertion?.resources[0] ?? null,
    requestedScopes: assertion?.scopes ?? request.scopes,
    readableBy,
  };
  return concluded(exchange, answer, about, options);
}
