// A token request, parsed once. Nothing after this looks at the body or at the headers again.

import type { IncomingMessage } from 'node:http';
import type { Tenant } from '../domain/tenant.js';
import { isUnstorable } from '../domain/text.js';
import { JWT_BEARER_ASSERTION } from './vocabulary.js';
import {
  authenticationUnsupported,
  clientIdMissing,
  grantTypeMissing,
  malformed,
  type Refusal,
  tooLarge,
} from './refusal.js';

/** What the client shows to prove who it is. */
export type ClientProof =
  | { readonly kind: 'none' }
  | { readonly kind: 'secret'; readonly secret: string; readonly by: 'basic' | 'post' }
  | { readonly kind: 'assertion'; readonly assertion: string };

export interface TokenRequest {
  readonly grantType: string;
  readonly clientId: string;
  readonly proof: ClientProof;
  /** Under the identifier that the API is kept by (`Tenant.canonical`). */
  readonly audience: string | null;
  /** RFC 8707, under that identifier too. The tenant says whether it counts. */
  readonly resource: string | null;
  /** Null when none is named; an empty parameter names none. */
  readonly scopes: readonly string[] | null;
  readonly organization: string | null;
}

/** Ample for an assertion and a thousand scopes. */
const MAX_BODY_BYTES = 262_144;

type Parameters = ReadonlyMap<string, string>;

/** Reads a body as far as it may go. Rejects when the client goes away. */
function readBody(req: IncomingMessage): Promise<string | Refusal> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else resolve(tooLarge());
    });
    req.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    req.on('error', reject);
  });
}

/** RFC 6749 section 3.2: parameters without a value count as left out, and none may be there twice. */
function fromForm(body: string): Parameters | Refusal {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (value === '' || !KNOWN.has(name)) continue;
    if (parameters.has(name)) return malformed(`Parameter ${name.slice(0, 64)} must not be repeated`);
    parameters.set(name, value);
  }
  return parameters;
}

function fromJson(body: string): Parameters | Refusal {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return malformed('The request body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed('The request body must be a JSON object');
  }
  const parameters = new Map<string, string>();
  for (const [name, item] of Object.entries(value)) {
    // Unknown parameters are ignored, so only those that are read have to be text.
    if (!KNOWN.has(name) || item === null || item === '') continue;
    if (typeof item !== 'string') return malformed(`Parameter ${name} must be a string`);
    parameters.set(name, item);
  }
  return parameters;
}

const KNOWN = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'audience',
  'resource',
  'scope',
  'organization',
]);

function parseBody(req: IncomingMessage, body: string): Parameters | Refusal {
  const mediaType = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const parameters = mediaType === 'application/json' ? fromJson(body) : fromForm(body);
  if (!('reason' in parameters)) {
    for (const [name, value] of parameters) {
      if (KNOWN.has(name) && isUnstorable(value))
        return malformed(`Parameter ${name} has characters that are not allowed`);
    }
  }
  return parameters;
}

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
function identify(
  req: IncomingMessage,
  parameters: Parameters,
): { clientId: string; proof: ClientProof } | Refusal {
  const { authorization } = req.headers;
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

/** Reads and parses a request. It never throws for what a client sent. */
export async function readTokenRequest(
  req: IncomingMessage,
  tenant: Tenant,
): Promise<TokenRequest | Refusal> {
  const body = await readBody(req);
  if (typeof body !== 'string') return body;
  const parameters = parseBody(req, body);
  if ('reason' in parameters) return parameters;
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
  };
}
