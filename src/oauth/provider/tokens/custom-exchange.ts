// Custom token exchange (token-issuance.md TX-1 to TX-9): the Action of a profile says for whom a subject token stands, and
// the policy what that user's token may carry.

import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type ActionsOutcome, EXCHANGE_TRIGGER, type TokenExchangeChanges } from '../../../domain/action.js';
import { addressGroup } from '../../../domain/address.js';
import type { JsonObject } from '../../../domain/json.js';
import { exchangeAddress, platformExchangeLimits } from '../../../domain/login.js';
import { Gate, GateFull } from '../../../gate.js';
import { connectionOf } from '../../../http/connection.js';
import { loginTexts } from '../../../login/login-log.js';
import { decideExchange } from '../../../policy/actions.js';
import type { DenyReason, UserAccessRequest } from '../../../policy/decision.js';
import { warnOfFailure } from '../../bound-actions.js';
import { malformed, type Refusal } from '../../refusal.js';
import { ACCESS_TOKEN_TYPE } from '../../vocabulary.js';
import { keepMetadata } from '../../user-tokens/post-login.js';
import { organizationNamed } from '../login/interaction.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { refusedAccess, RefusedRequest } from '../refused-request.js';
import { exchangeEvent } from './exchange-event.js';
import { exchangedUser, nobody } from './exchanged-user.js';
import { issueTo, refuseBeforeLogin, requestWithoutBrowser } from './grants.js';
import { askedAtTokenEndpoint } from './token-parameters.js';

/** As many as there are threads for Actions: so rejections are counted before many more tokens are tried. */
const AT_ONCE = 2;
const MAX_WAITING = 256;

/** What stands in the way only before the Action has run: it says who the user is, and may name an organization. */
const ANSWERED_BY_ACTION: ReadonlySet<DenyReason> = new Set(['login_required', 'organization_required']);

/** As users of the platform quote it (agentgateway/agentgateway#2891). */
const unknownType: Refusal = {
  reason: 'exchange_profile_unknown',
  error: {
    status: 400,
    error: 'invalid_request',
    description: 'Invalid subject_token_type and requested_token_type combination.',
  },
};

/** TX-6; the first text is that of the platform's page "Attack Protection with Custom Token Exchange". */
const tooMany = (
  description = 'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.',
): Refusal => ({
  reason: 'too_many_attempts',
  error: { status: 429, error: 'too_many_attempts', description },
});

/** RFC 8693 section 2.1: neither parameter of an actor without the other; and only access tokens are issued. */
function checkParameters(ctx: KoaContextWithOIDC): void {
  const { parameters } = askedAtTokenEndpoint(ctx);
  const [given, missing] = parameters.has('actor_token')
    ? ['actor_token', 'actor_token_type']
    : ['actor_token_type', 'actor_token'];
  if (parameters.has(given) && !parameters.has(missing)) {
    throw new RefusedRequest(malformed(`Missing required parameter: ${missing}`));
  }
  if ((parameters.get('requested_token_type') ?? ACCESS_TOKEN_TYPE) !== ACCESS_TOKEN_TYPE) {
    throw new RefusedRequest(unknownType);
  }
}

type Outcome = ActionsOutcome<TokenExchangeChanges>;

/** Runs the Action as it is deployed now. */
async function runAction(
  actionId: string,
  event: JsonObject,
  { storage, actions }: UserTokenOptions,
): Promise<Outcome> {
  const failed = (action: string, because: string): Outcome => ({
    kind: 'failed',
    action,
    because,
    output: [],
  });
  const found = await storage.config.actions.find(actionId);
  const version = found?.deployedVersion ?? null;
  if (found === null || version === null || version.trigger.id !== EXCHANGE_TRIGGER) {
    return failed(found?.name ?? '', `it is not deployed for ${EXCHANGE_TRIGGER}`);
  }
  if (actions === null) return failed(found.name, 'Actions are switched off');
  const secrets = Object.fromEntries(version.secrets.map(({ name, value }) => [name, value]));
  const deployed = { actionId, name: found.name, versionId: version.id, code: version.code, secrets };
  return actions.run(EXCHANGE_TRIGGER, [deployed], event);
}

/** Has the Action of the type's profile look at the subject token, unless the address has had too many rejected. */
async function lookAtToken(
  ctx: KoaContextWithOIDC,
  gate: Gate,
  run: () => Promise<Outcome>,
  { storage: { logins }, now }: UserTokenOptions,
): Promise<Outcome> {
  const address = exchangeAddress(addressGroup(connectionOf(ctx.req).ip));
  const work = async (): Promise<Outcome> => {
    if (await logins.isAddressBlocked(address, platformExchangeLimits, now())) {
      throw new RefusedRequest(tooMany());
    }
    const outcome = await run();
    if (outcome.kind === 'denied' && outcome.isSubjectToken) {
      await logins.addressFailed(address, platformExchangeLimits, now());
    }
    return outcome;
  };
  try {
    return await gate.run(work);
  } catch (error) {
    if (error instanceof GateFull) throw new RefusedRequest(tooMany(loginTexts.too_many_requests));
    throw error;
  }
}

/** What the Action made of the request. An organization by its name counts, whatever requests may name. */
async function requestAfter(
  request: UserAccessRequest,
  { organization, actor }: TokenExchangeChanges,
  { storage }: UserTokenOptions,
): Promise<UserAccessRequest> {
  const named = await organizationNamed(organization, storage);
  if (organization !== null && named === null)
    throw nobody('the organization that the Action set is not there');
  return { ...request, organization: named?.id ?? request.organization, hasActor: actor !== null };
}

/** Answers requests for tokens of the users that subject tokens of other types stand for. */
export function customExchange(options: UserTokenOptions) {
  const gate = new Gate(AT_ONCE, MAX_WAITING);
  const { storage, log } = options;
  return async (provider: Provider, ctx: KoaContextWithOIDC): Promise<void> => {
    checkParameters(ctx);
    const { clientId, parameters } = askedAtTokenEndpoint(ctx);
    const type = parameters.get('subject_token_type') ?? '';
    const profile = await storage.config.tokenExchangeProfiles.findBySubjectTokenType(type);
    if (profile === null) throw new RefusedRequest(unknownType);

    const asked = requestWithoutBrowser(ctx, 'custom_exchange');
    const facts = await refuseBeforeLogin(ctx, asked, options, ANSWERED_BY_ACTION);
    const event = await exchangeEvent(ctx, asked, facts, options);
    const outcome = await lookAtToken(ctx, gate, () => runAction(profile.actionId, event, options), options);
    warnOfFailure(outcome, clientId, log);
    const decided = decideExchange(outcome);
    if (!decided.granted) throw refusedAccess({ request: asked, facts }, decided);

    const { changes } = decided;
    const request = await requestAfter(asked, changes, options);
    const user = await exchangedUser(changes.user, { request, clientId }, options);
    await keepMetadata(user, changes, options);
    const current = (await storage.config.users.find(user.userId)) ?? user;
    const otherClaims = changes.actor === null ? {} : { act: changes.actor };
    await issueTo(provider, ctx, { user: current, request, otherClaims }, options);
  };
}
