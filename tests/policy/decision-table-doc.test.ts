// docs/decision-table.md against the code: the rows that the policy cites, the reasons, and the answer to each.

import type { ClientDenial } from '../../src/policy/decision.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import {
  assertionReplayed,
  authenticationFailed,
  clientIdMissing,
  grantTypeMissing,
  grantTypeUnsupported,
  malformed,
  methodNotAllowed,
  type Refusal,
  refusalFor,
  type RequestFault,
  serverError,
  tooLarge,
} from '../../src/oauth/refusal.js';
import { choicesIn, factsIn, requestIn, situations } from './decision-space.js';
import { citedIn, page, policyFiles, read, sectionOf, tableRows } from './decision-table-page.js';

const rows = tableRows(page, 'Rows');
const reasons = tableRows(page, 'Reasons');

/** One of each; what depends on the request stands in angle brackets, as on the page. */
const denials: { readonly [R in ClientDenial['reason']]: Extract<ClientDenial, { reason: R }> } = {
  grant_type_not_allowed: { reason: 'grant_type_not_allowed', grantType: '<grant_type>' },
  audience_missing: { reason: 'audience_missing' },
  resource_server_unknown: { reason: 'resource_server_unknown', audience: '<audience>' },
  system_api_closed_to_third_parties: {
    reason: 'system_api_closed_to_third_parties',
    audience: '<audience>',
  },
  policy_denies_all: { reason: 'policy_denies_all', audience: '<audience>' },
  client_grant_missing: { reason: 'client_grant_missing', audience: '<audience>' },
  scopes_not_granted: { reason: 'scopes_not_granted', missing: ['<scope>', '<scope>'] },
  organization_unknown: { reason: 'organization_unknown', organization: '<organization>' },
  organization_not_allowed: { reason: 'organization_not_allowed', organization: '<organization>' },
  organization_required: { reason: 'organization_required' },
  organization_not_granted: { reason: 'organization_not_granted', organization: '<organization>' },
  proof_of_possession_required: { reason: 'proof_of_possession_required', audience: '<audience>' },
  quota_exceeded: { reason: 'quota_exceeded', of: 'client' },
  action_denied: { reason: 'action_denied', code: 'invalid_request', description: '<reason>' },
  action_failed: { reason: 'action_failed' },
  configuration_not_understood: { reason: 'configuration_not_understood', value: '<value>' },
};
const faults: { readonly [F in RequestFault]: Refusal } = {
  request_malformed: malformed('says what is wrong'),
  request_too_large: tooLarge(),
  method_not_allowed: methodNotAllowed(),
  client_id_missing: clientIdMissing(),
  grant_type_missing: grantTypeMissing(),
  grant_type_unsupported: grantTypeUnsupported(),
  client_authentication_failed: authenticationFailed(),
  client_assertion_replayed: assertionReplayed(),
  server_error: serverError(),
};
const refusals = [
  ...Object.values(denials).map((denial) => refusalFor(denial, '<client_id>')),
  ...Object.values(faults),
];
const answerOf = ({ error }: Refusal): string => `${error.status} \`${error.error}\``;

test('every row that the policy cites stands on the page', () => {
  const cited = policyFiles.flatMap((path) => citedIn(read(path)));
  expect(new Set(cited).size).toBeGreaterThan(20);
  // On behalf of users one line often stands for several rows.
  const ofUsers = citedIn(sectionOf(page, 'Rows on behalf of users'));
  const documented = new Set([...rows.map(([id]) => id), ...ofUsers]);
  expect([...new Set(cited)].filter((id) => !documented.has(id))).toEqual([]);
});

test('every row on the page is cited by the policy or by the refusals of the token endpoint', () => {
  const cited = new Set([...policyFiles, 'src/oauth/refusal.ts'].flatMap((path) => citedIn(read(path))));
  expect(rows.map(([id = '']) => id).filter((id) => !cited.has(id))).toEqual([]);
});

test('every row says what it is about, what comes of it and how that is known', () => {
  const known = /^(documented|observed|inferred)\b/;
  const incomplete = rows.filter(
    ([, when, then = '', reason, answer, from = '']) =>
      !when ||
      !known.test(from) ||
      (then === 'refused' ? !reason || !answer : then !== 'goes on' || reason !== '' || answer !== ''),
  );
  expect(incomplete).toEqual([]);
});

test('the reasons on the page are those of the code, each once', () => {
  const codes = ['granted', ...refusals.map(({ reason }) => reason)];
  expect(new Set(reasons.map(([code]) => code))).toEqual(new Set(codes));
  expect(reasons).toHaveLength(codes.length);
  expect(reasons.filter(([, meaning]) => !meaning)).toEqual([]);
});

test.each(refusals)('the page has the answer of $reason', (refusal) => {
  const described = reasons.find(([code]) => code === refusal.reason);
  expect(described?.[2]).toBe(answerOf(refusal));
  expect(described?.[3]).toContain(refusal.error.description);
});

test('a quota of an organization has the other text on the page', () => {
  const { error } = refusalFor({ reason: 'quota_exceeded', of: 'organization' }, '<client_id>');
  expect(reasons.find(([code]) => code === 'quota_exceeded')?.[3]).toContain(error.description);
});

test('a row that refuses names a reason of the code and its answer', () => {
  const answers = new Map<string | undefined, string>(
    refusals.map((refusal) => [refusal.reason, answerOf(refusal)]),
  );
  const refusing = rows.filter(([, , then]) => then === 'refused');
  expect(refusing.filter(([, , , reason, answer]) => answers.get(reason) !== answer)).toEqual([]);
});

test('the trace of a decision goes through rows of the page, and the one that refuses has the reason there', () => {
  const described = new Set(
    rows.map(([id, , then, reason]) => `${id} ${then === 'refused' ? reason : then}`),
  );
  const gone = new Set<string>();
  // Every 40009th of all situations, which is enough to meet every rule.
  for (const situation of situations({}, 40_009)) {
    const decision = decideAccess(requestIn(situation), factsIn(situation), choicesIn(situation));
    for (const { source, outcome } of decision.trace) {
      gone.add(`${source} ${outcome === 'pass' || decision.granted ? 'goes on' : decision.denial.reason}`);
    }
  }
  expect(gone.size).toBeGreaterThan(25);
  expect([...gone].filter((step) => !described.has(step))).toEqual([]);
});

test('every reason for which access is refused has a row', () => {
  const explained = new Set(rows.map(([, , , reason]) => reason));
  expect(Object.keys(denials).filter((reason) => !explained.has(reason))).toEqual([]);
});

test('every source that the page names has its address', () => {
  const named = [...page.matchAll(/\[([^\]]+)\](?![(:])/g)].map(([, name]) => name);
  const addressed = [...page.matchAll(/^\[([^\]]+)\]: https:\/\/\S+$/gm)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(addressed));
});
