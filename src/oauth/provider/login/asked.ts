// What a client asks for, in the platform's own parameters. The library never sees them: it gets a request in the
// protocol's words, and this text beside it, which it keeps wherever it keeps the request (an interaction, a pushed
// request, a device code).

import { z } from 'zod';
import type { AuthorizationDetail } from '../../../domain/authorization.js';
import { isJsonObject } from '../../../domain/json.js';
import { isUnstorable } from '../../../domain/text.js';
import type { Tenant } from '../../../domain/tenant.js';

/** The one parameter that holds what was asked for. A request that names it itself is not listened to. */
export const ASKED = 'grantry_asked';

/** Scopes for the library alone: that there is a login, and that there is an API. What a token may do is no matter of its. */
const LIBRARY_SCOPE = 'openid access';

const MAX_SCOPES = 1000;
const MAX_LENGTH = 16_384;
const MAX_NAMES = 100;

const detail: z.ZodType<AuthorizationDetail> = z.custom<AuthorizationDetail>(
  (value) => isJsonObject(value) && typeof value['type'] === 'string',
);

const asked = z.strictObject({
  /** Under the identifier that the API is kept by (`Tenant.canonical`), as is `resource`. */
  audience: z.string().nullable(),
  resource: z.string().nullable(),
  /** Null when none is named. */
  scopes: z.array(z.string()).nullable(),
  organization: z.string().nullable(),
  connection: z.string().nullable(),
  authorizationDetails: z.array(detail).nullable(),
  /** The names of all parameters. */
  parameters: z.array(z.string()),
  /** What is wrong with the request; null when nothing is. */
  problem: z.string().nullable(),
});

export type Asked = z.infer<typeof asked>;

/** Parameters that are set aside. */
const OWN = new Set(['scope', 'audience', 'resource', 'organization', 'connection', 'authorization_details']);

/** A page of ours, in place of the library's (`response-modes.ts`). */
export const FORM_POST_PAGE = 'form_post_page';

/**
 * Takes the platform's parameters out of a request.
 *
 * @returns what the library is given instead: everything else as it came, repetitions included, which it refuses itself.
 */
export function setAside(parameters: URLSearchParams, tenant: Tenant): URLSearchParams {
  const rest = new URLSearchParams();
  const own = new Map<string, string>();
  const names = new Set<string>();
  let problem: string | null = null;
  for (const [name, value] of parameters) {
    if (name === ASKED) continue;
    names.add(name);
    if (!OWN.has(name)) {
      rest.append(name, name === 'response_mode' && value === 'form_post' ? FORM_POST_PAGE : value);
      continue;
    }
    // RFC 6749 section 3.1: a parameter without a value counts as left out, and none may be there twice.
    if (value === '') continue;
    if (own.has(name)) problem ??= `Parameter ${name} must not be repeated`;
    else if (value.length > MAX_LENGTH) problem ??= `Parameter ${name} is too long`;
    else if (isUnstorable(value)) problem ??= `Parameter ${name} has characters that are not allowed`;
    else own.set(name, value);
  }
  if (names.size > MAX_NAMES) problem ??= 'There are too many parameters';
  // A pushed request stands for all of them (RFC 9126 section 4): what comes beside it is not listened to.
  if (parameters.getAll('request_uri').some((value) => value !== '')) return rest;

  const scopes = [...new Set(own.get('scope')?.split(' ') ?? [])].filter((scope) => scope !== '');
  if (scopes.length > MAX_SCOPES) problem ??= 'Parameter scope names too many scopes';
  const details = readDetails(own.get('authorization_details'));
  if (details === undefined) problem ??= 'Parameter authorization_details is invalid';
  const canonical = (name: string): string | null => {
    const identifier = own.get(name);
    return identifier === undefined ? null : tenant.canonical(identifier);
  };
  const text: Asked = {
    audience: canonical('audience'),
    resource: canonical('resource'),
    scopes: scopes.length === 0 ? null : scopes.slice(0, MAX_SCOPES),
    organization: own.get('organization') ?? null,
    connection: own.get('connection') ?? null,
    authorizationDetails: details ?? null,
    parameters: [...names].slice(0, MAX_NAMES),
    problem,
  };
  rest.set(ASKED, JSON.stringify(text));
  rest.set('scope', LIBRARY_SCOPE);
  return rest;
}

/** What a request asked for. A request without the text came another way than through `setAside`: it is refused. */
export function readAsked(text: unknown): Asked {
  if (typeof text !== 'string') throw new TypeError('the request has not been prepared');
  return asked.parse(JSON.parse(text));
}

/** token-issuance.md RA-6. */
const MAX_DETAILS_BYTES = 5120;
const MAX_DETAILS = 5;
const MAX_PROPERTIES = 10;
const MAX_DEPTH = 5;
const NAME = /^[a-zA-Z0-9_.-]{1,255}$/;

function isWithinLimits(value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (typeof value === 'string') return value.length <= 255;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => isWithinLimits(item, depth + 1));
  const entries = Object.entries(value);
  return (
    entries.length <= MAX_PROPERTIES &&
    entries.every(([name, item]) => NAME.test(name) && isWithinLimits(item, depth + 1))
  );
}

/** @returns null when there are none, undefined when they are not what RA-6 allows. */
function readDetails(text: string | undefined): Asked['authorizationDetails'] | undefined {
  if (text === undefined) return null;
  if (Buffer.byteLength(text) > MAX_DETAILS_BYTES) return undefined;
  try {
    const read = z.array(detail).max(MAX_DETAILS).safeParse(JSON.parse(text));
    if (!read.success || !read.data.every((item) => isWithinLimits(item, 1))) return undefined;
    return read.data.length === 0 ? null : read.data;
  } catch {
    return undefined;
  }
}
