// Whether the user has to agree, and to what the user has agreed.

import type {
  AccessFacts,
  OrganizationFacts,
  ResourceServerFacts,
  UserFacts,
} from '../domain/access-facts.js';
import { isStrictThirdParty, isThirdParty } from './client-kind.js';
import type { UserAccessRequest, UserDenial } from './decision.js';
import { mayBe } from './may-be.js';
import type { Trace } from './trace.js';
import { isInteractive } from './user-organization.js';
import type { Cut } from './user-scopes.js';

interface Need {
  readonly needed: boolean;
  readonly source: string;
  readonly because: string;
}

/** Consent to what a token would have (TP-15, PM-7, GE-10, GE-12, TX-3, TX-18). */
export function decideConsent(
  request: UserAccessRequest,
  { client }: AccessFacts,
  user: UserFacts,
  resourceServer: ResourceServerFacts | null,
  organization: OrganizationFacts | null,
  scopes: readonly string[],
  trace: Trace,
): (Cut & { readonly needsConsent: boolean }) | UserDenial {
  if (request.flow === 'ciba') return decideApproval(request, resourceServer, scopes, trace);
  const need = consentNeed(request, client, resourceServer);
  if (!need.needed) {
    trace.pass('consent', need.source, need.because);
    return { scopes, dropped: [], needsConsent: false };
  }
  const audience = resourceServer?.identifier ?? null;
  const consent = canBeRemembered(request)
    ? user.consents.find(
        (given) => given.audience === audience && given.organizationId === (organization?.id ?? null),
      )
    : undefined;
  const agreed = new Set(consent?.scopes);
  if (isInteractive(request.flow) && wantsDetailsAgreed(request)) {
    // Each is about one thing, such as one payment: agreeing to another is not agreeing to it (RFC 9396 section 7).
    return trace.deny('consent', 'RA-11', `${need.because}; authorization_details are agreed to one by one`, {
      reason: 'consent_required',
      audience,
      scopes,
    });
  }
  if (consent && scopes.every((scope) => agreed.has(scope))) {
    trace.pass('consent', need.source, `${need.because}; the user has consented`);
    return { scopes, dropped: [], needsConsent: true };
  }
  if (isInteractive(request.flow)) {
    return trace.deny('consent', need.source, `${need.because}; the user has to be asked`, {
      reason: 'consent_required',
      audience,
      scopes,
    });
  }
  if (!consent) {
    return trace.deny('consent', need.source, `${need.because}; nobody can be asked`, {
      reason: 'consent_missing',
      audience,
    });
  }
  trace.pass('consent', need.source, `${need.because}; cut to what the user has consented to`);
  const dropped = scopes
    .filter((scope) => !agreed.has(scope))
    .map((scope) => ({ scope, source: need.source, because: 'the user has not consented to it' }));
  return { scopes: scopes.filter((scope) => agreed.has(scope)), dropped, needsConsent: true };
}

/**
 * CB-7: each request is approved by itself, whatever was consented to before, and what a token has was shown when it was.
 * So what stands on an approval needs no other consent later.
 */
function decideApproval(
  { approvedScopes = null }: UserAccessRequest,
  resourceServer: ResourceServerFacts | null,
  scopes: readonly string[],
  trace: Trace,
): (Cut & { readonly needsConsent: boolean }) | UserDenial {
  if (approvedScopes === null) {
    return trace.deny('consent', 'CB-7', 'the user has to approve the request', {
      reason: 'consent_required',
      audience: resourceServer?.identifier ?? null,
      scopes,
    });
  }
  trace.pass('consent', 'CB-7', 'the user has approved the request');
  const approved = new Set(approvedScopes);
  const dropped = scopes
    .filter((scope) => !approved.has(scope))
    .map((scope) => ({ scope, source: 'CB-7', because: 'the user has not approved it' }));
  return { scopes: scopes.filter((scope) => approved.has(scope)), dropped, needsConsent: false };
}

const wantsDetailsAgreed = ({ authorizationDetails, hasAgreedToDetails }: UserAccessRequest): boolean =>
  authorizationDetails !== null && authorizationDetails.length > 0 && !hasAgreedToDetails;

/** TX-3: exchanges do without a consent, or not at all. */
const canBeRemembered = ({ flow }: UserAccessRequest): boolean =>
  flow !== 'custom_exchange' && flow !== 'on_behalf_of';

/** `ciba` never comes here. */
function consentNeed(
  { flow, redirectUri, original }: UserAccessRequest,
  client: AccessFacts['client'],
  resourceServer: ResourceServerFacts | null,
): Need {
  if (flow === 'identity_assertion') {
    return { needed: false, source: 'TX-18', because: 'the identity provider has decided' };
  }
  if (isThirdParty(client)) {
    const source = isStrictThirdParty(client) ? 'TP-15' : 'PM-7';
    return { needed: true, source, because: 'third parties always need consent' };
  }
  // Fails closed: an API that is silent about consent wants it.
  const isSkipped = resourceServer === null || resourceServer.skipsConsentForFirstParty;
  switch (flow) {
    case 'password':
      return { needed: false, source: 'CO-1', because: 'the user gives the client the password' };
    case 'code_exchange':
    case 'refresh':
      return mayBe(original?.needsConsent)
        ? { needed: true, source: 'CO-2', because: 'the login needed consent' }
        : { needed: false, source: 'CO-2', because: 'the login needed no consent' };
    case 'custom_exchange':
    case 'on_behalf_of':
      return isSkipped
        ? { needed: false, source: 'TX-3', because: 'the API lets consent be skipped' }
        : { needed: true, source: 'TX-3', because: 'the API does not let consent be skipped' };
    case 'ciba':
    case 'authorize':
    case 'device': {
      if (!isSkipped) {
        return { needed: true, source: 'GE-12', because: 'the API does not let consent be skipped' };
      }
      // A device has no callback; what it shows is confirmed anyway.
      const isTold = flow === 'device' || client.trustsNonVerifiableCallbacks || isVerifiable(redirectUri);
      return isTold
        ? { needed: false, source: 'GE-12', because: 'a first party, and the API lets consent be skipped' }
        : { needed: true, source: 'GE-12', because: 'nobody can tell who is behind the callback' };
    }
  }
}

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])\.?$/;

/** Whether only one party can be behind a callback: an https address of somewhere else than the user's own device. */
function isVerifiable(redirectUri: string | null): boolean {
  if (redirectUri === null || !URL.canParse(redirectUri)) return false;
  const { protocol, hostname } = new URL(redirectUri);
  return protocol === 'https:' && !LOOPBACK.test(hostname);
}
