// Users of the server's database connection, and attempts to log in as them.

import { type LoginLimits, platformLoginLimits } from '../../src/domain/login.js';
import {
  createPasswordLogin,
  type LoginAttempt,
  type LoginResult,
  type PasswordLogin,
} from '../../src/login/password-login.js';
import { verifyPassword } from '../../src/password-hash.js';
import { CONNECTION, PASSWORD } from '../management/fixtures.js';
import type { TestServer } from '../support/server.js';

let addresses = 0;

/** An address that nobody has used. */
export const newAddress = (): string => `198.51.${Math.floor(addresses / 256)}.${addresses++ % 256}`;

export const anAttempt = (given: Partial<LoginAttempt> = {}): LoginAttempt => ({
  connections: [CONNECTION],
  identifier: 'nobody@example.com',
  password: PASSWORD,
  ip: newAddress(),
  clientId: null,
  ...given,
});

export interface WatchedLogin extends PasswordLogin {
  /** The hashes that passwords were compared with, by now. */
  readonly compared: string[];
}

/** The check of passwords on a server's storage, with an eye on what it costs. */
export function loginOf(
  { storage }: Pick<TestServer, 'storage'>,
  options: { limits?: Partial<LoginLimits>; now?: () => Date } = {},
): WatchedLogin {
  const compared: string[] = [];
  const login = createPasswordLogin({
    storage,
    now: options.now ?? (() => new Date()),
    limits: { ...platformLoginLimits, ...options.limits },
    verifyPassword: (hash, password) => {
      compared.push(hash);
      return verifyPassword(hash, password);
    },
  });
  return { ...login, compared };
}

/** What became of an attempt, without the user. */
export const outcomeOf = (result: LoginResult): string => (result.ok ? 'ok' : result.reason);
