import type { OwnMetadata } from '../library/client-metadata.js';

/** token-issuance.md 7.1; `organization` and `response_mode` by Q15. */
const ALLOWED = new Set([
  'acr_values',
  'audience',
  'authorization_details',
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'connection',
  'correlation_id',
  'display',
  'dpop_jkt',
  'login_hint',
  'max_age',
  'nonce',
  'organization',
  'prompt',
  'redirect_uri',
  'resource',
  'response_mode',
  'response_type',
  'scope',
  'state',
  'ui_locales',
]);

/** TP-8: what a strict third party sends beside these is refused. @returns what is wrong; null when nothing is. */
export function parameterFault(client: OwnMetadata, parameters: readonly string[]): string | null {
  if (!client.isStrictThirdParty) return null;
  const other = parameters.find((name) => !ALLOWED.has(name) && !name.startsWith('ext-'));
  return other === undefined ? null : `Parameter ${other.slice(0, 64)} is not allowed for this client`;
}
