// POST /oauth/token as a pipeline: parse, authenticate, decide, count, sign, log, answer. What every grant type needs is
// here, so that none can forget it.
//
// Facts about the configuration may come from a cache. The log row is written only while the configuration still is what
// was decided on; when it has moved on, the request is decided again on fresh facts. So a change of policy or grant is in
// force for the very next request, and the check costs nothing that the row would not (docs/decisions/0004-token-path.md).

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Tenant } from '../domain/tenant.js';
import type { PlatformChoices } from '../policy/platform-choices.js';
import type { Storage } from '../storage/storage.js';
import { lifetimeOf, mintAccessToken } from './access-token.js';
import { authenticateClient } from './client-authentication.js';
import { Once } from './grants/grant.js';
import { grants } from './grants/registry.js';
import { type GrantedOutcome, type Outcome, refused } from './outcome.js';
import {
  assertionReplayed,
  authenticationFailed,
  grantTypeUnsupported,
  methodNotAllowed,
  serverError,
} from './refusal.js';
import type { KeySet } from './signing-keys.js';
import { TokenAnswer } from './token-answer.js';
import { tokenLogEntry } from './token-log.js';
import { readTokenRequest, type TokenRequest } from './token-request.js';

export interface TokenEndpointOptions {
  readonly storage: Storage;
  readonly tenant: Tenant;
  readonly keys: KeySet;
  readonly choices: PlatformChoices;
  readonly now: () => Date;
  readonly log: Logger;
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether answers name the rule that decided, in `Grantry-Reason`. */
  readonly reasonHeader: boolean;
}

export type TokenEndpoint = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

export function tokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  let lastSocket: Socket | null = null;
  let underWay = 0;
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
        await issue(req, request, answer, options, isAlone);
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

/** Decides, then signs and logs at once; starts over on fresh facts when the cached ones were out of date. */
async function issue(
  req: IncomingMessage,
  request: TokenRequest,
  answer: TokenAnswer,
  options: TokenEndpointOptions,
  here: boolean,
): Promise<void> {
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
    else answer.grant(token ?? '', outcome.decision, lifetimeOf(outcome.settings), outcome.quotaUses);
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
  const { storage, tenant, now } = options;
  const { clientId, audience, resource, organization } = request;
  const facts = await storage.tokenFacts({ clientId, audience, resource, organization }, { fresh });
  const authentication = await authenticateClient(
    clientId,
    request.proof,
    facts?.authentication ?? null,
    tenant,
    now(),
  );
  if (!authentication.authenticated) return refused(facts, authenticationFailed(), authentication.because);
  if (facts === null) return refused(null, authenticationFailed(), 'there is no such client');
  const { assertion } = authentication;
  if (assertion) {
    const isNew = await once.useAssertion(() =>
      storage.useAssertion(clientId, assertion.jti, assertion.expiresAt),
    );
    if (!isNew) return refused(facts, assertionReplayed(), `jti ${assertion.jti} has been used before`);
  }
  const grant = grants.get(request.grantType);
  return grant ? grant(request, facts, once, options) : refused(facts, grantTypeUnsupported(), null);
}

function sign(
  { decision, settings, facts }: GrantedOutcome,
  { clientId }: TokenRequest,
  { tenant, keys, now }: TokenEndpointOptions,
  here: boolean,
): Promise<string> {
  const orgName = facts.access.tenant.allowOrganizationNames;
  return mintAccessToken(decision, clientId, settings, { tenant, keys, now: now(), orgName, here });
}
