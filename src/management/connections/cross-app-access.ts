// What a connection needs before its identity provider can say for whom a client acts.

import type { NewConnection } from '../../domain/connection.js';
import { acceptsAssertions, assertionIssuerOf } from '../../domain/cross-app-access.js';
import { ManagementError } from '../../errors.js';
import type { ConfigReader } from '../../storage/config.js';

type Described = Pick<NewConnection, 'strategy' | 'options' | 'settings'>;

/**
 * Refuses a connection that could not be used for cross app access as it is. The texts are ours.
 *
 * @param id its own; null where it is new.
 */
export async function checkAssertionIssuer(
  config: ConfigReader,
  connection: Described,
  id: string | null,
): Promise<void> {
  if (!acceptsAssertions(connection)) return;
  const found = assertionIssuerOf(connection);
  if (found === null) {
    throw new ManagementError(
      'invalid_body',
      '`cross_app_access_resource_app` needs the `issuer` of the identity provider among the `options`, and addresses that start with https',
    );
  }
  if (found.algorithms.length === 0) {
    throw new ManagementError(
      'invalid_body',
      '`id_token_signed_response_algs` names no algorithm that is known',
    );
  }
  // The platform's page "Cross App Access": one connection for each issuer. The database holds the same rule.
  const other = await config.connections.findByAssertionIssuer(found.issuer);
  if (other !== null && other.id !== id) throw new ManagementError('assertion_issuer_conflict');
}
