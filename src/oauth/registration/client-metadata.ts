// What a client says of itself when it registers (RFC 7591 section 2), and how much of it is taken.

import type { ThirdPartySecurityMode } from '../../domain/access-policy.js';
import type { JsonObject } from '../../domain/json.js';
import { isUnstorable } from '../../domain/text.js';

export interface ClientMetadata {
  readonly name: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly tokenEndpointAuthMethod: 'none' | 'client_secret_post';
  readonly isNative: boolean;
}

/** Why a registration is refused (RFC 7591 section 3.2.2). */
export class InvalidMetadata extends Error {
  readonly code: 'invalid_client_metadata' | 'invalid_redirect_uri';
  constructor(code: InvalidMetadata['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const MAX_NAME = 255;
const MAX_URIS = 20;
const MAX_URI = 2048;
const MAX_WORDS = 50;

/** Line breaks and the like, and what turns the direction of text: a name is shown to people who decide by it. */
const UNFIT_FOR_NAMES = /[<>\p{Cc}\u202A-\u202E\u2066-\u2069]/u;

const invalid = (message: string): InvalidMetadata => new InvalidMetadata('invalid_client_metadata', message);

function nameIn({ client_name: name }: JsonObject): string {
  if (name === undefined) return 'Dynamically registered client';
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME) {
    throw invalid(`client_name must be a text of 1 to ${MAX_NAME} characters`);
  }
  if (UNFIT_FOR_NAMES.test(name) || isUnstorable(name)) {
    throw invalid('client_name has characters that are not allowed');
  }
  return name;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** An address that codes may be sent to: `https`, or the machine of the user (RFC 8252 section 7.3). */
function checkRedirectUri(uri: unknown): asserts uri is string {
  const refuse = (why: string): never => {
    throw new InvalidMetadata('invalid_redirect_uri', `redirect_uris ${why}`);
  };
  if (typeof uri !== 'string' || uri === '') return refuse('must be texts');
  if (uri.length > MAX_URI) return refuse(`must not be longer than ${MAX_URI} characters`);
  // Printable ASCII without what browsers read in a way of their own.
  if (!/^[!-~]+$/.test(uri) || uri.includes('\\')) return refuse('have characters that are not allowed');
  if (uri.includes('*')) return refuse('must not have wildcards');
  if (uri.includes('#')) return refuse('must not have a fragment');
  if (!URL.canParse(uri)) return refuse('must be absolute');
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '') return refuse('must not have credentials');
  const isSafe = uri.startsWith('https://') || (uri.startsWith('http://') && LOOPBACK.has(hostname));
  if (!isSafe || !/^https?:$/.test(protocol)) return refuse('must be https, or http on a loopback address');
}

function redirectUrisIn({ redirect_uris: uris }: JsonObject): string[] {
  if (!Array.isArray(uris) || uris.length === 0 || uris.length > MAX_URIS) {
    throw new InvalidMetadata('invalid_redirect_uri', `redirect_uris must be a list of 1 to ${MAX_URIS}`);
  }
  return uris.map((uri) => {
    checkRedirectUri(uri);
    return uri;
  });
}

/** A list of words; null where there is none. */
function wordsIn(metadata: JsonObject, member: string): readonly string[] | null {
  const value = metadata[member];
  if (value === undefined) return null;
  if (!Array.isArray(value) || value.length > MAX_WORDS || value.some((each) => typeof each !== 'string')) {
    throw invalid(`${member} must be a list of texts`);
  }
  return value as readonly string[];
}

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

/** What clients that registered themselves can have: strict ones by token-issuance.md DC-1, others by permissive-mode.mdx. */
const ALLOWED_GRANT_TYPES: Readonly<Record<ThirdPartySecurityMode, readonly string[]>> = {
  strict: ['authorization_code', 'refresh_token'],
  permissive: ['authorization_code', 'refresh_token', 'implicit', DEVICE_CODE],
};

/** Cut down to what the client can have (DC-1). */
function grantTypesIn(metadata: JsonObject, mode: ThirdPartySecurityMode): readonly string[] {
  const asked = wordsIn(metadata, 'grant_types') ?? ['authorization_code'];
  const granted = ALLOWED_GRANT_TYPES[mode].filter((each) => asked.includes(each));
  if (granted.every((each) => each === 'refresh_token')) {
    throw invalid('grant_types must include one that begins a login, such as authorization_code');
  }
  return granted;
}

const STRICT_RESPONSE_TYPES = ['code'];

function checkResponseTypes(metadata: JsonObject, mode: ThirdPartySecurityMode): void {
  const asked = wordsIn(metadata, 'response_types') ?? [];
  if (mode === 'strict' && asked.some((each) => !STRICT_RESPONSE_TYPES.includes(each))) {
    throw invalid('response_types must be code');
  }
}

function authMethodIn({ token_endpoint_auth_method: method }: JsonObject) {
  // DC-1.
  if (method === undefined || method === 'client_secret_post') return 'client_secret_post';
  if (method === 'none') return method;
  throw invalid('token_endpoint_auth_method must be none or client_secret_post');
}

/**
 * Reads what a client says of itself. Members that are not known here are passed over (RFC 7591 section 2).
 *
 * @throws InvalidMetadata
 */
export function readClientMetadata(metadata: JsonObject, mode: ThirdPartySecurityMode): ClientMetadata {
  checkResponseTypes(metadata, mode);
  return {
    name: nameIn(metadata),
    redirectUris: redirectUrisIn(metadata),
    grantTypes: grantTypesIn(metadata, mode),
    tokenEndpointAuthMethod: authMethodIn(metadata),
    isNative: metadata['application_type'] === 'native',
  };
}
