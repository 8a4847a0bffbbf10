// What second factors are about: a tenant that asks for them, and an authenticator app of the test's own (RFC 6238, by hand).

import { createHmac } from 'node:crypto';
import type { Response } from 'supertest';
import type { TestServer } from '../../support/server.js';
import type { TestClient } from '../given.js';
import { bodyOf } from '../given.js';
import { givenApp, PASSWORD, requestToken, type TestUser } from './given.js';

export const OTP = 'http://auth0.com/oauth/grant-type/mfa-otp';
export const OOB = 'http://auth0.com/oauth/grant-type/mfa-oob';
export const RECOVERY = 'http://auth0.com/oauth/grant-type/mfa-recovery-code';

export const givenFactor = async (server: TestServer, factor: string, enabled = true): Promise<void> => {
  await bodyOf(server.api('put', `guardian/factors/${factor}`, { enabled }), 200);
};

export const givenPolicy = async (server: TestServer, ...policies: string[]): Promise<void> => {
  await bodyOf(server.api('put', 'guardian/policies', policies), 200);
};

/** An application that asks for second factors on screens of its own. */
export const givenMfaApp = (server: TestServer, settings: object = {}): Promise<TestClient> =>
  givenApp(server, {
    grant_types: ['authorization_code', 'refresh_token', 'password', OTP, OOB, RECOVERY],
    ...settings,
  });

function bytesOf(secret: string): Buffer {
  const bits = [...secret]
    .map((character) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** RFC 6238 and RFC 4226 section 5.3. @param secret in base 32. */
export function oneTimePassword(secret: string, now: Date): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now.getTime() / 30_000)));
  const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  const offset = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

export const askWithPassword = (
  server: TestServer,
  app: TestClient,
  user: TestUser,
  parameters: Record<string, string> = {},
): Promise<Response> =>
  requestToken(server, app, {
    grant_type: 'password',
    username: user.email,
    password: PASSWORD,
    scope: 'openid',
    ...parameters,
  });

/** The `mfa_token` of a password request that lacks a second factor. */
export async function mfaTokenOf(
  server: TestServer,
  app: TestClient,
  user: TestUser,
  parameters: Record<string, string> = {},
): Promise<string> {
  const { body, status, text } = await askWithPassword(server, app, user, parameters);
  if (status !== 403 || body.error !== 'mfa_required') throw new Error(`no MFA was asked for: ${text}`);
  return String(body.mfa_token);
}

/** A request to the MFA API. */
export const mfaApi = (
  server: TestServer,
  method: 'get' | 'post' | 'delete',
  path: string,
  bearer: string,
  body?: object,
) => {
  const request = server.request()[method](`/mfa/${path}`).set('Authorization', `Bearer ${bearer}`);
  return body === undefined ? request : request.send(body);
};

/** Sets up an app for a user, by the MFA API. @returns its key, and the recovery code where there is one. */
export async function givenAuthenticatorApp(
  server: TestServer,
  app: TestClient,
  user: TestUser,
  clock: { now(): Date; forward(seconds: number): void },
): Promise<{ secret: string; recoveryCode: string | null }> {
  const token = await mfaTokenOf(server, app, user);
  const begun = await mfaApi(server, 'post', 'associate', token, { authenticator_types: ['otp'] });
  const { secret, recovery_codes: codes } = begun.body as { secret: string; recovery_codes?: string[] };
  const otp = oneTimePassword(secret, clock.now());
  const done = await requestToken(server, app, { grant_type: OTP, mfa_token: token, otp });
  if (done.status !== 200) throw new Error(`the app could not be set up: ${done.text}`);
  // A code is good once.
  clock.forward(30);
  return { secret, recoveryCode: codes?.[0] ?? null };
}
