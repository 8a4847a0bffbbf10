// The places where the library has no setting for what the platform does. Each replaces one method of a class that the
// library makes for its users to use; tests/oauth/ has a test for each, since a new version could stop calling it.

import { decodeJwt, UnsecuredJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { encryptToken } from '../../access-token.js';
import { idTokenClaims } from '../../user-tokens/claims.js';
import { issuanceOf } from '../tokens/issuance.js';
import { settingsOf } from '../../user-tokens/issuance.js';
import { grantTypes } from '../../vocabulary.js';
import { ownMetadata } from './client-metadata.js';
import { isRegistered } from '../../redirect-uris.js';

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

  // Its own CIBA is not used, and its clients cannot have the grant type without. Who may use it, the policy says.
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this` below
  const { grantTypeAllowed } = provider.Client.prototype;
  provider.Client.prototype.grantTypeAllowed = function grantTypeAllowedHere(grantType: string): boolean {
    return grantType === grantTypes.ciba || grantTypeAllowed.call(this, grantType);
  };
  // The library has one lifetime for all; the platform's clients have their own (`par_request_expiry`).
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this` below
  const { save } = provider.PushedAuthorizationRequest.prototype;
  provider.PushedAuthorizationRequest.prototype.save = async function saveForItsTime(seconds) {
    const client = Provider.ctx?.oidc.client;
    if (client === undefined) return save.call(this, seconds);
    const lifetime = ownMetadata(client).pushedRequestSeconds;
    const { iat = 0, ...asked } = decodeJwt(this.request);
    this.request = new UnsecuredJWT({ ...asked, iat, exp: iat + lifetime }).encode();
    return save.call(this, lifetime);
  };

  // The library would tell issuer and API in the open, and call what is inside by another name than RFC 7519 section 5.2.
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this` below
  const { save: saveToken } = provider.AccessToken.prototype;
  provider.AccessToken.prototype.save = async function saveEncrypted() {
    const token = await saveToken.call(this);
    const issuance = Provider.ctx && issuanceOf(Provider.ctx);
    const encryption = issuance && settingsOf(issuance)?.encryption;
    return encryption ? encryptToken(token, encryption) : token;
  };

  // What a form without a session is answered with has none either, which the library fails on.
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this` below
  const { persist } = provider.Session.prototype;
  provider.Session.prototype.persist = async function persistWhatIsKept() {
    return this.exp === undefined ? this.jti : persist.call(this);
  };

  // Claims of Actions have names that no configuration can list.
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this` below
  const { payload } = provider.IdToken.prototype;
  provider.IdToken.prototype.payload = async function payloadWithOwnClaims() {
    const ofLibrary = await payload.call(this);
    const issuance = issuanceOf(this.ctx);
    return issuance === null ? ofLibrary : idTokenClaims(issuance, ofLibrary);
  };
}
