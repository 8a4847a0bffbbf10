import type { Authorization } from '../../domain/authorization.js';
import type { UserAccessRequest } from '../../policy/decision.js';
import { grantTypes } from '../vocabulary.js';

/** What a token request sends beside the code or the refresh token. */
interface Sent {
  readonly audience: string | null;
  readonly scopes: readonly string[] | null;
  /** Whether it shows a key (RFC 9449). */
  readonly bindsKey: boolean;
}

/** What a request comes to that stands on a login of before. It is decided again every time, on facts as they are then. */
export function laterRequest(
  flow: 'code_exchange' | 'refresh',
  authorization: Authorization,
  sent: Sent,
  userinfoAudience: string,
): UserAccessRequest {
  const { audience, grantType, grantedScopes, organizationId } = authorization;
  const isSameApi = sent.audience === null || sent.audience === audience;
  return {
    subjectType: 'user',
    flow,
    grantType: flow === 'refresh' ? grantTypes.refreshToken : grantType,
    audience: sent.audience ?? audience,
    resource: null,
    scopes: flow === 'refresh' ? sent.scopes : grantedScopes,
    organization: organizationId,
    // They are about the API of the login.
    authorizationDetails: isSameApi ? authorization.authorizationDetails : null,
    responseType: null,
    hasCodeChallenge: true,
    redirectUri: null,
    hasAgreedToDetails: false,
    bindsKey: sent.bindsKey,
    userinfoAudience,
    ...(authorization.hasSecondFactor && { secondFactor: 'before' }),
    original: { audience, scopes: grantedScopes, needsConsent: authorization.needsConsent },
  };
}
