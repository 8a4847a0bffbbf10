// The connection that a user belongs to: whether it can have users, and what their passwords must be.

import { z } from 'zod';
import { DATABASE_STRATEGY, type Connection } from '../../domain/connection.js';
import { ManagementError } from '../../errors.js';
import type { ConfigReader } from '../../storage/config.js';

/** Strategies whose users can be made through the API. Others have theirs from whoever they log in with. */
const WITH_USERS = [DATABASE_STRATEGY, 'email', 'sms'];

/** Finds the connection of a new user. Texts: the platform's description of `POST /users`. */
export async function connectionForUsers(config: ConfigReader, name: string): Promise<Connection> {
  const found = await config.connections.findByName(name);
  if (found === null) throw new ManagementError('invalid_body', 'Connection does not exist.');
  if (!WITH_USERS.includes(found.strategy)) {
    throw new ManagementError(
      'invalid_body',
      'Connection does not support user creation through the API. It must either be a database or SMS connection.',
    );
  }
  return found;
}

const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];

const complexity = z.looseObject({ min_length: z.number().optional() });

interface Policy {
  readonly length: number;
  holds(password: string): boolean;
}

const kindsIn = (password: string): number => KINDS.filter((kind) => kind.test(password)).length;

/**
 * The platform's password policies. Source: auth0/password-sheriff, lib/policy; recorded passwords show that a space
 * counts as a special character.
 */
const POLICIES: Readonly<Record<string, Policy>> = {
  none: { length: 1, holds: () => true },
  low: { length: 6, holds: () => true },
  fair: {
    length: 8,
    holds: (password) => KINDS.slice(0, 3).every((kind) => kind.test(password)),
  },
  good: { length: 8, holds: (password) => kindsIn(password) >= 3 },
  excellent: {
    length: 10,
    holds: (password) => kindsIn(password) >= 3 && !/(.)\1\1/su.test(password),
  },
};

/** @throws ManagementError when a password breaks the policy of its connection. */
export function checkPassword({ options }: Connection, password: string): void {
  const name = options['passwordPolicy'];
  const policy = (typeof name === 'string' && POLICIES[name]) || POLICIES['none'];
  const minimum = complexity.catch({}).parse(options['password_complexity_options']).min_length ?? 0;
  const length = [...password].length;
  if (policy === undefined || length < Math.max(policy.length, minimum) || !policy.holds(password)) {
    throw new ManagementError('password_too_weak');
  }
}
