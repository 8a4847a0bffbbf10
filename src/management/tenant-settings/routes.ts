// /api/v2/tenants/settings (management-api.md 11). Settings that govern tokens stand in columns, where the facts of token
// requests are read from; the others are kept and shown.

import type { Tenant } from '../../domain/tenant.js';
import { ManagementError } from '../../errors.js';
import type { Handlers, RequestBody } from '../../http/contract.js';
import { pickFields } from '../../http/fields.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { toChanges, toWire } from './wire.js';

/** A lifetime is given in hours or in minutes (the platform's description of the fields). */
function checkLifetimes(body: RequestBody<'updateTenantSettings'>): void {
  for (const name of [
    'session_lifetime',
    'idle_session_lifetime',
    'ephemeral_session_lifetime',
    'idle_ephemeral_session_lifetime',
  ] as const) {
    if (body[name] === undefined || body[`${name}_in_minutes`] === undefined) continue;
    throw new ManagementError(
      'invalid_body',
      `\`${name}_in_minutes\` cannot be specified together with \`${name}\``,
    );
  }
}

export function tenantSettingsHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
  tenant: Tenant,
): Handlers<'getTenantSettings' | 'updateTenantSettings'> {
  return {
    async getTenantSettings({ query }) {
      const wire = toWire(await storage.config.tenantSettings.get(), { changed: false });
      return { status: 200, body: pickFields(wire, query) };
    },

    async updateTenantSettings(call) {
      checkLifetimes(call.body);
      const updated = await change(call, async ({ tenantSettings }) =>
        tenantSettings.update(toChanges(call.body, await tenantSettings.get(), tenant)),
      );
      return { status: 200, body: toWire(updated, { changed: true }) };
    },
  };
}
