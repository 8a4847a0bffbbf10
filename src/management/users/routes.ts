// /api/v2/users and /api/v2/users-by-email (management-api.md 10; recordings of go-auth0 and terraform-provider-auth0).

import { DATABASE_STRATEGY } from '../../domain/connection.js';
import type { User } from '../../domain/user.js';
import type { UserSearch } from '../../domain/user-search.js';
import { ManagementError } from '../../errors.js';
import type { Handlers, Query } from '../../http/contract.js';
import { pickFields } from '../../http/fields.js';
import { pageOf } from '../../http/paging.js';
import { hashPassword } from '../../password-hash.js';
import type { ConfigReader, UserOrder } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { newUser, userChanges } from './changes.js';
import { checkPassword, connectionForUsers } from './connection.js';
import type { Known } from '../../domain/user-profile.js';
import { parseUserQuery } from './search-query.js';
import { toWire } from './wire.js';

type Operations = 'listUsers' | 'createUser' | 'getUser' | 'updateUser' | 'deleteUser' | 'listUsersByEmail';

/** A search shows no more than these. */
const MAX_RECORDS = 1000;

export async function getUser(config: ConfigReader, userId: string): Promise<User> {
  const found = await config.users.find(userId);
  if (found === null) throw new ManagementError('inexistent_user');
  return found;
}

function searchOf({ q, connection }: Query<'listUsers'>): UserSearch {
  const ofConnection: UserSearch[] =
    connection === undefined
      ? []
      : [
          {
            kind: 'matches',
            field: { kind: 'text', name: 'connection' },
            match: { how: 'equals', text: connection },
          },
        ];
  return { kind: 'all', of: [...ofConnection, ...(q === undefined ? [] : [parseUserQuery(q)])] };
}

function orderOf({ sort }: Query<'listUsers'>): UserOrder | undefined {
  const [by, direction] = sort?.split(':') ?? [];
  return by === undefined ? undefined : { by: by as UserOrder['by'], descending: direction === '-1' };
}

/** What a user of the connection has already of these. The database holds the same rule. */
async function taken(
  config: ConfigReader,
  connection: string,
  known: Partial<Known>,
): Promise<string | null> {
  const { email, username, phoneNumber } = known;
  const isTaken = async (by: Parameters<ConfigReader['users']['findByIdentifier']>[1]) =>
    (await config.users.findByIdentifier(connection, by)) !== null;
  if (email && (await isTaken({ email }))) return 'email';
  if (username && (await isTaken({ username }))) return 'username';
  if (phoneNumber && (await isTaken({ phoneNumber }))) return 'phone_number';
  return null;
}

/** Of what the user will be known by, that which is new. */
function renewed(user: User, { email, username, phoneNumber }: Partial<Known>): Partial<Known> {
  return {
    ...(email !== user.email && email !== undefined && { email }),
    ...(username !== user.username && username !== undefined && { username }),
    ...(phoneNumber !== user.phoneNumber && phoneNumber !== undefined && { phoneNumber }),
  };
}

export function userHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  return {
    async listUsers({ query }) {
      const window = pageOf(query);
      const { offset: start, limit } = window;
      if (start + limit > MAX_RECORDS) {
        throw new ManagementError(
          'invalid_paging',
          `You can only page through the first ${MAX_RECORDS} records.`,
        );
      }
      const { items, total } = await storage.config.users.list(searchOf(query), window, orderOf(query));
      const users = items.map((user) => pickFields(toWire(user), query));
      if (total === null) return { status: 200, body: users };
      // In the recorded order (go-auth0, TestUserManager_List).
      return { status: 200, body: { start, limit, length: users.length, users, total } };
    },

    async createUser(call) {
      const { body } = call;
      const connection = await connectionForUsers(storage.config, body.connection);
      const user = newUser(body, connection, new Date());
      if (body.password !== undefined) checkPassword(connection, body.password);
      // Not inside the change, which others wait for.
      const passwordHash = body.password === undefined ? null : await hashPassword(body.password);
      const created = await change(call, async (config) => {
        await connectionForUsers(config, body.connection);
        const exists = (await taken(config, connection.name, user)) ?? (await config.users.find(user.userId));
        if (exists !== null) throw new ManagementError('user_conflict');
        return config.users.create({ ...user, passwordHash });
      });
      return { status: 201, body: toWire(created) };
    },

    async getUser({ path, query }) {
      return { status: 200, body: pickFields(toWire(await getUser(storage.config, path.id)), query) };
    },

    async updateUser(call) {
      const { body, path } = call;
      const { connection, provider } = await getUser(storage.config, path.id);
      if (body.connection !== undefined && body.connection !== connection) {
        throw new ManagementError('invalid_body', 'The user has no identity in this connection');
      }
      let passwordHash: string | null = null;
      if (body.password !== undefined) {
        if (provider !== DATABASE_STRATEGY) {
          throw new ManagementError('invalid_body', 'Only users of database connections have a password');
        }
        checkPassword(await connectionForUsers(storage.config, connection), body.password);
        passwordHash = await hashPassword(body.password);
      }
      const now = new Date();
      const updated = await change(call, async (config) => {
        const user = await getUser(config, path.id);
        const changes = userChanges(body, user);
        const conflict = await taken(config, connection, renewed(user, changes));
        if (conflict !== null) {
          throw new ManagementError('identifier_taken', `The specified new ${conflict} already exists`);
        }
        const password = passwordHash === null ? {} : { passwordHash, lastPasswordReset: now };
        return config.users.update(user.userId, { ...changes, ...password }, now);
      });
      return { status: 200, body: toWire(updated) };
    },

    async deleteUser(call) {
      await change(call, (config) => config.users.delete(call.path.id));
      return { status: 204, body: undefined };
    },

    async listUsersByEmail({ query }) {
      const users = await storage.config.users.listByEmail(query.email);
      return { status: 200, body: users.map((user) => pickFields(toWire(user), query)) };
    },
  };
}
