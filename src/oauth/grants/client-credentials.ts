import { decideAccess } from '../../policy/decide-access.js';
import { decideQuota, quotasFor } from '../../policy/quota.js';
import { refused } from '../outcome.js';
import { refusalFor, serverError } from '../refusal.js';
import type { Grant } from './grant.js';

/** RFC 6749 section 4.4: a token for the client itself. Which one, if any, is the policy's to say. */
export const clientCredentials: Grant = async (request, facts, once, { storage, choices, now }) => {
  const { clientId } = request;
  const decision = decideAccess({ ...request, subjectType: 'client' }, facts.access, choices);
  const rules = decision.trace.map(({ rule, source }) => `${rule} ${source}`);
  if (!decision.granted) {
    return refused(
      facts,
      refusalFor(decision.denial, clientId),
      decision.trace.at(-1)?.because ?? null,
      rules,
    );
  }
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
  return { refusal: null, facts, rules, because: null, quotaUses, decision, settings: facts.token };
};
