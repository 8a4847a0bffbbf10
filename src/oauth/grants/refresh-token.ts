// RFC 6749 section 6. Every refresh is decided again, on facts as they are now (token-issuance.md RT-9), and Actions run
// again (RT-10). oidc-provider has no part in it: a refresh is as frequent as a token of a client's own, and costs as little.

import type { IncomingMessage } from 'node:http';
import { type Artifact, type Authorization, endOf, isUsedUp } from '../../domain/authorization.js';
import type { Client } from '../../domain/client.js';
import type { LogType } from '../../domain/log-entry.js';
import type { TokenFacts } from '../../domain/token-facts.js';
import type { User } from '../../domain/user.js';
import { decideAccess } from '../../policy/decide-access.js';
import type { UserAccessRequest } from '../../policy/decision.js';
import { MissingReference } from '../../storage/storage.js';
import { keyOf, sendsProof } from '../key-proof.js';
import { fault, invalidProof, keyNotProven, malformed, type Refusal } from '../refusal.js';
import { askForSecondFactor } from '../second-factor/transaction.js';
import type { TokenRequest } from '../token-request.js';
import { userRefusalFor } from '../user-refusal.js';
import { userTokenSettings } from '../user-tokens/client-settings.js';
import type { Issuance } from '../user-tokens/issuance.js';
import { laterRequest } from '../user-tokens/later-request.js';
import type { UserTokenOptions } from '../user-tokens/options.js';
import { runPostLogin } from '../user-tokens/post-login.js';
import {
  MAX_REFRESH_TOKENS,
  nextRefreshToken,
  readRefreshToken,
  REFRESH_TOKEN,
} from '../user-tokens/stored-tokens.js';
import { mintTokens } from '../user-tokens/tokens.js';
import { factsFor, factsOfClient } from '../user-tokens/user-access.js';
import {
  clientOf,
  concluded,
  type Exchange,
  type Exchanged,
  type Issued,
  type Refused,
  refused,
} from './exchange.js';

/** RT-5, RT-6. */
const invalid = (reason: 'refresh_token_invalid' | 'refresh_token_reused'): Refusal =>
  fault(reason, 403, 'invalid_grant', 'Unknown or invalid refresh token.');

/** What a token stands for, and what its client asks for with it. */
interface Stored {
  readonly artifact: Artifact;
  readonly authorization: Authorization;
  readonly asked: UserAccessRequest;
}

/** What a request is about, as it is now. */
interface Sought {
  /** Null where there is no such token, or its authorization has gone. */
  readonly stored: Stored | null;
  /** Of the client, and of what it asks for; null where there is no such client. */
  readonly facts: TokenFacts | null;
}

/**
 * Reads what a request is about. It comes before the client is authenticated, so that one statement has the facts for that
 * and for the decision.
 */
export async function seek(
  req: IncomingMessage,
  { clientId, audience, scopes, parameters }: TokenRequest,
  { storage, tenant }: UserTokenOptions,
): Promise<Sought> {
  const token = parameters.get('refresh_token');
  const found =
    token === undefined ? null : await storage.artifacts.findWithAuthorization(REFRESH_TOKEN, token);
  if (found === null || found.authorization === null) {
    return { stored: null, facts: await factsOfClient(clientId, storage) };
  }
  const { artifact, authorization } = found;
  // A proof that proves nothing is refused before it comes to a decision.
  const sent = { audience, scopes, bindsKey: sendsProof(req) };
  const asked = laterRequest('refresh', authorization, sent, `${tenant.issuer}userinfo`);
  const facts = await factsFor(asked, { clientId, userId: authorization.userId }, storage);
  return { stored: { artifact, authorization, asked }, facts };
}

/** A request, whose client has been authenticated. */
interface RefreshExchange extends Exchange {
  readonly stored: Stored | null;
}

/** What a request shows, and what that stands for. */
interface Found extends Stored {
  readonly token: string;
  /** Thumbprint of the key that the request proves to have; null where it proves none. */
  readonly key: string | null;
  /** What the token says of itself. */
  readonly said: ReturnType<typeof readRefreshToken>;
  readonly user: User;
  readonly client: Client;
}

async function find(
  { req, request, stored }: RefreshExchange,
  client: Client,
  options: UserTokenOptions,
): Promise<Found | Refused> {
  const { storage, now } = options;
  const { clientId } = client;
  const token = request.parameters.get('refresh_token');
  if (token === undefined) return refused(malformed('Missing required parameter: refresh_token'), null);
  const proof = { endpoint: 'oauth/token', accessToken: null, clientId } as const;
  const isProving = sendsProof(req);
  const key = isProving ? await keyOf(req, proof, options) : null;
  if (isProving && key === null) return refused(invalidProof(), 'it is none, or was used before');

  const unknown = (because: string): Refused => refused(invalid('refresh_token_invalid'), because);
  if (stored === null) return unknown('there is no such token, or its authorization has gone');
  const { artifact, authorization } = stored;
  const said = readRefreshToken(artifact);
  if (said.clientId !== clientId) return unknown('it is the token of another client');
  if (endOf(artifact) <= now()) return unknown('it has expired, or was not used for too long');
  const user = await storage.known.user(authorization.userId);
  if (user === null) return unknown('its user has gone');
  return { ...stored, token, key, said, user, client };
}

/** RT-6: one of two who have it is a thief, so neither keeps anything of this login. */
async function endFamily({ authorization }: Found, { storage }: UserTokenOptions): Promise<Refused> {
  await storage.authorizations.delete(authorization.id);
  return refused(invalid('refresh_token_reused'), 'it had been used before');
}

/** Marks a token as used, and makes the next one where they rotate. @returns what the client goes on with. */
async function use(found: Found, options: UserTokenOptions): Promise<string | Refused> {
  const { token, artifact, authorization, client } = found;
  const { storage, now } = options;
  const { artifacts } = storage;
  const settings = userTokenSettings(client).refreshToken;
  if (!settings.rotates) {
    if (artifact.idleSeconds !== null) await artifacts.touch(REFRESH_TOKEN, token, now());
    return token;
  }
  if (!(await artifacts.consume(REFRESH_TOKEN, token, now()))) {
    // Within its leeway it can be used again; else somebody was first, a moment ago.
    const current = await artifacts.find(REFRESH_TOKEN, token);
    if (current === null || isUsedUp(current, now())) return endFamily(found, options);
  }
  const next = nextRefreshToken(artifact, authorization, settings, now());
  await artifacts.putNew(REFRESH_TOKEN, next.value, next.kept, now());
  await artifacts.trim(REFRESH_TOKEN, authorization, MAX_REFRESH_TOKENS);
  return next.value;
}

/** Decides what the tokens may carry. */
async function decide(
  { req, request, facts }: RefreshExchange,
  { asked, authorization, user }: Found,
  options: UserTokenOptions,
): Promise<Issuance | Refused> {
  const { clientId, connection } = request;
  const { authenticatedAt } = authorization;
  const method = req.method ?? 'POST';
  const decision = decideAccess(asked, facts.access, options.choices);
  const final = decision.granted
    ? await runPostLogin(
        {
          method,
          connection,
          user,
          request: asked,
          facts,
          decision,
          authenticatedAt,
        },
        options,
      )
    : decision;
  if ('denial' in final) {
    const { denial, trace } = final;
    const { userId } = user;
    const refusal =
      denial.reason === 'mfa_required'
        ? await askForSecondFactor(
            { clientId, userId, request: asked, otherClaims: {}, authenticatedAt },
            authorization.id,
            options,
          )
        : userRefusalFor(denial, clientId, 'refresh');
    return refused(refusal, trace.at(-1)?.because ?? null, trace);
  }
  return { ...final, user, facts, authorization, grantType: asked.grantType, otherClaims: {} };
}

async function issue(
  exchange: RefreshExchange,
  found: Found,
  options: UserTokenOptions,
): Promise<Issued | Refused> {
  const { key, artifact, said, client } = found;
  if (said.key !== null && said.key !== key)
    return refused(keyNotProven(), 'the token is bound to another key');
  if (isUsedUp(artifact, options.now())) return endFamily(found, options);
  const issuance = await decide(exchange, found, options);
  if ('refusal' in issuance) return issuance;
  try {
    const next = await use(found, options);
    if (typeof next !== 'string') return next;
    const minting = { client, ofLogin: said.ofLogin, key, here: exchange.here };
    const tokens = await mintTokens(issuance, minting, options);
    return { refusal: null, issuance, body: { ...tokens, refresh_token: next } };
  } catch (error) {
    // Somebody took the authorization back meanwhile.
    if (error instanceof MissingReference) return refused(invalid('refresh_token_invalid'), error.message);
    throw error;
  }
}

/** token-issuance.md 8. */
function logType(refusal: Refusal | null): LogType {
  if (refusal === null) return 'sertft';
  return refusal.reason === 'refresh_token_reused' ? 'ferrt' : 'fertft';
}

/** Exchanges a refresh token for the tokens that its client may have by now. */
export async function refresh(exchange: RefreshExchange, options: UserTokenOptions): Promise<Exchanged> {
  const { request } = exchange;
  const { client, readableBy } = await clientOf(exchange, options);
  const found = 'refusal' in client ? client : await find(exchange, client, options);
  const answer = 'refusal' in found ? found : await issue(exchange, found, options);
  const about = {
    type: logType(answer.refusal),
    userId: 'user' in found ? found.user.userId : null,
    audience: request.audience,
    requestedScopes: request.scopes,
    readableBy,
  };
  return concluded(exchange, answer, about, options);
}
