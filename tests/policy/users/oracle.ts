// The rules on behalf of users once more, written from the sources and not from the policy's code: one flat list of
// refusals, of which the first that applies counts, and one formula for the scopes. It knows situations, not facts, so it
// shares no lookup with the policy. Where the sources leave an answer open, it is the default of token-issuance.md 10.

/** Situations as one value for each dimension. The API has the scopes a, b and c; a login before came to `openid a b offline_access`. */
export const dimensions = {
  flow: ['authorize', 'device', 'password', 'refresh', 'code_exchange'],
  kind: ['first-party', 'strict', 'permissive'],
  userPolicy: ['allow_all', 'require_client_grant', 'deny_all', 'something_else'],
  systemApi: [false, true],
  ownGrant: ['none', 'for clients only', '', 'a', 'b a', 'all scopes'],
  defaultGrant: ['none', 'for clients only', '', 'b', 'all scopes'],
  requested: ['none', 'a', 'b a b', 'openid a nosuch', 'offline_access b', 'openid'],
  rbac: [false, true],
  permissions: ['', 'a', 'b a c'],
  /** How the user has them. */
  permissionsBy: ['directly', 'a role', 'a role as a member'],
  offlineAllowed: [true, false],
  /** Whether the API lets consent be skipped; for later flows, whether the login needed none. */
  consentSkipped: [true, false],
  consented: ['nothing', 'a', 'everything'],
  usage: ['deny', 'allow', 'require'],
  organization: ['none', 'of the user', 'of others', 'unknown'],
  openToThirdParties: [true, false],
  loggedIn: [true, false],
} as const;

type Dimensions = typeof dimensions;
export type Situation = { readonly [D in keyof Dimensions]: Dimensions[D][number] };

const third = ({ kind }: Situation): boolean => kind !== 'first-party';
const asked = ({ organization }: Situation): boolean => organization !== 'none';
const interactive = ({ flow }: Situation): boolean => flow === 'authorize' || flow === 'device';
const later = ({ flow }: Situation): boolean => flow === 'refresh' || flow === 'code_exchange';
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
const forUsers = (shape: string): boolean => shape !== 'none' && shape !== 'for clients only';

/** Section 3, "Grant lookup". */
const grantThatCounts = (s: Situation): string =>
  forUsers(s.ownGrant) ? s.ownGrant : third(s) && forUsers(s.defaultGrant) ? s.defaultGrant : 'none';
/** Section 3, "Access gate". */
const needsGrant = (s: Situation): boolean => s.userPolicy === 'require_client_grant' || s.kind === 'strict';

function inCeiling(s: Situation, scope: string): boolean {
  if (!needsGrant(s)) return true;
  const grant = grantThatCounts(s);
  return grant === 'all scopes' || words(grant).includes(scope);
}

/** 4.4, "userPermissions"; Q22. */
const permitted = (s: Situation, scope: string): boolean =>
  !s.rbac ||
  (words(s.permissions).includes(scope) &&
    (s.permissionsBy === 'directly' || (s.permissionsBy === 'a role') === !asked(s)));

/** Section 5: what is wanted; PW-1 and PW-2; RT-1 to RT-3. */
function wanted(s: Situation): string[] {
  const login = ['openid', 'a', 'b', 'offline_access'];
  const requested = s.requested === 'none' ? [] : words(s.requested);
  if (s.flow === 'code_exchange') return login;
  if (s.flow === 'refresh')
    return requested.length > 0 ? requested.filter((scope) => login.includes(scope)) : login;
  if (s.flow === 'password' && s.requested === 'none') return ['a', 'b', 'c'];
  if (s.flow === 'password' && s.requested === 'openid') {
    return ['openid', 'profile', 'email', 'address', 'phone', 'a', 'b', 'c'];
  }
  return requested;
}

/** Section 3, "User scopes", but for consent. */
function possible(s: Situation): string[] {
  const has = (scope: string): boolean => {
    if (['openid', 'profile', 'email', 'address', 'phone'].includes(scope)) return s.kind !== 'strict';
    if (scope === 'offline_access') return s.offlineAllowed || later(s);
    return ['a', 'b', 'c'].includes(scope) && inCeiling(s, scope) && permitted(s, scope);
  };
  return [...new Set(wanted(s))].filter(has);
}

/** TP-15, PM-7, GE-12; CO-1 for passwords. */
const consentNeeded = (s: Situation): boolean => third(s) || (s.flow !== 'password' && !s.consentSkipped);
const agreed = (s: Situation, scope: string): boolean =>
  s.consented === 'everything' || (s.consented === 'a' && scope === 'a');

const refusals: readonly (readonly [reason: string, when: (s: Situation) => boolean])[] = [
  // TP-11, PM-4
  ['grant_type_not_allowed', (s) => third(s) && s.flow === 'password'],
  ['grant_type_not_allowed', (s) => s.kind === 'strict' && s.flow === 'device'],
  // TP-6, PM-3
  ['system_api_closed_to_third_parties', (s) => third(s) && s.systemApi],
  // US-1, TP-5
  ['policy_denies_all', (s) => s.userPolicy === 'deny_all'],
  ['configuration_not_understood', (s) => s.userPolicy === 'something_else'],
  // US-2, TP-4
  ['client_grant_missing', (s) => needsGrant(s) && grantThatCounts(s) === 'none'],
  // UO-6c
  ['organizations_not_supported', (s) => s.kind === 'permissive' && (asked(s) || s.usage === 'require')],
  // UO-2
  ['organization_required', (s) => s.usage === 'require' && !asked(s)],
  // UO-1
  ['organization_not_allowed', (s) => s.kind !== 'strict' && s.usage === 'deny' && asked(s)],
  ['organization_unknown', (s) => s.organization === 'unknown'],
  // UO-7
  ['organization_closed_to_third_parties', (s) => third(s) && asked(s) && !s.openToThirdParties],
  // Q5: all of the above before login.
  ['login_required', (s) => !s.loggedIn],
  // UO-5
  ['not_a_member', (s) => s.organization === 'of others'],
  // RT-4
  ['scopes_unknown', (s) => s.flow === 'refresh' && s.requested.includes('nosuch')],
  // TP-15, PM-7, GE-12
  [
    'consent_required',
    (s) =>
      interactive(s) &&
      consentNeeded(s) &&
      (s.consented === 'nothing' || possible(s).some((scope) => !agreed(s, scope))),
  ],
  ['consent_missing', (s) => later(s) && consentNeeded(s) && s.consented === 'nothing'],
];

/** What the sources say: a reason, or the scopes of the token in brackets. */
export function expectedIn(s: Situation): string {
  for (const [reason, applies] of refusals) if (applies(s)) return reason;
  const scopes = consentNeeded(s) ? possible(s).filter((scope) => agreed(s, scope)) : possible(s);
  return `[${scopes.join(' ')}]`;
}
