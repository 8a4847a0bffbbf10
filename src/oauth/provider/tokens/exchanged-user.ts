// The user that an Action of `custom-token-exchange` named: found, made, or given another profile, as it said (the platform's
// page "Custom Token Exchange", setUserById and setUserByConnection).

import type { ExchangedProfile, ExchangedUser } from '../../../domain/action.js';
import type { Connection } from '../../../domain/connection.js';
import type { NewUser, User, UserChanges } from '../../../domain/user.js';
import { defaultProfile } from '../../../domain/user-profile.js';
import { loginConnections } from '../../../login/connections.js';
import type { UserAccessRequest } from '../../../policy/decision.js';
import { AlreadyExists } from '../../../storage/storage.js';
import type { Refusal } from '../../refusal.js';
import { organizationNamed } from '../login/interaction.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { refusedAccess, RefusedRequest } from '../refused-request.js';
import { decideUserAccess } from '../../user-tokens/user-access.js';

type OfConnection = Extract<ExchangedUser, { by: 'connection' }>;

interface Asked {
  readonly request: UserAccessRequest;
  readonly clientId: string;
}

/** RFC 8693 section 2.2.2 has the code; the text is ours. Which of the reasons it was stays in the log. */
const unknownUser: Refusal = {
  reason: 'exchange_user_unknown',
  error: {
    status: 400,
    error: 'invalid_request',
    description: 'The subject_token stands for no user that it could be exchanged for.',
  },
};

/** @param because for the log. */
export const nobody = (because: string): RefusedRequest => new RefusedRequest(unknownUser, { because });

/** Strategies whose users the platform does not make here. */
const WITHOUT_EXCHANGE: ReadonlySet<string> = new Set(['email', 'sms']);

/**
 * Whether the policy lets this user have a token at all, before anything of the user changes. A second factor is asked for
 * later: who the user is, the subject token has said.
 */
async function refuseUnlessGranted(userId: string, asked: Asked, options: UserTokenOptions): Promise<void> {
  const considered = await decideUserAccess(asked.request, { clientId: asked.clientId, userId }, options);
  if (considered === null) throw new TypeError('the client has gone');
  const { decision } = considered;
  if (decision.granted || decision.denial.reason === 'mfa_required') return;
  throw refusedAccess(considered, decision);
}

/**
 * The user whom an Action named, with the profile that it gave.
 *
 * @throws RefusedRequest when there is no such user, none can be made, or the policy grants this one nothing.
 */
export async function exchangedUser(
  named: ExchangedUser,
  asked: Asked,
  options: UserTokenOptions,
): Promise<User> {
  const { storage, now } = options;
  if (named.by === 'id') {
    const user = await storage.config.users.find(named.userId);
    if (user === null) throw nobody('there is no user with the id that the Action set');
    await refuseUnlessGranted(user.userId, asked, options);
    return user;
  }
  const connection = await storage.config.connections.findByName(named.connection);
  if (connection === null || WITHOUT_EXCHANGE.has(connection.strategy)) {
    throw nobody('the connection that the Action named is none whose users tokens can stand for');
  }
  const user = await storage.config.users.find(`${connection.strategy}|${named.userKey}`);
  if (user === null) return makeUser(named, connection, asked, options);
  // Connections of one strategy share the form of their ids.
  if (user.connection !== connection.name) throw nobody('the user is of another connection');
  await refuseUnlessGranted(user.userId, asked, options);
  if (!named.replaces) return user;
  const changes = replacing(user, named.profile);
  return storage.write(async (config) => ({
    result: await config.users.update(user.userId, changes, now()),
    entry: null,
  }));
}

const FIXED = ['email', 'username', 'phoneNumber', 'emailVerified', 'phoneVerified'] as const;

/** What is not given goes back to its default; what users are known by cannot change, and has to be given as it is. */
function replacing(user: User, profile: ExchangedProfile): UserChanges {
  for (const member of FIXED) {
    const isFlag = member === 'emailVerified' || member === 'phoneVerified';
    const isSame = profile[member] === user[member] || (isFlag && profile[member] === null);
    if (!isSame) throw nobody(`${member} is another than that of the user`);
  }
  return withDefaults(user, profile);
}

function withDefaults(known: Pick<User, 'email' | 'username' | 'phoneNumber'>, profile: ExchangedProfile) {
  const { name, nickname, picture, givenName, familyName } = profile;
  const defaults = defaultProfile(known, name);
  return {
    name: name ?? defaults.name,
    nickname: nickname ?? defaults.nickname,
    picture: picture ?? defaults.picture,
    givenName,
    familyName,
  };
}

/** No password opens the account of a user that is made here. */
function newUser(
  { userKey, profile }: OfConnection,
  { name, strategy }: Connection,
  createdAt: Date,
): NewUser {
  const { email, username, phoneNumber } = profile;
  return {
    ...withDefaults(profile, profile),
    userId: `${strategy}|${userKey}`,
    connection: name,
    provider: strategy,
    email,
    emailVerified: email === null ? null : (profile.emailVerified ?? false),
    username,
    phoneNumber,
    phoneVerified: phoneNumber === null ? null : (profile.phoneVerified ?? false),
    blocked: null,
    userMetadata: null,
    appMetadata: null,
    createdAt,
    passwordHash: null,
  };
}

async function makeUser(
  named: OfConnection,
  connection: Connection,
  { request, clientId }: Asked,
  { storage, now }: UserTokenOptions,
): Promise<User> {
  if (!named.creates) throw nobody('the connection has no such user, and the Action wants none made');
  const { email, username, phoneNumber } = named.profile;
  if (email === null && username === null && phoneNumber === null) {
    throw nobody('a new user needs an email address, a user name or a phone number');
  }
  const client = await storage.config.clients.find(clientId);
  if (client === null) throw new TypeError('the client has gone');
  // The policy says the same of users that there are; none is made for a client that could not have it.
  const organization = await organizationNamed(request.organization, storage);
  const enabled = await loginConnections(storage, { client, organization, named: [connection.name] });
  if (enabled.length === 0) throw nobody('the connection is not enabled for the client or the organization');
  try {
    return await storage.write(async ({ users }) => ({
      result: await users.create(newUser(named, connection, now())),
      entry: null,
    }));
  } catch (error) {
    if (error instanceof AlreadyExists) throw nobody('another user of the connection is known by the same');
    throw error;
  }
}
