// What a user is called and looks like where nobody said so.

import { createHash } from 'node:crypto';
import type { User } from './user.js';

/** What a user can be known by. */
export type Known = Pick<User, 'email' | 'username' | 'phoneNumber'>;

interface Profile {
  readonly name: string;
  readonly nickname: string;
  readonly picture: string;
}

/** What a user is known by: an email address before a user name before a phone number. */
const identifierOf = ({ email, username, phoneNumber }: Known): string =>
  email ?? username ?? phoneNumber ?? '';

/** Of a name of two words their first letters, else its first two; of an email address, those before the `@`. */
function initials(name: string): string {
  const [first = '', second] = name.split('@', 1).join('').trim().split(/\s+/);
  const [one = '', two = ''] = [...first];
  const [other] = second === undefined ? [two] : [...second];
  return `${one}${other ?? ''}`.toLowerCase();
}

/** The beginning of the default picture's address: Gravatar finds a picture by a hash of the email address. */
export function gravatarOf(known: Known): string {
  const digest = createHash('md5').update(identifierOf(known)).digest('hex');
  return `https://s.gravatar.com/avatar/${digest}?`;
}

/**
 * The platform's defaults (recorded: go-auth0, TestUserManager_Create). The picture is that of Gravatar, or the initials for
 * whoever has none there.
 *
 * @param name the name that was given, if one was.
 */
export function defaultProfile(known: Known, name: string | null): Profile {
  const identifier = identifierOf(known);
  const fallback = `https://cdn.auth0.com/avatars/${encodeURIComponent(initials(name ?? identifier))}.png`;
  return {
    name: identifier,
    nickname: identifier.split('@', 1).join(''),
    picture: `${gravatarOf(known)}s=480&r=pg&d=${encodeURIComponent(fallback)}`,
  };
}
