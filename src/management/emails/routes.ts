// /api/v2/emails/provider and /api/v2/email-templates: kept and returned. Nothing here sends an email
// (docs/compatibility.md).

import { type JsonObject, withoutNulls } from '../../domain/json.js';
import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import { pickFields } from '../../http/fields.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { changedProvider, providerToWire, templateToWire } from './wire.js';

type Operations =
  | 'getEmailProvider'
  | 'createEmailProvider'
  | 'updateEmailProvider'
  | 'deleteEmailProvider'
  | 'createEmailTemplate'
  | 'getEmailTemplate'
  | 'replaceEmailTemplate'
  | 'updateEmailTemplate';

const PROVIDER = 'emails/provider';
const templateName = (template: string): string => `email-templates/${template}`;

async function getProvider({ settingsDocuments }: ConfigReader): Promise<JsonObject> {
  const found = await settingsDocuments.find(PROVIDER);
  if (found === null) throw new ManagementError('inexistent_email_provider');
  return found as JsonObject;
}

async function getTemplate({ settingsDocuments }: ConfigReader, template: string): Promise<JsonObject> {
  const found = await settingsDocuments.find(templateName(template));
  if (found === null) throw new ManagementError('inexistent_email_template');
  return found as JsonObject;
}

/** A template keeps its name, whatever a body says. */
function checkName(sent: string | undefined, template: string): void {
  if (sent === undefined || sent === template) return;
  throw new ManagementError('invalid_body', '`template` does not match the template of the path');
}

export function emailHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  return {
    async getEmailProvider({ query }) {
      const provider = providerToWire(await getProvider(storage.config));
      return { status: 200, body: pickFields(provider, query) };
    },

    async createEmailProvider(call) {
      // A new provider is switched on (the platform's description of `enabled`).
      const provider = changedProvider({ name: call.body.name, enabled: true }, call.body);
      await change(call, async ({ settingsDocuments }) => {
        if ((await settingsDocuments.find(PROVIDER)) !== null) {
          throw new ManagementError('email_provider_conflict');
        }
        await settingsDocuments.put(PROVIDER, provider);
      });
      return { status: 201, body: providerToWire(provider) };
    },

    async updateEmailProvider(call) {
      const updated = await change(call, async (config) => {
        const provider = changedProvider(await getProvider(config), call.body);
        await config.settingsDocuments.put(PROVIDER, provider);
        return provider;
      });
      return { status: 200, body: providerToWire(updated) };
    },

    async deleteEmailProvider(call) {
      await change(call, ({ settingsDocuments }) => settingsDocuments.delete(PROVIDER));
      return { status: 204, body: undefined };
    },

    async createEmailTemplate(call) {
      const { template } = call.body;
      const created = withoutNulls(call.body);
      await change(call, async ({ settingsDocuments }) => {
        if ((await settingsDocuments.find(templateName(template))) !== null) {
          throw new ManagementError('email_template_conflict', `Template ${template} already exists.`);
        }
        await settingsDocuments.put(templateName(template), created);
      });
      return { status: 201, body: templateToWire(created) };
    },

    async getEmailTemplate({ path }) {
      return { status: 200, body: templateToWire(await getTemplate(storage.config, path.template)) };
    },

    async replaceEmailTemplate(call) {
      const { template } = call.path;
      checkName(call.body.template, template);
      const replaced = withoutNulls(call.body);
      await change(call, async (config) => {
        await getTemplate(config, template);
        await config.settingsDocuments.put(templateName(template), replaced);
      });
      return { status: 200, body: templateToWire(replaced) };
    },

    async updateEmailTemplate(call) {
      const { template } = call.path;
      checkName(call.body.template, template);
      const updated = await change(call, async (config) => {
        const before = await getTemplate(config, template);
        const after = withoutNulls({ ...before, ...(call.body as JsonObject) });
        await config.settingsDocuments.put(templateName(template), after);
        return after;
      });
      return { status: 200, body: templateToWire(updated) };
    },
  };
}
