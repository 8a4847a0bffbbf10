// The rules once more, written from the sources and not from the policy's code: one flat list of refusals, of which the
// first that applies counts. It knows situations, not facts, so it shares no lookup with the policy.
//
// The order is that of token-issuance.md 3; where the sources leave an answer open, it is the default of section 10.

import type { GrantShape, Situation } from './decision-space.js';
import { API } from './facts.js';

/** What comes of a situation, as one line. */
export const tokenLine = (scopes: readonly string[], organization: string | null, by: string): string =>
  `token with [${scopes.join(' ')}] for ${organization ?? 'no organization'} by ${by}`;
export const refusalLine = (reason: string, ...details: readonly string[]): string =>
  ['refused', reason, ...details].join(' ');

const forClients = (shape: GrantShape): boolean => shape !== 'none' && shape !== 'for users only';
const thirdParty = ({ kind }: Situation): boolean => kind === 'strict' || kind === 'permissive';

/** Section 3, "Grant lookup"; TP-3; CC-11; PM-2. */
const shapeThatCounts = (s: Situation): GrantShape =>
  forClients(s.ownGrant) ? s.ownGrant : thirdParty(s) && !s.systemApi ? s.defaultGrant : 'none';

/** G of 4.2. The API has the scopes a, b and c. */
function ceiling(s: Situation): string[] {
  const shape = shapeThatCounts(s);
  if (shape === 'all scopes') return ['a', 'b', 'c'];
  const undefinedOnes = s.grantsListUndefinedScope && s.undefinedScopes === 'issue' ? ['gone'] : [];
  if (shape === 'a') return [...undefinedOnes, 'a'];
  if (shape === 'a b') return [...undefinedOnes, 'a', 'b'];
  return undefinedOnes;
}

const requestedOnes = ({ requested }: Situation): string[] =>
  requested === 'none' ? [] : [...new Set(requested.split(' '))];
const missing = (s: Situation): string[] => requestedOnes(s).filter((scope) => !ceiling(s).includes(scope));

/** MO-3, MO-7: the default organization counts only where one is required. */
const organizationOf = (s: Situation): string | null => {
  if (s.organization !== 'none') return 'org_a';
  return s.usage === 'require' ? 'org_home' : null;
};

const refusals: readonly (readonly [when: (s: Situation) => boolean, why: (s: Situation) => string])[] = [
  // GE-3
  [(s) => !s.grantTypeListed, () => refusalLine('grant_type_not_allowed', 'client_credentials')],
  // CC-12
  [(s) => !s.confidential, () => refusalLine('grant_type_not_allowed', 'client_credentials')],
  [(s) => s.selfRegistered, () => refusalLine('grant_type_not_allowed', 'client_credentials')],
  // AU-6, AU-3
  [(s) => s.audience === 'none' || s.audience === 'unread resource', () => refusalLine('audience_missing')],
  // AU-5
  [(s) => s.audience === 'unknown', () => refusalLine('resource_server_unknown', 'https://nope')],
  // SY-5
  [(s) => s.systemApi && thirdParty(s), () => refusalLine('system_api_closed_to_third_parties', API)],
  // CC-1
  [(s) => s.clientPolicy === 'deny_all', () => refusalLine('policy_denies_all', API)],
  // Section 1, rule 2: allow_all exists only for users.
  [
    (s) => s.clientPolicy === 'allow_all',
    () => refusalLine('configuration_not_understood', 'subject_type_authorization.client.policy = allow_all'),
  ],
  // CC-2, CC-3
  [(s) => !forClients(shapeThatCounts(s)), () => refusalLine('client_grant_missing', API)],
  // CC-6
  [(s) => missing(s).length > 0, (s) => refusalLine('scopes_not_granted', ...missing(s))],
  // Section 2: the value is `require`, whatever one page says.
  [
    (s) => s.usage === 'required',
    () => refusalLine('configuration_not_understood', 'organization_usage = required'),
  ],
  // MO-8
  [(s) => s.organization === 'unknown', () => refusalLine('organization_unknown', 'org_x')],
  [(s) => s.organization === 'by name' && !s.namesAllowed, () => refusalLine('organization_unknown', 'a')],
  // MO-2
  [
    (s) => s.usage === 'deny' && s.organization !== 'none',
    () => refusalLine('organization_not_allowed', 'org_a'),
  ],
  // MO-7
  [
    (s) => s.usage === 'require' && s.organization === 'none' && s.defaultOrganization !== 'set',
    () => refusalLine('organization_required'),
  ],
  // MO-6
  [
    (s) => organizationOf(s) !== null && !s.associated && !s.allowAny,
    (s) => refusalLine('organization_not_granted', organizationOf(s) ?? ''),
  ],
  // MO-9
  [
    (s) => organizationOf(s) !== null && !s.associated && thirdParty(s),
    (s) => refusalLine('organization_not_granted', organizationOf(s) ?? ''),
  ],
  // Nothing can bind a token to a key yet. Public clients were refused above, so what is asked of them alone does not matter.
  [
    (s) => s.proofOfPossession === 'by client' || s.proofOfPossession === 'for all clients',
    () => refusalLine('proof_of_possession_required', API),
  ],
];

/** What the sources say. */
export function expectedIn(s: Situation): string {
  for (const [applies, why] of refusals) if (applies(s)) return why(s);
  const by = forClients(s.ownGrant) ? 'cgr_own' : 'cgr_default';
  const all = ceiling(s);
  // CC-5, Q3
  const onlyRequested = s.partOfGrant === 'requested_part' && s.requested !== 'none';
  const scopes = onlyRequested ? all.filter((scope) => requestedOnes(s).includes(scope)) : all;
  return tokenLine(scopes, organizationOf(s), by);
}
