// /api/v2/clients/{id}/credentials: keys and certificates of a client (management-api.md 7.1).

import type { ClientCredential } from '../../domain/client.js';
import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { credentialToWire, readCredential, readExpiry, withoutCredential } from './credentials.js';

type Operations =
  | 'listClientCredentials'
  | 'createClientCredential'
  | 'getClientCredential'
  | 'updateClientCredential'
  | 'deleteClientCredential';

async function get(
  config: ConfigReader,
  path: { id: string; credential_id: string },
): Promise<ClientCredential> {
  if ((await config.clients.find(path.id)) === null) throw new ManagementError('inexistent_client');
  const found = await config.clients.findCredential(path.id, path.credential_id);
  if (found === null) throw new ManagementError('inexistent_credential');
  return found;
}

export function credentialHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  return {
    async listClientCredentials({ path }) {
      if ((await storage.config.clients.find(path.id)) === null)
        throw new ManagementError('inexistent_client');
      const credentials = await storage.config.clients.listCredentials(path.id);
      // Only lists say that a key never expires (recorded).
      const toWire = (each: ClientCredential) =>
        each.credentialType === 'public_key'
          ? { expires_at: null, ...credentialToWire(each) }
          : credentialToWire(each);
      return { status: 200, body: credentials.map(toWire) };
    },

    async createClientCredential(call) {
      const credential = await readCredential(call.path.id, call.body);
      const created = await change(call, async (config) => {
        if ((await config.clients.find(call.path.id)) === null)
          throw new ManagementError('inexistent_client');
        return config.clients.createCredential(credential);
      });
      return { status: 201, body: credentialToWire(created) };
    },

    async getClientCredential({ path }) {
      return { status: 200, body: credentialToWire(await get(storage.config, path)) };
    },

    async updateClientCredential(call) {
      const { expires_at } = call.body;
      const expiresAt = expires_at == null ? null : readExpiry(expires_at);
      const updated = await change(call, async (config) => {
        const { id } = await get(config, call.path);
        return config.clients.updateCredential(id, { expiresAt }, new Date());
      });
      return { status: 200, body: credentialToWire(updated) };
    },

    /** A key that has to go goes at once, also where the client still lists it. */
    async deleteClientCredential(call) {
      const { id: clientId, credential_id: id } = call.path;
      await change(call, async (config) => {
        const client = await config.clients.find(clientId);
        if (client === null || (await config.clients.findCredential(clientId, id)) === null) return;
        await config.clients.update(clientId, {
          authenticationCredentials: client.authenticationCredentials.filter((each) => each !== id),
          settings: withoutCredential(client.settings, id),
        });
        await config.clients.deleteCredential(id);
      });
      return { status: 204, body: undefined };
    },
  };
}
