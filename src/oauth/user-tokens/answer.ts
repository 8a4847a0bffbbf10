import type { JsonObject } from '../../domain/json.js';
import { type Issuance, settingsOf } from './issuance.js';

/** What the answer to a token request says of the decision, beside the tokens. */
export function answerMembers(issuance: Issuance): JsonObject {
  const { scopes, authorizationDetails, audience } = issuance.decision;
  const isEncrypted = (settingsOf(issuance)?.encryption ?? null) !== null;
  return {
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    // RA-7.
    ...(authorizationDetails && {
      authorization_details: isEncrypted
        ? authorizationDetails.map(({ type }) => ({ type }))
        : authorizationDetails,
    }),
    // MR-8: where it is another API than that of the login.
    ...(audience !== null && audience !== issuance.authorization.audience && { resource: audience }),
  };
}
