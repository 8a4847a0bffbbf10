// Who a client says it is, and what it shows to prove it.

import type { IncomingMessage } from 'node:http';
import { isUnstorable } from '../domain/text.js';
import { authenticationUnsupported, clientIdMissing, malformed, type Refusal } from './refusal.js';
import type { Parameters } from './request-parameters.js';
import { JWT_BEARER_ASSERTION } from './vocabulary.js';

/** What the client shows to prove who it is. */
export type ClientProof =
  | { readonly kind: 'none' }
  | { readonly kind: 'secret'; readonly secret: string; readonly by: 'basic' | 'post' }
  | { readonly kind: 'assertion'; readonly assertion: string };

export interface ClientIdentity {
  readonly clientId: string;
  readonly proof: ClientProof;
}

/** The parameters that say who a client is. */
export const identityParameters = [
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
] as const;

/** RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined. */
function fromBasic(header: string): { clientId: string; secret: string } | Refusal {
  const text = Buffer.from(/^Basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header)?.[1] ?? '', 'base64').toString(
    'utf8',
  );
  const colon = text.indexOf(':');
  if (colon < 1) return malformed('The Authorization header is not valid');
  try {
    const [clientId, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    ) as [string, string];
    if (isUnstorable(clientId)) return malformed('The Authorization header is not valid');
    return { clientId, secret };
  } catch {
    return malformed('The Authorization header is not valid');
  }
}

/** The subject of an assertion, unverified: it only says whose keys to try. */
function subjectOf(assertion: string): string | null {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    const subject = (payload as { sub?: unknown } | null)?.sub;
    return typeof subject === 'string' && subject !== '' && !isUnstorable(subject) ? subject : null;
  } catch {
    return null;
  }
}

/** Whoever it is that asks, and how they prove it. RFC 6749 section 2.3: by one method only. */
export function identify(req: IncomingMessage, parameters: Parameters): ClientIdentity | Refusal {
  // The platform's documentation sends a request's `mfa_token` twice: in the body, and as a bearer token that proves no client.
  const isMfaToken = parameters.has('mfa_token') && /^Bearer /i.test(req.headers.authorization ?? '');
  const authorization = isMfaToken ? undefined : req.headers.authorization;
  const named = parameters.get('client_id');
  const secret = parameters.get('client_secret');
  const assertion = parameters.get('client_assertion');
  const methods = [authorization, secret, assertion].filter((proof) => proof !== undefined);
  if (methods.length > 1) return malformed('The client must not use more than one authentication method');

  if (authorization !== undefined) {
    // RFC 6749 section 5.2: a method that is not supported is a failed authentication.
    if (!/^Basic( |$)/i.test(authorization)) return authenticationUnsupported();
    const basic = fromBasic(authorization);
    if ('reason' in basic) return basic;
    if (named !== undefined && named !== basic.clientId)
      return malformed('client_id does not match the Authorization header');
    return { clientId: basic.clientId, proof: { kind: 'secret', secret: basic.secret, by: 'basic' } };
  }
  if (assertion !== undefined) {
    if (parameters.get('client_assertion_type') !== JWT_BEARER_ASSERTION) {
      return malformed(`client_assertion_type must be ${JWT_BEARER_ASSERTION}`);
    }
    const clientId = named ?? subjectOf(assertion);
    return clientId === null ? clientIdMissing() : { clientId, proof: { kind: 'assertion', assertion } };
  }
  if (named === undefined) return clientIdMissing();
  return {
    clientId: named,
    proof: secret === undefined ? { kind: 'none' } : { kind: 'secret', secret, by: 'post' },
  };
}
