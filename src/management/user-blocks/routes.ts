// /api/v2/user-blocks and /api/v2/anomaly/blocks/ips: who cannot log in because of failures (auth0/go-auth0,
// management/user.go and anomaly.go; auth0/node-auth0, UserBlockIdentifier).

import { addressGroup } from '../../domain/address.js';
import { exchangeAddress, type LoginLimits, platformExchangeLimits } from '../../domain/login.js';
import type { Tenant } from '../../domain/tenant.js';
import type { User } from '../../domain/user.js';
import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import type { Storage } from '../../storage/storage.js';
import { entryOf } from '../change.js';
import { getUser } from '../users/routes.js';

type Operations =
  | 'listUserBlocksByIdentifier'
  | 'deleteUserBlocksByIdentifier'
  | 'listUserBlocks'
  | 'deleteUserBlocks'
  | 'checkBlockedIp'
  | 'unblockIp';

/** What a user can log in with. */
function identifiersOf({ email, username }: User): string[] {
  return [email, username].filter((identifier) => identifier !== null);
}

/** As a login counts it. */
const normalized = (identifier: string): string => identifier.trim().toLowerCase();

/** @param limits those of logins. */
export function userBlockHandlers(
  storage: Pick<Storage, 'config' | 'logins'>,
  tenant: Tenant,
  { limits, now }: { limits: LoginLimits; now: () => Date },
): Handlers<Operations> {
  const { config, logins } = storage;

  async function blocksOf(identifier: string, connection?: string) {
    const addresses = await logins.blockedAddresses(identifier, limits, now());
    return addresses.map((ip) => ({ identifier, ip, ...(connection !== undefined && { connection }) }));
  }

  return {
    async listUserBlocksByIdentifier({ query }) {
      return { status: 200, body: { blocked_for: await blocksOf(normalized(query.identifier)) } };
    },

    async deleteUserBlocksByIdentifier(call) {
      await logins.unblockIdentifiers([normalized(call.query.identifier)], entryOf(call, tenant));
      return { status: 204, body: undefined };
    },

    async listUserBlocks({ path }) {
      const user = await getUser(config, path.id);
      const blocks = await Promise.all(
        identifiersOf(user).map((identifier) => blocksOf(identifier, user.connection)),
      );
      return { status: 200, body: { blocked_for: blocks.flat() } };
    },

    async deleteUserBlocks(call) {
      const user = await getUser(config, call.path.id);
      await logins.unblockIdentifiers(identifiersOf(user), entryOf(call, tenant));
      return { status: 204, body: undefined };
    },

    async checkBlockedIp({ path }) {
      const address = addressGroup(path.id);
      const isBlocked =
        (await logins.isAddressBlocked(address, limits, now())) ||
        (await logins.isAddressBlocked(exchangeAddress(address), platformExchangeLimits, now()));
      if (!isBlocked) throw new ManagementError('inexistent_block');
      return { status: 200, body: undefined };
    },

    async unblockIp(call) {
      await logins.unblockAddress(addressGroup(call.path.id), entryOf(call, tenant));
      return { status: 204, body: undefined };
    },
  };
}
