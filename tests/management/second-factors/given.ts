// Users with second factors, and what the wire says of them.

import type { Response } from 'supertest';
import type { components } from '../../../src/generated/openapi.js';
import type { NewAuthenticator } from '../../../src/domain/second-factor.js';
import type { TestServer } from '../../support/server.js';
import { invalidBody, refused, userPath, type UserWire } from '../fixtures.js';

export type MethodWire = components['schemas']['AuthenticationMethod'];

/** Keys that can be told from everything else in an answer or a log. */
export const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
export const CREATED = new Date('2026-03-01T12:00:00.000Z');
export const CONFIRMED = new Date('2026-03-01T12:01:00.000Z');

export const noMethod = refused(404, 'The authentication method could not be found.');
export const gone = { status: 204, body: {} };

export const nobody = { user_id: 'auth0|000000000000000000000000' };
export const time: unknown = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
export const notPossible = (type: string) =>
  refused(
    400,
    `This server cannot ask users for a second factor of type ${type}. Only totp can be created.`,
    'operation_not_supported',
  );
export const noKey = invalidBody(
  "Payload validation error: 'Object didn't pass validation for format base32 of 16 or more characters' on property totp_secret.",
);

/** The path of the authentication methods of a user, or of one of them. */
export const methodsPath = (user: Pick<UserWire, 'user_id'>, id?: string): string =>
  userPath(user, `/authentication-methods${id === undefined ? '' : `/${encodeURIComponent(id)}`}`);

/** Makes an app through the API. */
export async function givenApp(server: TestServer, user: UserWire, body: object = {}): Promise<MethodWire> {
  const answer: Response = await server.api('post', methodsPath(user), {
    type: 'totp',
    totp_secret: SECRET,
    ...body,
  });
  if (answer.status !== 201) throw new Error(`a test could not set up: ${answer.text}`);
  return answer.body as MethodWire;
}

type Made =
  | { readonly kind: 'totp'; readonly secret: string }
  | { readonly kind: 'push' }
  | { readonly kind: 'recovery-code'; readonly code: string };

/** Makes what no request can make: as a user sets it up. @returns its id. */
export async function givenAuthenticator(
  { storage }: TestServer,
  { user_id: userId }: UserWire,
  made: Made,
  confirmedAt: Date | null = CONFIRMED,
): Promise<string> {
  const { id } = await storage.write(async ({ authenticators }) => {
    const isPaired = made.kind === 'push' && confirmedAt !== null;
    const common = { userId, name: null, createdAt: CREATED, confirmedAt: isPaired ? null : confirmedAt };
    const authenticator: NewAuthenticator = { ...common, ...made };
    const result = await authenticators.create(authenticator);
    if (isPaired) await authenticators.pair(result.id, `device of ${result.id}`, null, confirmedAt);
    return { result, entry: null };
  });
  return id;
}

/** What a user has, by kind. */
export const kindsOf = async ({ storage }: TestServer, { user_id }: UserWire): Promise<string[]> =>
  (await storage.config.authenticators.listOf(user_id)).map(({ kind }) => kind);
