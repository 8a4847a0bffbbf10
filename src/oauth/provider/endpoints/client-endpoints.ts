// Endpoints that clients call themselves beside the token endpoint. Clients are authenticated as they are there, and by the
// same code; the library gets what is left of the request.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { proveClient } from '../../client-authentication.js';
import { identify, identityParameters } from '../../client-identity.js';
import { isStrictThirdParty } from '../../../policy/client-kind.js';
import { malformed, type Refusal } from '../../refusal.js';
import { readParameters } from '../../request-parameters.js';
import { TokenAnswer } from '../../token-answer.js';
import type { UserFlowOptions } from '../routes.js';

/** As many as a request to `/authorize` may have, and then some. */
const KNOWN = {
  has: (name: string): boolean => name.length <= 255,
} as ReadonlySet<string>;

const CREDENTIALS = new Set<string>(identityParameters);

/** TP-12. */
const notForThirdParties = (): Refusal =>
  malformed('Pushed authorization requests are not available to this client');

/** DV-7, PA-2. */
const unauthorizedClient = (description: string): Refusal => ({
  reason: 'client_authentication_failed',
  error: { status: 403, error: 'unauthorized_client', description },
});

/**
 * Reads a request and authenticates its client.
 *
 * @returns the parameters without the proof, or why there is no going on.
 */
export async function authenticatedForm(
  req: IncomingMessage,
  options: UserFlowOptions,
  kind: { readonly onlyConfidential: boolean; readonly forDevices: boolean },
): Promise<URLSearchParams | Refusal> {
  const sent = await readParameters(req, KNOWN);
  if ('reason' in sent) return sent;
  const { parameters } = sent;
  const identity = identify(req, parameters);
  if ('reason' in identity) return identity;
  const { clientId, proof } = identity;
  const query = { clientId, audience: null, organization: null };
  const facts = await options.storage.tokenFacts(query, { fresh: true });
  if (
    kind.forDevices &&
    proof.kind === 'secret' &&
    facts?.authentication.tokenEndpointAuthMethod === 'none'
  ) {
    return unauthorizedClient('The client has no secret, and must not send one');
  }
  const proven = await proveClient(identity, facts, options);
  if (proven.refusal) return proven.refusal;
  const { client } = proven.facts.access;
  if (kind.onlyConfidential && !client.isConfidential) {
    return unauthorizedClient('Public clients cannot push authorization requests');
  }
  if (kind.onlyConfidential && isStrictThirdParty(client)) return notForThirdParties();
  const form = new URLSearchParams();
  for (const [name, value] of parameters) {
    if (!CREDENTIALS.has(name)) form.set(name, value);
  }
  form.set('client_id', clientId);
  return form;
}

/** Refuses in the words of the token endpoint. */
export function refuse(res: ServerResponse, refusal: Refusal, options: UserFlowOptions): void {
  new TokenAnswer(res, options).refuse(refusal, []);
}
