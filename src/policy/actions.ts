import type {
  ActionsOutcome,
  CredentialsExchangeChanges,
  ExchangedUser,
  PostLoginChanges,
  TokenExchangeChanges,
} from '../domain/action.js';
import type { AccessFacts } from '../domain/access-facts.js';
import { applyActionScopes } from './action-scopes.js';
import type {
  ClientDecision,
  ClientDenial,
  ClientGranted,
  Refused,
  TraceStep,
  UserAccessRequest,
  UserDecision,
  UserDenial,
  UserGranted,
} from './decision.js';
import type { PlatformChoices } from './platform-choices.js';
import { missingSecondFactor } from './second-factor.js';
import { isInteractive } from './user-organization.js';

/**
 * What becomes of a granted request once its Actions have run. They may refuse it and take scopes away, and can never give
 * it one that it did not have: AC-7, the target scopes are cut again to what the client grant gave.
 */
export function decideActions(
  decision: ClientGranted,
  outcome: ActionsOutcome<CredentialsExchangeChanges>,
): ClientDecision {
  if (outcome.kind !== 'completed') return refusedBy(outcome, 'AC-5', decision.trace);
  const target = new Set(outcome.changes.targetScopes);
  const scopes = decision.scopes.filter((scope) => target.has(scope));
  const taken = decision.scopes.filter((scope) => !target.has(scope));
  const because = [
    `Actions that ran: ${outcome.ran.join(', ')}`,
    ...(taken.length > 0 ? [`they took away: ${taken.join(' ')}`] : []),
  ];
  const step: TraceStep = { rule: 'actions', outcome: 'pass', source: 'AC-7', because: because.join('; ') };
  return { ...decision, scopes, trace: [...decision.trace, step] };
}

/** The same for a login and for a refresh (AC-1 to AC-3), where they may give scopes and demand a second factor as well. */
export function decidePostLogin(
  decision: UserGranted,
  outcome: ActionsOutcome<PostLoginChanges>,
  { request, facts }: { readonly request: UserAccessRequest; readonly facts: AccessFacts },
  choices: PlatformChoices,
): UserDecision {
  if (outcome.kind !== 'completed') return refusedBy(outcome, 'AC-3', decision.trace);
  const { secondFactor } = outcome.changes;
  if (secondFactor !== null && !satisfies(request, secondFactor)) {
    const { source, because, denial } = missingSecondFactor(request, facts);
    const row = source === 'MF-1' ? 'MF-6' : source;
    const step: TraceStep = {
      rule: 'actions',
      outcome: 'deny',
      source: row,
      because: `an Action demands a second factor; ${because}`,
    };
    return { granted: false, denial, trace: [...decision.trace, step] };
  }
  return applyActionScopes(decision, outcome.changes, choices);
}

/** MF-6: one of before counts in a browser only, and where the Action lets the browser be remembered. */
function satisfies(
  { flow, secondFactor }: UserAccessRequest,
  { allowRememberBrowser }: NonNullable<PostLoginChanges['secondFactor']>,
): boolean {
  if (secondFactor === 'now') return true;
  return secondFactor === 'before' && allowRememberBrowser && isInteractive(flow);
}

/** What the Action of a token exchange profile has said, where it refused nothing. */
interface Exchanged {
  readonly granted: true;
  readonly changes: TokenExchangeChanges & { readonly user: ExchangedUser };
}

/** Whom a subject token stands for, or why it stands for nobody (TX-6, TX-7). Fails closed: it has to be said. */
export function decideExchange(
  outcome: ActionsOutcome<TokenExchangeChanges>,
): Exchanged | Refused<UserDenial> {
  const refused = (source: string, because: string, denial: UserDenial): Refused<UserDenial> => ({
    granted: false,
    denial,
    trace: [{ rule: 'actions', outcome: 'deny', source, because }],
  });
  switch (outcome.kind) {
    case 'failed':
      return refusedBy(outcome, 'AC-3', []);
    case 'denied': {
      const { code, reason: description, action } = outcome;
      return outcome.isSubjectToken
        ? refused('TX-6', `Action ${action} rejected the subject token: ${description}`, {
            reason: 'subject_token_rejected',
            description,
          })
        : refused('TX-7', `Action ${action} denied: ${description}`, {
            reason: 'exchange_denied',
            code,
            description,
          });
    }
    case 'completed': {
      const { user } = outcome.changes;
      if (user === null) return refused('FC-3', 'the Action set no user', { reason: 'action_failed' });
      return { granted: true, changes: { ...outcome.changes, user } };
    }
  }
}

/** Fails closed: what an Action that failed would have refused or taken away is not known. */
function refusedBy(
  outcome: Exclude<ActionsOutcome, { kind: 'completed' }>,
  denial: 'AC-3' | 'AC-5',
  trace: readonly TraceStep[],
): Refused<Extract<ClientDenial, { reason: 'action_denied' | 'action_failed' }>> {
  const step = (source: string, because: string): readonly TraceStep[] => [
    ...trace,
    { rule: 'actions', outcome: 'deny', source, because },
  ];
  if (outcome.kind === 'failed') {
    const because = `Action ${outcome.action} failed: ${outcome.because}`;
    return { granted: false, denial: { reason: 'action_failed' }, trace: step('FC-3', because) };
  }
  const { code, reason: description, action } = outcome;
  return {
    granted: false,
    denial: { reason: 'action_denied', code, description },
    trace: step(denial, `Action ${action} denied: ${description}`),
  };
}
