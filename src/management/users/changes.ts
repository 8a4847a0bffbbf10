// What bodies of POST and PATCH make of a user.

import { type Connection, DATABASE_STRATEGY } from '../../domain/connection.js';
import { newUserKey } from '../../domain/ids.js';
import { type JsonObject, withoutNulls } from '../../domain/json.js';
import type { NewUser, User, UserChanges } from '../../domain/user.js';
import { defaultProfile, gravatarOf, type Known } from '../../domain/user-profile.js';
import { ManagementError } from '../../errors.js';
import type { components } from '../../generated/openapi.js';

type Schemas = components['schemas'];

function missing(property: string): ManagementError {
  return new ManagementError(
    'invalid_body',
    `Payload validation error: 'Missing required property: ${property}'.`,
  );
}

const lower = (text: string | null | undefined): string | null => text?.toLowerCase() ?? null;

/**
 * The user that a body asks for, but for the hash of the password.
 *
 * @throws ManagementError when it lacks what the connection knows its users by.
 */
export function newUser(
  body: Schemas['CreateUser'],
  { name: connection, strategy: provider }: Connection,
  createdAt: Date,
): Omit<NewUser, 'passwordHash'> {
  const email = lower(body.email);
  const username = lower(body.username);
  const phoneNumber = body.phone_number ?? null;
  if (provider === 'sms' && phoneNumber === null) throw missing('phone_number');
  if (provider === 'email' && email === null) throw missing('email');
  if (email === null && username === null && phoneNumber === null) throw missing('email');
  if (provider === DATABASE_STRATEGY && body.password === undefined) throw missing('password');
  if (provider !== DATABASE_STRATEGY && body.password !== undefined) {
    throw new ManagementError('invalid_body', 'Only users of database connections have a password');
  }
  const name = body.name ?? null;
  const defaults = defaultProfile({ email, username, phoneNumber }, name);
  return {
    userId: `${provider}|${body.user_id ?? newUserKey()}`,
    connection,
    provider,
    email,
    // Recorded: false, also where it was not sent.
    emailVerified: email === null ? (body.email_verified ?? null) : (body.email_verified ?? false),
    username,
    phoneNumber,
    phoneVerified: phoneNumber === null ? (body.phone_verified ?? null) : (body.phone_verified ?? false),
    blocked: body.blocked ?? null,
    name: name ?? defaults.name,
    nickname: body.nickname ?? defaults.nickname,
    picture: body.picture ?? defaults.picture,
    givenName: body.given_name ?? null,
    familyName: body.family_name ?? null,
    userMetadata: (body.user_metadata ?? null) as JsonObject | null,
    appMetadata: (body.app_metadata ?? null) as JsonObject | null,
    createdAt,
  };
}

/** Metadata after a change: merged at its first level, where null removes a member; an empty object removes all. */
function merged(before: JsonObject | null, sent: JsonObject | null): JsonObject | null {
  if (sent === null || Object.keys(sent).length === 0) return sent;
  return withoutNulls({ ...before, ...sent });
}

/** Name, nickname and picture: defaults follow what they were made from, as long as nobody has said otherwise. */
function profileChanges(body: Schemas['UpdateUser'], user: User, known: Known): UserChanges {
  const [before, after] = [defaultProfile(user, user.name), defaultProfile(known, body.name ?? user.name)];
  const next = (member: 'name' | 'nickname', sent: string | null | undefined) =>
    sent === undefined && user[member] !== before[member] ? user[member] : (sent ?? after[member]);
  const isDefaultPicture = user.picture?.startsWith(gravatarOf(user)) ?? true;
  const follows = isDefaultPicture && gravatarOf(known) !== gravatarOf(user);
  const keeps = body.picture === undefined && !follows;
  return {
    name: next('name', body.name),
    nickname: next('nickname', body.nickname),
    picture: keeps ? user.picture : (body.picture ?? after.picture),
  };
}

/**
 * The changes that a body asks for, but for the password.
 *
 * @throws ManagementError when nothing would be left to know the user by.
 */
export function userChanges(body: Schemas['UpdateUser'], user: User): UserChanges {
  const known: Known = {
    email: body.email === undefined ? user.email : lower(body.email),
    username: body.username === undefined ? user.username : lower(body.username),
    phoneNumber: body.phone_number === undefined ? user.phoneNumber : body.phone_number,
  };
  if (known.email === null && known.username === null && known.phoneNumber === null) throw missing('email');
  return {
    ...known,
    ...profileChanges(body, user, known),
    // Another address or number is not verified by what was said of the one before.
    ...(known.email !== user.email && { emailVerified: known.email === null ? null : false }),
    ...(known.phoneNumber !== user.phoneNumber && {
      phoneVerified: known.phoneNumber === null ? null : false,
    }),
    ...(body.email_verified !== undefined && { emailVerified: body.email_verified }),
    ...(body.phone_verified !== undefined && { phoneVerified: body.phone_verified }),
    ...(body.blocked !== undefined && { blocked: body.blocked }),
    ...(body.given_name !== undefined && { givenName: body.given_name }),
    ...(body.family_name !== undefined && { familyName: body.family_name }),
    ...(body.user_metadata !== undefined && {
      userMetadata: merged(user.userMetadata, body.user_metadata as JsonObject | null),
    }),
    // Recorded (terraform-provider-auth0, TestAccUser): emptied, this one is left out, while the other stays as `{}`.
    ...(body.app_metadata !== undefined && {
      appMetadata: nullIfEmpty(merged(user.appMetadata, body.app_metadata as JsonObject | null)),
    }),
  };
}

function nullIfEmpty(metadata: JsonObject | null): JsonObject | null {
  return metadata !== null && Object.keys(metadata).length === 0 ? null : metadata;
}
