// The places where the library has no setting for what the platform does. Each replaces one method of a class that the
// library makes for its users to use; tests/oauth/ has a test for each, since a new version could stop calling it.

import type { Provider } from 'oidc-provider';
import { userClaims } from './user-claims.js';
import { issuanceOf } from './issuance.js';
import { ownMetadata } from './client-metadata.js';
import { isRegistered } from './redirect-uris.js';

/** @param provider is changed. */
export function fillGaps(provider: Provider): void {
  // Addresses are compared as the platform compares them, patterns included.
  provider.Client.prototype.redirectUriAllowed = function redirectUriAllowed(address: string): boolean {
    return isRegistered(address, ownMetadata(this).callbacks);
  };
  provider.Client.prototype.postLogoutRedirectUriAllowed = function postLogoutRedirectUriAllowed(
    address: string,
  ): boolean {
    return isRegistered(address, ownMetadata(this).logoutUrls);
  };

  // Claims of Actions have names that no configuration can list.
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this` below
  const { payload } = provider.IdToken.prototype;
  provider.IdToken.prototype.payload = async function payloadWithOwnClaims() {
    const ofLibrary = await payload.call(this);
    const issuance = issuanceOf(this.ctx);
    if (issuance === null) return ofLibrary;
    const { user, decision, facts, changes } = issuance;
    const { organization } = decision;
    return {
      ...changes.idTokenClaims,
      ...ofLibrary,
      ...userClaims(user, decision.scopes),
      ...(organization && { org_id: organization.id }),
      ...(organization && facts.access.tenant.allowOrganizationNames && { org_name: organization.name }),
    };
  };
}
