import type { ActionsOutcome, CredentialsExchangeChanges } from '../domain/action.js';
import type { ClientDecision, ClientGranted, TraceStep } from './decision.js';

/**
 * What becomes of a granted request once its Actions have run. They may refuse it and take scopes away, and can never give
 * it one that it did not have: AC-7, the target scopes are cut again to what the client grant gave.
 */
export function decideActions(
  decision: ClientGranted,
  outcome: ActionsOutcome<CredentialsExchangeChanges>,
): ClientDecision {
  const step = (outcome: TraceStep['outcome'], source: string, because: string): readonly TraceStep[] => [
    ...decision.trace,
    { rule: 'actions', outcome, source, because },
  ];
  switch (outcome.kind) {
    case 'completed': {
      const target = new Set(outcome.changes.targetScopes);
      const scopes = decision.scopes.filter((scope) => target.has(scope));
      const taken = decision.scopes.filter((scope) => !target.has(scope));
      const because = [
        `Actions that ran: ${outcome.ran.join(', ')}`,
        ...(taken.length > 0 ? [`they took away: ${taken.join(' ')}`] : []),
      ];
      return { ...decision, scopes, trace: step('pass', 'AC-7', because.join('; ')) };
    }
    case 'denied': {
      const { code, reason: description, action } = outcome;
      return {
        granted: false,
        denial: { reason: 'action_denied', code, description },
        trace: step('deny', 'AC-5', `Action ${action} denied: ${description}`),
      };
    }
    case 'failed': {
      // Fails closed: what an Action would have refused or taken away is not known.
      const because = `Action ${outcome.action} failed: ${outcome.because}`;
      return { granted: false, denial: { reason: 'action_failed' }, trace: step('deny', 'FC-3', because) };
    }
  }
}
