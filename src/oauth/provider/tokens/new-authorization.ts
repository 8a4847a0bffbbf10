import type { Authorization } from '../../../domain/authorization.js';
import { MissingReference, type Storage } from '../../../storage/storage.js';
import type { Refusal } from '../../refusal.js';
import { RefusedRequest } from '../refused-request.js';

const changedMeanwhile: Refusal = {
  reason: 'changed_meanwhile',
  error: {
    status: 403,
    error: 'access_denied',
    description: 'What the request is about was deleted meanwhile.',
  },
};

/**
 * Writes down what a user lets a client do.
 *
 * @throws RefusedRequest when the user, client, API or organization has gone since that was decided.
 */
export async function writeAuthorization(
  authorization: Authorization,
  { authorizations }: Pick<Storage, 'authorizations'>,
): Promise<void> {
  try {
    await authorizations.create(authorization);
  } catch (error) {
    if (error instanceof MissingReference) throw new RefusedRequest(changedMeanwhile);
    throw error;
  }
}
