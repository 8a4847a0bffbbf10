// Access on behalf of a user (token-issuance.md 4.4 to 4.15). What needs no user comes first, so that nobody has to log in
// for a request that cannot succeed (Q5).

import type { AccessFacts, OrganizationFacts, UserFacts } from '../domain/access-facts.js';
import type { AuthorizationDetail } from '../domain/authorization.js';
import { decideAuthorizationDetails } from './authorization-details.js';
import { decideConsent } from './consent.js';
import type { UserAccessRequest, UserDecision, UserDenial } from './decision.js';
import { type Gate, passAsUser } from './gate.js';
import { mayBe } from './may-be.js';
import { permissionsOf } from './permissions.js';
import type { PlatformChoices } from './platform-choices.js';
import { checkProofOfPossession } from './proof-of-possession.js';
import { isProtocolScope } from './scope-names.js';
import { checkSecondFactor } from './second-factor.js';
import type { Trace } from './trace.js';
import { resolveTarget, type Target } from './user-audience.js';
import { checkConnection, checkMember, findOrganization } from './user-organization.js';
import { checkRequest } from './user-request.js';
import { cutScopes, mayUseOidc } from './user-scopes.js';
import { wantedScopes } from './wanted-scopes.js';

/** What is settled before anybody logs in. */
interface Prepared {
  readonly target: Target;
  /** Null exactly when the target is no API. */
  readonly gate: Gate | null;
  readonly authorizationDetails: readonly AuthorizationDetail[] | null;
  readonly organization: OrganizationFacts | null;
}

export function decideForUser(
  request: UserAccessRequest,
  facts: AccessFacts,
  choices: PlatformChoices,
  trace: Trace,
): UserDecision {
  const refused = (denial: UserDenial): UserDecision => ({ granted: false, denial, trace: trace.steps });

  const prepared = prepare(request, facts, choices, trace);
  if ('reason' in prepared) return refused(prepared);

  const { user } = facts;
  if (user === null) {
    return refused(trace.deny('user', 'GE-9', 'nobody has logged in', { reason: 'login_required' }));
  }
  const userDenial = checkUser(request, facts, user, prepared.organization, trace);
  if (userDenial) return refused(userDenial);

  return decideToken(request, facts, user, prepared, choices, trace);
}

function prepare(
  request: UserAccessRequest,
  facts: AccessFacts,
  choices: PlatformChoices,
  trace: Trace,
): Prepared | UserDenial {
  const requestDenial = checkRequest(request, facts.client, choices, trace);
  if (requestDenial) return requestDenial;

  const target = resolveTarget(request, facts, trace);
  if ('reason' in target) return target;
  const { resourceServer } = target;

  const gate = resourceServer && passAsUser(facts, resourceServer, choices, trace);
  if (gate !== null && 'reason' in gate) return gate;

  const details = decideAuthorizationDetails(request, resourceServer, gate, trace);
  if ('reason' in details) return details;

  const organization = findOrganization(request, facts, trace);
  if (organization !== null && 'reason' in organization) return organization;

  return { target, gate, authorizationDetails: details.granted, organization };
}

/** Who has logged in, and how. Fails closed: a user may be blocked. */
function checkUser(
  request: UserAccessRequest,
  { client }: AccessFacts,
  user: UserFacts,
  organization: OrganizationFacts | null,
  trace: Trace,
): UserDenial | null {
  if (mayBe(user.isBlocked)) {
    return trace.deny('user', 'UB-1', 'the user is blocked', { reason: 'user_blocked' });
  }
  return (
    checkConnection(request, client, user, organization, trace) ?? checkMember(user, organization, trace)
  );
}

function decideToken(
  request: UserAccessRequest,
  facts: AccessFacts,
  user: UserFacts,
  { target, gate, authorizationDetails, organization }: Prepared,
  choices: PlatformChoices,
  trace: Trace,
): UserDecision {
  const refused = (denial: UserDenial): UserDecision => ({ granted: false, denial, trace: trace.steps });
  const { client } = facts;
  const { resourceServer, original } = target;

  const wanted = wantedScopes(request, target, choices, trace);
  if ('reason' in wanted) return refused(wanted);
  const permissions = resourceServer && permissionsOf(user, organization, resourceServer, choices);
  const cut = cutScopes(wanted.scopes, { request, client, resourceServer, gate, permissions }, choices);
  const exchangeDenial = checkExchange(request, cut.scopes, choices, trace);
  if (exchangeDenial) return refused(exchangeDenial);
  trace.pass(
    'scopes',
    wanted.source,
    `${wanted.because}; ${cut.dropped.length + wanted.dropped.length} left out`,
  );

  const factorDenial = checkSecondFactor(request, facts, user, trace);
  if (factorDenial) return refused(factorDenial);

  const consent = decideConsent(request, facts, user, resourceServer, organization, cut.scopes, trace);
  if ('reason' in consent) return refused(consent);

  const proofDenial = checkProofOfPossession(request, client, resourceServer, trace);
  if (proofDenial) return refused(proofDenial);

  // A narrower token does not take back what the login came to.
  const lasting = request.flow === 'refresh' ? (original?.scopes ?? []) : consent.scopes;
  return {
    granted: true,
    audience: resourceServer?.identifier ?? null,
    scopes: consent.scopes,
    dropped: [...wanted.dropped, ...cut.dropped, ...consent.dropped],
    permissions: resourceServer?.showsPermissions ? permissions : null,
    offline: lasting.includes('offline_access') && client.grantTypes.includes('refresh_token'),
    authorizationDetails,
    needsConsent: consent.needsConsent,
    ceiling: gate ? [...gate.ceiling] : [],
    oidc: request.flow !== 'identity_assertion' && mayUseOidc(client, choices),
    clientGrantId: gate?.clientGrant?.id ?? null,
    organization,
    trace: trace.steps,
  };
}

/** TX-14, TX-18: an exchange that comes to nothing of what it asked for is refused (Q12). */
function checkExchange(
  { flow, scopes }: UserAccessRequest,
  granted: readonly string[],
  { onBehalfOfInPart }: PlatformChoices,
  trace: Trace,
): UserDenial | null {
  if (flow !== 'on_behalf_of' && flow !== 'identity_assertion') return null;
  const isAssertion = flow === 'identity_assertion';
  const asked = [...new Set(scopes)].filter((scope) => isAssertion || !isProtocolScope(scope));
  const missing = asked.filter((scope) => !granted.includes(scope));
  const mayBeInPart = isAssertion || onBehalfOfInPart !== 'refuse';
  if (missing.length === 0 || (missing.length < asked.length && mayBeInPart)) return null;
  return trace.deny('scopes', isAssertion ? 'TX-18' : 'TX-14', `not permitted: ${missing.join(' ')}`, {
    reason: 'scopes_not_permitted',
    missing,
  });
}
