// /api/v2/token-exchange-profiles. Shapes and statuses are recorded ones (auth0/go-auth0, TestTokenExchangeProfileManager_*);
// what a profile needs of its action is from the platform's page "Configure Custom Token Exchange".

import { EXCHANGE_TRIGGER } from '../../domain/action.js';
import { isReserved, type TokenExchangeProfile } from '../../domain/token-exchange-profile.js';
import { ManagementError } from '../../errors.js';
import type { components } from '../../generated/openapi.js';
import type { Handlers } from '../../http/contract.js';
import { checkpointBody, checkpointOf } from '../../http/paging.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';

type Operations =
  | 'listTokenExchangeProfiles'
  | 'createTokenExchangeProfile'
  | 'getTokenExchangeProfile'
  | 'updateTokenExchangeProfile'
  | 'deleteTokenExchangeProfile';

type Wire = components['schemas']['TokenExchangeProfile'];

function toWire(profile: TokenExchangeProfile): Wire {
  return {
    id: profile.id,
    name: profile.name,
    type: 'custom_authentication',
    subject_token_type: profile.subjectTokenType,
    action_id: profile.actionId,
    created_at: profile.createdAt.toISOString(),
    updated_at: profile.updatedAt.toISOString(),
  };
}

async function existing({ tokenExchangeProfiles }: ConfigReader, id: string): Promise<TokenExchangeProfile> {
  const profile = await tokenExchangeProfiles.find(id);
  if (profile === null) throw new ManagementError('inexistent_token_exchange_profile');
  return profile;
}

/** TX-9, and no two profiles for one type. The database holds the same rules. */
async function checkType(
  { tokenExchangeProfiles }: ConfigReader,
  type: string | undefined,
  of?: TokenExchangeProfile,
): Promise<void> {
  if (type === undefined || type === of?.subjectTokenType) return;
  if (isReserved(type)) {
    const message = `Payload validation error: 'subject_token_type ${type} is in a reserved namespace'.`;
    throw new ManagementError('invalid_body', message);
  }
  if ((await tokenExchangeProfiles.findBySubjectTokenType(type)) !== null) {
    throw new ManagementError('token_exchange_profile_conflict');
  }
}

/** The texts are ours but for that of actions that are not deployed. An absent action is no 404 (auth0/node-auth0, create). */
async function checkAction({ actions }: ConfigReader, id: string): Promise<void> {
  const action = await actions.find(id);
  if (action === null) throw new ManagementError('invalid_body', `There is no action with the id ${id}`);
  if (action.deployedVersion === null) throw new ManagementError('action_not_deployed');
  if (action.deployedVersion.trigger.id !== EXCHANGE_TRIGGER) {
    const message = `The action "${action.name}" is not deployed for the trigger ${EXCHANGE_TRIGGER}`;
    throw new ManagementError('invalid_body', message);
  }
}

export function tokenExchangeProfileHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
): Handlers<Operations> {
  return {
    async listTokenExchangeProfiles({ query }) {
      const listing = await storage.config.tokenExchangeProfiles.list(checkpointOf(query));
      return { status: 200, body: checkpointBody('token_exchange_profiles', listing, toWire) };
    },

    async createTokenExchangeProfile(call) {
      const { name, subject_token_type: subjectTokenType, action_id: actionId } = call.body;
      const created = await change(call, async (config) => {
        await checkType(config, subjectTokenType);
        await checkAction(config, actionId);
        return config.tokenExchangeProfiles.create({ name, subjectTokenType, actionId }, new Date());
      });
      return { status: 201, body: toWire(created) };
    },

    async getTokenExchangeProfile({ path }) {
      return { status: 200, body: toWire(await existing(storage.config, path.id)) };
    },

    async updateTokenExchangeProfile(call) {
      const { name, subject_token_type: subjectTokenType } = call.body;
      const updated = await change(call, async (config) => {
        const found = await existing(config, call.path.id);
        await checkType(config, subjectTokenType, found);
        const changes = {
          ...(name !== undefined && { name }),
          ...(subjectTokenType !== undefined && { subjectTokenType }),
        };
        return config.tokenExchangeProfiles.update(found.id, changes, new Date());
      });
      return { status: 200, body: toWire(updated) };
    },

    async deleteTokenExchangeProfile(call) {
      await change(call, ({ tokenExchangeProfiles }) => tokenExchangeProfiles.delete(call.path.id));
      return { status: 204, body: undefined };
    },
  };
}
