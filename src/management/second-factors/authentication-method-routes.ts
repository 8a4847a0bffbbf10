// /api/v2/users/{id}/authentication-methods and /authenticators (auth0/docs-v2, oas/management/v2, and its page "Manage
// Authentication Methods with Management API").

import { type Authenticator, MAX_AUTHENTICATORS } from '../../domain/second-factor.js';
import { ManagementError } from '../../errors.js';
import type { Handlers, RequestBody } from '../../http/contract.js';
import { pageBody, pageOf } from '../../http/paging.js';
import type { ConfigReader, ConfigWriter } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { getUser } from '../users/routes.js';
import { readTotpSecret } from './totp-secret.js';
import { toAuthenticationMethod } from './wire.js';

type Operations =
  | 'listUserAuthenticationMethods'
  | 'createUserAuthenticationMethod'
  | 'setUserAuthenticationMethods'
  | 'deleteUserAuthenticationMethods'
  | 'getUserAuthenticationMethod'
  | 'updateUserAuthenticationMethod'
  | 'deleteUserAuthenticationMethod'
  | 'deleteUserAuthenticators';

type Sent =
  RequestBody<'createUserAuthenticationMethod'> | RequestBody<'setUserAuthenticationMethods'>[number];

/** What an app that makes one-time passwords is made of. */
interface NewApp {
  readonly secret: string;
  readonly name: string | null;
}

/** @throws ManagementError for what this server cannot ask for. */
function readApp({ type, name, totp_secret: sent, ...others }: Sent): NewApp {
  if (type !== 'totp') {
    throw new ManagementError(
      'operation_not_supported',
      `This server cannot ask users for a second factor of type ${type}. Only totp can be created.`,
    );
  }
  const unknown = Object.keys(others);
  if (unknown.length > 0) {
    const why = `Additional properties not allowed: ${unknown.join(',')}`;
    throw new ManagementError('invalid_body', `Payload validation error: '${why}'.`);
  }
  return { secret: readTotpSecret(sent), name: name ?? null };
}

/** The app counts from now on (the platform's page: methods that are made here are confirmed). What the user began is over. */
async function createApp(
  { authenticators }: ConfigWriter,
  userId: string,
  app: NewApp,
): Promise<Authenticator> {
  await authenticators.forgetUnfinished(userId);
  const now = new Date();
  return authenticators.create({ userId, kind: 'totp', ...app, confirmedAt: now, createdAt: now });
}

async function getMethod(
  config: ConfigReader,
  { id, authentication_method_id: methodId }: { id: string; authentication_method_id: string },
): Promise<Authenticator> {
  const { userId } = await getUser(config, id);
  const found = await config.authenticators.find(userId, methodId);
  if (found === null) throw new ManagementError('inexistent_authentication_method');
  return found;
}

export function authenticationMethodHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
): Handlers<Operations> {
  return {
    async listUserAuthenticationMethods({ path, query }) {
      const { userId } = await getUser(storage.config, path.id);
      const all = await storage.config.authenticators.listOf(userId);
      const window = pageOf(query);
      const { offset, limit, countTotal } = window;
      const listing = {
        items: all.slice(offset, offset + limit),
        total: countTotal ? all.length : null,
        next: null,
      };
      return { status: 200, body: pageBody('authenticators', window, listing, toAuthenticationMethod) };
    },

    async createUserAuthenticationMethod(call) {
      const app = readApp(call.body);
      const created = await change(call, async (config) => {
        const { userId } = await getUser(config, call.path.id);
        const existing = await config.authenticators.listOf(userId);
        if (existing.length >= MAX_AUTHENTICATORS) throw new ManagementError('authentication_method_limit');
        return createApp(config, userId, app);
      });
      return { status: 201, body: toAuthenticationMethod(created) };
    },

    async setUserAuthenticationMethods(call) {
      const apps = call.body.map(readApp);
      const created = await change(call, async (config) => {
        const { userId } = await getUser(config, call.path.id);
        await config.authenticators.deleteAllOf(userId);
        const made: Authenticator[] = [];
        for (const app of apps) made.push(await createApp(config, userId, app));
        return made;
      });
      return { status: 200, body: created.map(toAuthenticationMethod) };
    },

    async deleteUserAuthenticationMethods(call) {
      await change(call, ({ authenticators }) => authenticators.deleteAllOf(call.path.id));
      return { status: 204, body: undefined };
    },

    async getUserAuthenticationMethod({ path }) {
      return { status: 200, body: toAuthenticationMethod(await getMethod(storage.config, path)) };
    },

    async updateUserAuthenticationMethod(call) {
      const { name, preferred_authentication_method: preferred } = call.body;
      if (preferred !== undefined) {
        throw new ManagementError(
          'operation_not_supported',
          'Only authentication methods of type phone have a preferred_authentication_method, and there are none.',
        );
      }
      const updated = await change(call, async (config) => {
        const found = await getMethod(config, call.path);
        if (name === undefined) return found;
        await config.authenticators.rename(found.id, name);
        return { ...found, name };
      });
      return { status: 200, body: toAuthenticationMethod(updated) };
    },

    async deleteUserAuthenticationMethod(call) {
      await change(call, async (config) => {
        const { userId, id } = await getMethod(config, call.path);
        await config.authenticators.delete(userId, id);
      });
      return { status: 204, body: undefined };
    },

    async deleteUserAuthenticators(call) {
      await change(call, ({ authenticators }) => authenticators.deleteAllOf(call.path.id));
      return { status: 204, body: undefined };
    },
  };
}
