// The MFA API (auth0/docs-v2, api/authentication/multi-factor-authentication/): what an application needs that asks its users
// for their second factors on screens of its own.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Authenticator, type AuthenticatorKind } from '../../domain/second-factor.js';
import { isUnstorable } from '../../domain/text.js';
import { connectionOf } from '../../http/connection.js';
import { proveClient } from '../client-authentication.js';
import { identify, identityParameters } from '../client-identity.js';
import { fault, malformed, methodNotAllowed, type Refusal } from '../refusal.js';
import { readParameters } from '../request-parameters.js';
import { type AnswerOptions, TokenAnswer } from '../token-answer.js';
import { MissingReference } from '../../storage/storage.js';
import type { UserTokenOptions } from '../user-tokens/options.js';
import { callerOf, type Caller } from './bearer.js';
import { askOnDevice, beginPairing, pairingAddress } from './devices.js';
import { challengeable, usableFactors } from './enrolled.js';
import { beginApp, type NotBegun } from './enrolment.js';
import { changedByUser } from './log-rows.js';
import { findTransaction } from './transaction.js';

type Options = UserTokenOptions & AnswerOptions;
type Answer = (req: IncomingMessage, res: ServerResponse) => Promise<void>;
type Result = { readonly body: object; readonly status?: 200 | 204 } | Refusal;

const unauthorized = (): Refusal =>
  fault('mfa_token_invalid', 401, 'invalid_token', 'Invalid mfa_token or access token');
const insufficientScope = (scope: string): Refusal =>
  fault('mfa_token_invalid', 403, 'insufficient_scope', `Insufficient scope, expected: ${scope}`);
/** The platform's page "Enroll and Challenge OTP Authenticators". */
const alreadyEnrolled = (): Refusal =>
  fault('second_factor_not_available', 403, 'access_denied', 'User is already enrolled.');
const notEnrolled = (): Refusal =>
  fault(
    'second_factor_not_available',
    400,
    'association_required',
    'User is not enrolled. You can use /mfa/associate endpoint to enroll the first authenticator.',
  );
const unsupported = (description: string): Refusal =>
  fault('second_factor_not_available', 400, 'unsupported_challenge_type', description);

const askedTooOften = (): Refusal =>
  fault(
    'too_many_attempts',
    429,
    'too_many_attempts',
    'The user has been asked too often. Try again in a minute.',
  );

const notBegun: Record<NotBegun, () => Refusal> = {
  already_enrolled: alreadyEnrolled,
  too_many: () =>
    fault('second_factor_not_available', 403, 'access_denied', 'The user has too many authenticators.'),
  too_often: askedTooOften,
};

/** Authenticators by the names of this API. */
const TYPES: Record<
  AuthenticatorKind,
  { readonly authenticator_type: string; readonly oob_channel?: string }
> = {
  totp: { authenticator_type: 'otp' },
  push: { authenticator_type: 'oob', oob_channel: 'auth0' },
  'recovery-code': { authenticator_type: 'recovery-code' },
};

const shown = ({ id, kind, name, confirmedAt }: Authenticator): object => ({
  id,
  ...TYPES[kind],
  ...(name !== null && { name }),
  active: confirmedAt !== null,
});

const oneOrMore = z.union([z.string().transform((text) => [text]), z.array(z.string()).max(10)]);
const association = z.object({
  client_id: z.string().optional(),
  authenticator_types: oneOrMore,
  oob_channels: oneOrMore.default([]),
});

async function associate(req: IncomingMessage, caller: Caller, options: Options): Promise<Result> {
  const sent = await readParameters(req, new Set(['client_id']));
  if ('reason' in sent) return sent;
  const read = association.safeParse(sent.readAll(new Set()));
  if (!read.success) return malformed('Missing or invalid parameter: authenticator_types');
  const { client_id: clientId, authenticator_types: types, oob_channels: channels } = read.data;
  if (clientId !== undefined && clientId !== caller.clientId) {
    return malformed('mfa_token not issued to this client');
  }
  if (caller.scopes?.includes('enroll') === false) return insufficientScope('enroll');
  const factors = await usableFactors(options.storage);
  if (types.includes('oob') && channels.includes('auth0') && factors.includes('push-notification')) {
    return associateDevice(req, caller, options);
  }
  if (!types.includes('otp') || !factors.includes('otp')) {
    return unsupported(`None of the authenticator types (${types.join(', ').slice(0, 200)}) is available.`);
  }
  const begun = await beginApp(caller.user, caller.shown, options);
  if (typeof begun === 'string') return notBegun[begun]();
  const { secret, uri, recoveryCode } = begun;
  return {
    body: {
      authenticator_type: 'otp',
      secret,
      barcode_uri: uri,
      ...(recoveryCode !== null && { recovery_codes: [recoveryCode] }),
    },
  };
}

/** The link stands where the platform has the code for its own app: what reads QR codes opens it. */
async function associateDevice(
  req: IncomingMessage,
  { user, clientId, shown: begunWith }: Caller,
  options: Options,
): Promise<Result> {
  const { ip } = connectionOf(req);
  const begun = await beginPairing(user, { clientId, ip }, begunWith, options);
  if (typeof begun === 'string') return notBegun[begun]();
  const { token, code, recoveryCode } = begun;
  return {
    body: {
      authenticator_type: 'oob',
      oob_channel: 'auth0',
      oob_code: code,
      barcode_uri: pairingAddress(options.tenant.issuer, token),
      ...(recoveryCode !== null && { recovery_codes: [recoveryCode] }),
    },
  };
}

async function list({ user, scopes }: Caller, { storage }: Options): Promise<Result> {
  if (scopes !== null && !scopes.includes('read:authenticators'))
    return insufficientScope('read:authenticators');
  return { body: (await storage.config.authenticators.listOf(user.userId)).map(shown) };
}

/** With a token for the MFA API only: for it, the user has shown a second factor. */
async function remove(id: string, { user, scopes }: Caller, options: Options): Promise<Result> {
  if (!scopes?.includes('remove:authenticators')) return insufficientScope('remove:authenticators');
  const isGone = await options.storage.write(async ({ authenticators }) => {
    const found = await authenticators.find(user.userId, id);
    if (found === null) return { result: false, entry: null };
    const entry = changedByUser('gd_unenroll', found, options);
    return { result: await authenticators.delete(user.userId, id), entry };
  });
  return isGone
    ? { body: {}, status: 204 }
    : fault('second_factor_not_available', 404, 'not_found', 'The authenticator does not exist');
}

const CHALLENGE_PARAMETERS = new Set<string>([
  ...identityParameters,
  'mfa_token',
  'challenge_type',
  'authenticator_id',
]);

/** Authenticates the client as the token endpoint does. */
async function challenge(req: IncomingMessage, options: Options): Promise<Result> {
  const { storage } = options;
  const sent = await readParameters(req, CHALLENGE_PARAMETERS);
  if ('reason' in sent) return sent;
  const { parameters } = sent;
  const identity = identify(req, parameters);
  if ('reason' in identity) return identity;
  const { clientId } = identity;
  const query = { clientId, audience: null, organization: null };
  const client = await proveClient(identity, await storage.tokenFacts(query, { fresh: true }), options);
  if (client.refusal) return client.refusal;
  const waiting = await findTransaction(parameters.get('mfa_token') ?? '', options);
  if (waiting === null) return unauthorized();
  if (waiting.clientId !== clientId) return malformed('mfa_token not issued to this client');

  const enrolled = await challengeable(waiting.userId, storage);
  if (enrolled.length === 0) return notEnrolled();
  const wanted = parameters.get('challenge_type')?.split(' ');
  const id = parameters.get('authenticator_id');
  const typeOf = ({ kind }: Authenticator): string => TYPES[kind].authenticator_type;
  const chosen = enrolled.find(
    (each) => (id === undefined || each.id === id) && (wanted?.includes(typeOf(each)) ?? true),
  );
  if (chosen === undefined) {
    const types = [...new Set(enrolled.map(typeOf))].join(', ');
    return unsupported(`The user does not support the requested challenge type. Supported: ${types}.`);
  }
  if (chosen.kind !== 'push') return { body: { challenge_type: 'otp' } };
  const user = await storage.config.users.find(waiting.userId);
  if (user === null) return unauthorized();
  const asked = await askOnDevice(user, { clientId, ip: connectionOf(req).ip }, options);
  return asked === null ? askedTooOften() : { body: { challenge_type: 'oob', oob_code: asked.code } };
}

/** The user or the client was deleted since the token was looked at. */
function goneMeanwhile(error: unknown): Refusal {
  if (error instanceof MissingReference) return unauthorized();
  throw error;
}

const PREFIX = '/mfa/';
const AUTHENTICATORS = '/mfa/authenticators';

/** @returns what finds the answer to a request for one of its paths; null for every other path. */
export function mfaEndpoints(options: Options): (path: string) => Answer | null {
  const answers =
    (methods: Readonly<Record<string, (req: IncomingMessage) => Promise<Result>>>): Answer =>
    async (req, res) => {
      const answer = new TokenAnswer(res, options);
      // No cookie is looked at: whoever has the token may read the answer.
      answer.readableBy('*');
      const result = (await methods[req.method ?? '']?.(req).catch(goneMeanwhile)) ?? methodNotAllowed();
      if ('reason' in result) {
        req.resume();
        answer.refuse(result, []);
      } else if (result.status === 204) {
        res.writeHead(204, { ...options.headers, 'Access-Control-Allow-Origin': '*' });
        res.end();
      } else answer.grant(result.body, []);
    };
  const asCaller =
    (work: (req: IncomingMessage, caller: Caller) => Promise<Result>) =>
    async (req: IncomingMessage): Promise<Result> => {
      const caller = await callerOf(req, options);
      return caller === null ? unauthorized() : work(req, caller);
    };
  const fixed = new Map<string, Answer>([
    ['/mfa/associate', answers({ POST: asCaller((req, caller) => associate(req, caller, options)) })],
    ['/mfa/challenge', answers({ POST: (req) => challenge(req, options) })],
    [AUTHENTICATORS, answers({ GET: asCaller((_req, caller) => list(caller, options)) })],
  ]);
  return (path) => {
    if (!path.startsWith(PREFIX)) return null;
    const known = fixed.get(path);
    if (known !== undefined) return known;
    if (!path.startsWith(`${AUTHENTICATORS}/`)) return null;
    const id = idIn(path);
    return id === null ? null : answers({ DELETE: asCaller((_req, caller) => remove(id, caller, options)) });
  };
}

function idIn(path: string): string | null {
  try {
    const id = decodeURIComponent(path.slice(AUTHENTICATORS.length + 1));
    return isUnstorable(id) ? null : id;
  } catch {
    return null;
  }
}
