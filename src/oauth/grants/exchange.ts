// What the grants for users have in common that oidc-provider has no part in: who asks, and what it comes to.

import type { IncomingMessage } from 'node:http';
import type { Client } from '../../domain/client.js';
import type { NewLogEntry } from '../../domain/log-entry.js';
import type { TokenFacts } from '../../domain/token-facts.js';
import type { TraceStep } from '../../policy/decision.js';
import { isOriginOf } from '../origins.js';
import { authenticationFailed, malformed, type Refusal } from '../refusal.js';
import type { TokenRequest } from '../token-request.js';
import type { Issuance } from '../user-tokens/issuance.js';
import { type LoggedRequest, type LoggedResult, userEntry } from '../user-tokens/log.js';
import type { UserTokenOptions } from '../user-tokens/options.js';

/** A request, whose client has been authenticated. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly request: TokenRequest;
  /** The client's, and those of what it asks for. */
  readonly facts: TokenFacts;
  /** See `signWithKey`. */
  readonly here: boolean;
}

export interface Refused {
  readonly refusal: Refusal;
  /** For the log. */
  readonly because: string | null;
  readonly trace: readonly TraceStep[];
}

export const refused = (
  refusal: Refusal,
  because: string | null,
  trace: readonly TraceStep[] = [],
): Refused => ({ refusal, because, trace });

export interface Issued {
  readonly refusal: null;
  readonly issuance: Issuance;
  /** The answer. */
  readonly body: object;
}

/** What a request comes to, with its row for the log. */
export interface Exchanged {
  readonly entry: NewLogEntry;
  readonly answer: { readonly refusal: Refusal } | { readonly refusal: null; readonly body: object };
  /** Whose pages may read the answer; null for none. */
  readonly readableBy: string | null;
}

/** The client of a request, or why it may not ask: pages of others may not, whatever credentials they have. */
export async function clientOf(
  { req, request: { clientId } }: Exchange,
  { storage }: UserTokenOptions,
): Promise<{ readonly client: Client | Refused; readonly readableBy: string | null }> {
  const { origin } = req.headers;
  // It was authenticated on fresh facts a moment ago.
  const client = await storage.known.client(clientId);
  const isForeign = origin !== undefined && (client === null || !isOriginOf(client, origin));
  const readableBy = isForeign ? null : (origin ?? null);
  if (client === null) return { client: refused(authenticationFailed(), 'the client has gone'), readableBy };
  if (!isForeign) return { client, readableBy };
  const foreign = malformed(`origin ${origin} not allowed for client: ${clientId}`);
  return { client: refused(foreign, null), readableBy };
}

/** The answer to a request, with its row. @param about what the grant alone knows. */
export function concluded(
  { request: { clientId, connection }, facts }: Exchange,
  answer: Issued | Refused,
  about: Pick<LoggedRequest, 'userId' | 'audience' | 'requestedScopes'> &
    Pick<LoggedResult, 'type'> &
    Pick<Exchanged, 'readableBy'>,
  options: UserTokenOptions,
): Exchanged {
  const { type, readableBy, ...asked } = about;
  const { refusal } = answer;
  const { ip, userAgent } = connection;
  const request = { ...asked, clientId, clientName: facts.access.client.name, ip, userAgent };
  const result = {
    type,
    refusal: refusal && { reason: refusal.reason, description: refusal.error.description },
    because: refusal && answer.because,
    trace: refusal ? answer.trace : [],
    issuance: refusal ? null : answer.issuance,
  };
  return { entry: userEntry(request, result, options), answer, readableBy };
}
