// What becomes of a custom token exchange once its Action has run (token-issuance.md TX-6, TX-7).

import type { ActionsOutcome, TokenExchangeChanges } from '../../../src/domain/action.js';
import { userRefusalFor } from '../../../src/oauth/user-refusal.js';
import { decideExchange } from '../../../src/policy/actions.js';

type Outcome = ActionsOutcome<TokenExchangeChanges>;

const changes: TokenExchangeChanges = {
  user: { by: 'id', userId: 'auth0|u1' },
  organization: null,
  actor: null,
  userMetadata: {},
  appMetadata: {},
};

const denied = (code: string, isSubjectToken?: true): Outcome => ({
  kind: 'denied',
  code,
  reason: 'not you',
  action: 'first',
  changes,
  output: [],
  ...(isSubjectToken && { isSubjectToken }),
});

/** Status, code and text of the refusal. */
function answerTo(outcome: Outcome) {
  const decided = decideExchange(outcome);
  if (decided.granted) throw new Error('it was granted');
  const { status, error, description } = userRefusalFor(decided.denial, 'c1', 'custom_exchange').error;
  return [decided.denial.reason, decided.trace.at(-1)?.source, status, error, description];
}

test('the user whom the Action set is whom it is about', () => {
  const decided = decideExchange({ kind: 'completed', changes, ran: ['first'], output: [] });
  expect(decided).toEqual({ granted: true, changes });
});

test('FC-3: an Action that sets no user, or fails, refuses', () => {
  const none = { kind: 'completed', changes: { ...changes, user: null }, ran: [], output: [] } as const;
  const failed = { kind: 'failed', action: 'first', because: 'ran out of time', output: [] } as const;
  for (const outcome of [none, failed]) {
    expect(answerTo(outcome).slice(0, 4)).toEqual(['action_failed', 'FC-3', 500, 'server_error']);
  }
});

test('TX-6: a subject token that it rejects', () => {
  const answer = ['subject_token_rejected', 'TX-6', 400, 'invalid_request', 'not you'];
  expect(answerTo(denied('invalid_request', true))).toEqual(answer);
});

test.each([
  ['invalid_request', 400],
  ['server_error', 500],
  ['access_denied', 400],
  ['Unauthorized_login', 400],
])('TX-7: what it denies with the code %s', (code, status) => {
  expect(answerTo(denied(code))).toEqual(['exchange_denied', 'TX-7', status, code, 'not you']);
});
