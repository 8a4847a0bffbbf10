// docs/decision-table.md against the code, on behalf of users: the rows that the policy goes through, the reasons, and the
// answer to each.

import type { UserDenial, UserFlow } from '../../../src/policy/decision.js';
import { userRefusalFor } from '../../../src/oauth/user-refusal.js';
import { citedIn, page, policyFiles, read, tableRows } from '../decision-table-page.js';

const rows = tableRows(page, 'Rows on behalf of users');
const reasons = tableRows(page, 'Reasons on behalf of users');
const ofPolicy = rows.filter(([, , , , where]) => where === 'policy');

const audience = '<audience>';
const organization = '<organization>';
/** One of each; what depends on the request stands in angle brackets, as on the page. */
const denials: { readonly [R in UserDenial['reason']]: Extract<UserDenial, { reason: R }> } = {
  grant_type_not_allowed: { reason: 'grant_type_not_allowed', grantType: '<grant_type>' },
  token_exchange_not_allowed: { reason: 'token_exchange_not_allowed', grantType: '<grant_type>' },
  identity_assertion_not_allowed: { reason: 'identity_assertion_not_allowed', grantType: '<grant_type>' },
  audience_not_asserted: { reason: 'audience_not_asserted' },
  exchange_denied: { reason: 'exchange_denied', code: '<code>', description: '<reason>' },
  subject_token_rejected: { reason: 'subject_token_rejected', description: '<reason>' },
  response_type_not_allowed: { reason: 'response_type_not_allowed', responseType: '<response_type>' },
  pkce_required: { reason: 'pkce_required' },
  offline_and_online_access: { reason: 'offline_and_online_access' },
  audience_missing: { reason: 'audience_missing' },
  userinfo_closed_to_third_parties: { reason: 'userinfo_closed_to_third_parties' },
  resource_server_unknown: { reason: 'resource_server_unknown', audience },
  refresh_audience_not_allowed: { reason: 'refresh_audience_not_allowed', audience },
  system_api_closed_to_third_parties: { reason: 'system_api_closed_to_third_parties', audience },
  policy_denies_all: { reason: 'policy_denies_all', audience },
  client_grant_missing: { reason: 'client_grant_missing', audience },
  authorization_details_not_allowed: {
    reason: 'authorization_details_not_allowed',
    types: ['<type>', '<type>'],
  },
  organization_not_allowed: { reason: 'organization_not_allowed', organization },
  organization_required: { reason: 'organization_required' },
  organization_selection_required: {
    reason: 'organization_selection_required',
    behavior: 'post_login_prompt',
    choices: [],
  },
  organization_membership_missing: { reason: 'organization_membership_missing' },
  organization_malformed: { reason: 'organization_malformed', organization, namesAllowed: true },
  organizations_not_supported: { reason: 'organizations_not_supported' },
  organization_unknown: { reason: 'organization_unknown', organization },
  organization_closed_to_third_parties: { reason: 'organization_closed_to_third_parties', organization },
  organization_closed_to_client: { reason: 'organization_closed_to_client', organization },
  not_a_member: { reason: 'not_a_member', userId: '<user_id>', organization },
  login_required: { reason: 'login_required' },
  user_blocked: { reason: 'user_blocked' },
  connection_not_enabled: { reason: 'connection_not_enabled', organization: null },
  scopes_unknown: { reason: 'scopes_unknown', unknown: ['<scope>', '<scope>'] },
  scopes_not_permitted: { reason: 'scopes_not_permitted', missing: ['<scope>', '<scope>'] },
  consent_required: { reason: 'consent_required', audience, scopes: [] },
  consent_missing: { reason: 'consent_missing', audience },
  mfa_required: { reason: 'mfa_required' },
  mfa_not_supported: { reason: 'mfa_not_supported', of: 'actor' },
  mfa_not_available: { reason: 'mfa_not_available' },
  proof_of_possession_required: { reason: 'proof_of_possession_required', audience },
  action_denied: { reason: 'action_denied', code: 'access_denied', description: '<reason>' },
  action_failed: { reason: 'action_failed' },
  configuration_not_understood: { reason: 'configuration_not_understood', value: '<value>' },
};
const answerTo = (reason: keyof typeof denials, flow: UserFlow): string => {
  const { status, error } = userRefusalFor(denials[reason], '<client_id>', flow).error;
  return `${status} \`${error}\``;
};
const codes = Object.keys(denials) as (keyof typeof denials)[];

test('every row of the policy is cited by it, or stands for rows that are', () => {
  const cited = new Set(policyFiles.flatMap((path) => citedIn(read(path))));
  expect(ofPolicy.map(([id = '']) => id).filter((id) => !cited.has(id))).toEqual([]);
  expect(ofPolicy.length).toBeGreaterThan(100);
});

test('every row says what it is about, what comes of it, where, and how that is known', () => {
  const known = /^(documented|observed|inferred)\b/;
  const incomplete = rows.filter(
    ([, when, then = '', reason, where, from = '']) =>
      !when ||
      !where ||
      !known.test(from) ||
      (then === 'refused' ? !reason : then !== 'goes on' || reason !== ''),
  );
  expect(incomplete).toEqual([]);
});

test('a row of the policy that refuses names a reason, and every reason has a row', () => {
  const refusing = new Set(
    ofPolicy.filter(([, , then]) => then === 'refused').map(([, , , reason]) => reason),
  );
  expect(refusing).toEqual(new Set(codes));
});

test('the reasons on the page are those of the code, each once', () => {
  expect(new Set(reasons.map(([code]) => code))).toEqual(new Set(['granted', ...codes]));
  expect(reasons).toHaveLength(codes.length + 1);
  expect(reasons.filter(([, meaning]) => !meaning)).toEqual([]);
});

test.each(codes)('the page has the answer of %s', (code) => {
  const described = reasons.find(([reason]) => reason === code);
  expect(described?.[2]).toBe(answerTo(code, 'authorize'));
  expect(described?.[3]).toContain(
    userRefusalFor(denials[code], '<client_id>', 'authorize').error.description,
  );
});

test.each(['client_grant_missing', 'policy_denies_all', 'system_api_closed_to_third_parties'] as const)(
  '%s is 403 at the other endpoints (DV-1, PW-7, RT-9, TX-14, TX-18)',
  (code) => {
    expect(answerTo(code, 'device')).toBe('403 `invalid_request`');
    expect(answerTo(code, 'ciba')).toBe('403 `invalid_request`');
    const exchanges = ['custom_exchange', 'on_behalf_of', 'identity_assertion'] as const;
    for (const flow of ['password', 'refresh', 'code_exchange', ...exchanges] as const) {
      expect(answerTo(code, flow)).toBe('403 `access_denied`');
    }
  },
);

test('at a refresh, what the login had settled is access_denied, and what the request can set right is not (RT-9)', () => {
  const same = codes.filter((code) => answerTo(code, 'refresh') !== '403 `access_denied`');
  expect(same.toSorted()).toEqual([
    // Nothing was settled: it is tried again.
    'action_failed',
    'grant_type_not_allowed',
    'mfa_required',
    'offline_and_online_access',
    'proof_of_possession_required',
    'scopes_unknown',
  ]);
  expect(same.map((code) => answerTo(code, 'refresh'))).toEqual(
    same.map((code) => answerTo(code, 'authorize')),
  );
});

test.each<[UserDenial, RegExp]>([
  [{ ...denials.organization_malformed, namesAllowed: false }, /must be an organization id$/],
  [{ ...denials.connection_not_enabled, organization: 'org_a' }, /not enabled for this organization$/],
  [{ ...denials.proof_of_possession_required, audience: null }, /^Tokens of this client/],
  [{ ...denials.mfa_not_supported, of: 'organization' }, /for an organization\.$/],
  [{ ...denials.mfa_not_supported, of: 'third_party' }, /^Multifactor authentication required$/],
  [{ ...denials.mfa_not_supported, of: 'flow' }, /^Multifactor authentication required$/],
])('the other text of a reason', (denial, text) => {
  expect(userRefusalFor(denial, 'c1', 'authorize').error.description).toMatch(text);
});
