import { decideActions } from '../../policy/actions.js';
import { decideAccess } from '../../policy/decide-access.js';
import type { ClientDecision } from '../../policy/decision.js';
import { decideQuota, quotasFor } from '../../policy/quota.js';
import { refused, type RefusedOutcome, rulesOf } from '../outcome.js';
import { refusalFor, serverError } from '../refusal.js';
import { claimsAllowedFor } from '../custom-claims.js';
import { runCredentialsExchange } from './credentials-exchange.js';
import type { Grant } from './grant.js';

/** RFC 6749 section 4.4: a token for the client itself. Which one, if any, is the policy's to say. */
export const clientCredentials: Grant = async (request, facts, once, options) => {
  const { storage, choices, now, actions } = options;
  const { clientId } = request;
  const deny = (denied: Extract<ClientDecision, { granted: false }>): RefusedOutcome =>
    refused(
      facts,
      refusalFor(denied.denial, clientId),
      denied.trace.at(-1)?.because ?? null,
      rulesOf(denied.trace),
    );

  const decision = decideAccess({ ...request, subjectType: 'client' }, facts.access, choices);
  if (!decision.granted) return deny(decision);
  const rules = rulesOf(decision.trace);
  // Fails closed: there is a decision about an API, so its settings are there.
  if (facts.token === null) return refused(facts, serverError(), 'the API has no token settings', rules);

  const quotas = quotasFor(decision, clientId, facts.quotas);
  const quotaUses =
    quotas.length === 0 ? [] : await once.takeFromQuotas(quotas, () => storage.takeFromQuotas(quotas, now()));
  const quotaDenial = decideQuota(quotaUses);
  if (quotaDenial) {
    const refusal = refusalFor(quotaDenial, clientId);
    return { ...refused(facts, refusal, 'the quota is used up', [...rules, 'quota CC-15']), quotaUses };
  }

  const granted = { refusal: null, facts, because: null, quotaUses, settings: facts.token } as const;
  if (facts.actions === null || actions === null) return { ...granted, rules, decision };

  const ran = await runCredentialsExchange(request, decision, facts, facts.actions, { ...options, actions });
  const { output } = ran;
  const final = decideActions(decision, ran);
  if (!final.granted) return { ...deny(final), quotaUses, output };
  // Only what has completed is granted.
  const claims =
    ran.kind === 'completed'
      ? claimsAllowedFor(facts.access.resourceServer, ran.changes.accessTokenClaims)
      : {};
  const because = final.trace.at(-1)?.because ?? null;
  return { ...granted, rules: rulesOf(final.trace), because, decision: final, claims, output };
};
