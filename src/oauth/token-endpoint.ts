// POST /oauth/token as a pipeline: parse, authenticate, decide, count, run Actions, sign, log, answer. What every grant type needs is
// here, so that none can forget it.
//
// Facts about the configuration may come from a cache. The log row is written only while the configuration still is what
// was decided on; when it has moved on, the request is decided again on fresh facts. So a change of policy or grant is in
// force for the very next request, and the check costs nothing that the row would not (docs/decisions/0004-token-path.md).

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { ActionRunner } from '../actions/run-actions.js';
import type { Tenant } from '../domain/tenant.js';
import type { PlatformChoices } from '../policy/platform-choices.js';
import type { Storage } from '../storage/storage.js';
import { lifetimeOf, mintAccessToken } from './access-token.js';
import { proveClient } from './client-authentication.js';
import { Once } from './grants/grant.js';
import { exchangeAssertion } from './grants/identity-assertion.js';
import { refresh, seek } from './grants/refresh-token.js';
import { grants } from './grants/registry.js';
import { IssuerKeys } from './issuer-keys.js';
import { type GrantedOutcome, type Outcome, refused } from './outcome.js';
import { grantTypeUnsupported, methodNotAllowed, serverError } from './refusal.js';
import type { KeySet } from './signing-keys.js';
import { TokenAnswer } from './token-answer.js';
import { tokenLogEntry } from './token-log.js';
import type { UserFlows } from './provider/routes.js';
import { factsOfClient } from './user-tokens/user-access.js';
import { readTokenRequest, type TokenRequest } from './token-request.js';
import { grantTypes, userGrantTypes } from './vocabulary.js';

export interface TokenEndpointOptions {
  readonly storage: Storage;
  readonly tenant: Tenant;
  readonly keys: KeySet;
  /** Null where Actions are switched off. */
  readonly actions: ActionRunner | null;
  readonly choices: PlatformChoices;
  readonly now: () => Date;
  readonly log: Logger;
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether answers name the rule that decided, in `Grantry-Reason`. */
  readonly reasonHeader: boolean;
  /** Loaded when a user logs in for the first time. */
  readonly userFlows: () => Promise<UserFlows>;
}

export type TokenEndpoint = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

export function tokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  let lastSocket: Socket | null = null;
  let underWay = 0;
  const issuerKeys = new IssuerKeys();
  return async (req, res) => {
    // While one connection asks again and again, nobody else is there whom a signature on this thread would keep waiting.
    const isAlone = req.socket === lastSocket && underWay === 0;
    lastSocket = req.socket;
    const answer = new TokenAnswer(res, options);
    if (req.method !== 'POST') {
      req.resume();
      answer.refuse(methodNotAllowed(), []);
      return;
    }
    underWay += 1;
    try {
      const request = await readTokenRequest(req, options.tenant);
      if ('reason' in request) {
        await options.storage.appendLog(tokenLogEntry(req, null, refused(null, request, null), options));
        answer.refuse(request, []);
      } else {
        const exchange = { req, res, request, answer, here: isAlone };
        if (userGrantTypes.has(request.grantType)) await issueForUser(exchange, { ...options, issuerKeys });
        else await issue(exchange, options);
      }
    } catch (error) {
      // A client that went away half-way is nobody's failure.
      if (res.destroyed) return;
      options.log.error({ err: error }, 'token request failed');
      if (!res.headersSent) answer.refuse(serverError(), []);
    } finally {
      underWay -= 1;
    }
  };
}

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: TokenRequest;
  readonly answer: TokenAnswer;
  /** See `signWithKey`. */
  readonly here: boolean;
}

/** Authenticates the client. What a user let it do is found, decided and logged elsewhere. */
async function issueForUser(
  { req, res, request, answer, here }: Exchange,
  options: TokenEndpointOptions & { readonly issuerKeys: IssuerKeys },
): Promise<void> {
  const { clientId, grantType } = request;
  const isRefresh = grantType === grantTypes.refreshToken;
  const { stored, facts } = isRefresh
    ? await seek(req, request, options)
    : { stored: null, facts: await factsOfClient(clientId, options.storage) };
  const client = await proveClient(request, facts, options);
  if (client.refusal) {
    const outcome = refused(facts, client.refusal, client.because);
    await options.storage.appendLog(tokenLogEntry(req, request, outcome, options));
    answer.refuse(client.refusal, []);
  } else if (isRefresh || grantType === grantTypes.jwtBearer) {
    const exchange = { req, request, facts: client.facts, here };
    const exchanged = await (isRefresh
      ? refresh({ ...exchange, stored }, options)
      : exchangeAssertion(exchange, options));
    await options.storage.appendLog(exchanged.entry);
    answer.readableBy(exchanged.readableBy);
    if (exchanged.answer.refusal) answer.refuse(exchanged.answer.refusal, []);
    else answer.grant(exchanged.answer.body, []);
  } else {
    const flows = await options.userFlows();
    await flows.issue(req, res, request);
  }
}

/** Decides, then signs and logs at once; starts over on fresh facts when the cached ones were out of date. */
async function issue({ req, request, answer, here }: Exchange, options: TokenEndpointOptions): Promise<void> {
  const once = new Once();
  for (const fresh of [false, true]) {
    const outcome = await decide(request, fresh, once, options);
    // While the signature is made on another thread, the row is written.
    const signing = outcome.refusal ? null : sign(outcome, request, options, here);
    const entry = tokenLogEntry(req, request, outcome, options);
    const writing = options.storage.appendLog(entry, { ifCurrent: outcome.facts?.fresh === false });
    const [token, isCurrent] = await Promise.all([signing, writing]);
    if (!isCurrent) continue;
    if (outcome.refusal) answer.refuse(outcome.refusal, outcome.quotaUses);
    else answer.grant(answerOf(outcome, token ?? ''), outcome.quotaUses);
    return;
  }
  throw new Error('an entry decided on fresh facts was not written');
}

async function decide(
  request: TokenRequest,
  fresh: boolean,
  once: Once,
  options: TokenEndpointOptions,
): Promise<Outcome> {
  const { clientId, audience, resource, organization } = request;
  const facts = await options.storage.tokenFacts({ clientId, audience, resource, organization }, { fresh });
  const client = await proveClient(request, facts, options, (use) => once.useAssertion(use));
  if (client.refusal) return refused(facts, client.refusal, client.because);
  const grant = grants.get(request.grantType);
  return grant ? grant(request, client.facts, once, options) : refused(facts, grantTypeUnsupported(), null);
}

/** RFC 6749 section 5.1. */
function answerOf({ decision: { scopes }, settings }: GrantedOutcome, token: string): object {
  const scope = scopes.length > 0 ? { scope: scopes.join(' ') } : {};
  return { access_token: token, ...scope, expires_in: lifetimeOf(settings), token_type: 'Bearer' };
}

function sign(
  { decision, settings, facts, claims = {} }: GrantedOutcome,
  { clientId }: TokenRequest,
  { tenant, keys, now }: TokenEndpointOptions,
  here: boolean,
): Promise<string> {
  const orgName = facts.access.tenant.allowOrganizationNames;
  return mintAccessToken(decision, clientId, settings, { tenant, keys, now: now(), orgName, here, claims });
}
