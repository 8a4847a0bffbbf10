// A token request, parsed once. Nothing after this looks at the body or at the headers again.

import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '../domain/json.js';
import type { Tenant } from '../domain/tenant.js';
import type { ClientConnection } from '../http/contract.js';
import { connectionOf } from '../http/connection.js';
import { type ClientIdentity, identify, identityParameters } from './client-identity.js';
import { grantTypeMissing, type Refusal } from './refusal.js';
import { type Parameters, readParameters } from './request-parameters.js';
import { userGrantParameters } from './vocabulary.js';

export interface TokenRequest extends ClientIdentity {
  readonly grantType: string;
  /** Under the identifier that the API is kept by (`Tenant.canonical`). */
  readonly audience: string | null;
  /** RFC 8707, under that identifier too. The tenant says whether it counts. */
  readonly resource: string | null;
  /** Null when none is named; an empty parameter names none. */
  readonly scopes: readonly string[] | null;
  readonly organization: string | null;
  /** All that the endpoint knows, as they came. */
  readonly parameters: Parameters;
  readonly connection: ClientConnection;
  /** All that was sent, and without what proves who the client is. */
  readBody(): JsonObject;
}

const KNOWN = new Set<string>([
  'grant_type',
  ...identityParameters,
  'audience',
  'resource',
  'scope',
  'organization',
  ...userGrantParameters,
]);

/** Parameters that are as good as a password. */
const PROOFS: ReadonlySet<string> = new Set(['client_secret', 'client_assertion', 'assertion']);

/** Reads and parses a request. It never throws for what a client sent. */
export async function readTokenRequest(
  req: IncomingMessage,
  tenant: Tenant,
): Promise<TokenRequest | Refusal> {
  const sent = await readParameters(req, KNOWN);
  if ('reason' in sent) return sent;
  const { parameters } = sent;
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) return grantTypeMissing();
  const identity = identify(req, parameters);
  if ('reason' in identity) return identity;
  const scopes = parameters
    .get('scope')
    ?.split(' ')
    .filter((scope) => scope !== '');
  const canonical = (name: string): string | null => {
    const identifier = parameters.get(name);
    return identifier === undefined ? null : tenant.canonical(identifier);
  };
  return {
    grantType,
    ...identity,
    audience: canonical('audience'),
    resource: canonical('resource'),
    scopes: scopes === undefined || scopes.length === 0 ? null : scopes,
    organization: parameters.get('organization') ?? null,
    parameters,
    connection: connectionOf(req),
    readBody: () => sent.readAll(PROOFS),
  };
}
