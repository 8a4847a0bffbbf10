// A connection as the wire has it, and as the domain has it.

import type { components } from '../../generated/openapi.js';
import {
  DATABASE_STRATEGY,
  type Connection,
  type ConnectionChanges,
  type NewConnection,
} from '../../domain/connection.js';
import { type JsonObject, withoutNulls } from '../../domain/json.js';
import { defaultConnection } from './defaults.js';

type Schemas = components['schemas'];
type Wire = Schemas['Connection'];

/** Options of a database connection that outlive a change of the options which does not name them (recorded). */
const LASTING_OPTIONS = ['authentication_methods', 'passkey_options'];

/** Members in the recorded order; what was never set is left out. */
export function toWire(connection: Connection): Wire {
  const { id, name, strategy, displayName, showAsButton, metadata } = connection;
  return {
    id,
    options: connection.options,
    strategy,
    name,
    is_domain_connection: connection.isDomainConnection,
    ...(showAsButton !== null && { show_as_button: showAsButton }),
    ...(displayName !== null && { display_name: displayName }),
    ...(connection.settings as Pick<Wire, 'authentication' | 'connected_accounts'>),
    enabled_clients: [...connection.enabledClients],
    realms: [...connection.realms],
    ...(metadata !== null && { metadata: metadata as NonNullable<Wire['metadata']> }),
  };
}

/** Members that are shown whatever `fields` names (terraform-provider-auth0, TestAccConnectionClients). */
export const ALWAYS_SHOWN = ['id', 'is_domain_connection', 'authentication', 'connected_accounts'];

function settingsOf(body: Schemas['UpdateConnection']): JsonObject {
  const { authentication, connected_accounts } = body;
  const { cross_app_access_requesting_app, cross_app_access_resource_app } = body;
  const settings = {
    authentication,
    connected_accounts,
    cross_app_access_requesting_app,
    cross_app_access_resource_app,
  };
  return JSON.parse(JSON.stringify(settings)) as JsonObject;
}

/** Where no realm is named, the connection's name is one (text of the platform's contract). */
const realmsOf = (realms: readonly string[], name: string): readonly string[] =>
  realms.length > 0 ? realms : [name];

/** The connection that a creator asks for, with everything that was left out filled in. */
export function toNewConnection(body: Schemas['CreateConnection']): NewConnection {
  const defaults = defaultConnection(body.name, body.strategy);
  return {
    ...defaults,
    options: { ...defaults.options, ...(body.options as JsonObject | undefined) },
    settings: { ...defaults.settings, ...settingsOf(body) },
    realms: realmsOf(body.realms ?? [], body.name),
    enabledClients: [...new Set(body.enabled_clients)],
    ...(body.display_name !== undefined && { displayName: body.display_name }),
    ...(body.is_domain_connection !== undefined && { isDomainConnection: body.is_domain_connection }),
    ...(body.show_as_button !== undefined && { showAsButton: body.show_as_button }),
    ...(body.metadata !== undefined && { metadata: body.metadata }),
  };
}

/** Options are replaced as a whole, save for two of a database connection (recorded). */
function replacedOptions(connection: Connection, options: JsonObject): JsonObject {
  if (connection.strategy !== DATABASE_STRATEGY) return options;
  const lasting = Object.entries(connection.options).filter(([name]) => LASTING_OPTIONS.includes(name));
  return { ...Object.fromEntries(lasting), ...options };
}

/** The changes that a body asks for. `null` for options or clients leaves none. */
export function toChanges(connection: Connection, body: Schemas['UpdateConnection']): ConnectionChanges {
  const settings = settingsOf(body);
  return {
    ...(body.options !== undefined && {
      options: replacedOptions(connection, (body.options ?? {}) as JsonObject),
    }),
    ...(Object.keys(settings).length > 0 && {
      settings: withoutNulls({ ...connection.settings, ...settings }),
    }),
    ...(body.realms !== undefined && { realms: realmsOf(body.realms, connection.name) }),
    ...(body.enabled_clients !== undefined && { enabledClients: [...new Set(body.enabled_clients)] }),
    ...(body.display_name !== undefined && { displayName: body.display_name }),
    ...(body.is_domain_connection !== undefined && { isDomainConnection: body.is_domain_connection }),
    ...(body.show_as_button !== undefined && { showAsButton: body.show_as_button }),
    ...(body.metadata !== undefined && { metadata: body.metadata }),
  };
}
