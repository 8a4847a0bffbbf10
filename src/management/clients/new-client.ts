// The client that a creator asks for, with everything that was left out filled in.

import type { components } from '../../generated/openapi.js';
import type { ClientCredential, NewClient, NewClientCredential } from '../../domain/client.js';
import { newClientId, newClientSecret, newThirdPartyClientId } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import { keyUses, readCredentials, readNewMethods } from './credentials.js';
import {
  defaultAuthMethod,
  defaultGrantTypes,
  defaultJwtConfiguration,
  defaultSettings,
  securityModeOf,
} from './defaults.js';
import { settingsOf, toChanges } from './wire.js';

type Body = components['schemas']['CreateClient'];

/** The client that a body describes, and the credentials that come with it. */
export async function newClient(body: Body): Promise<{ client: NewClient; credentials: ClientCredential[] }> {
  const mode = securityModeOf(body);
  const clientId = mode === 'strict' ? newThirdPartyClientId() : newClientId();
  const isExpress = body.app_type === 'express_configuration';
  const before = {
    settings: defaultSettings(body, mode),
    jwtConfiguration: defaultJwtConfiguration(body, mode),
  };
  const methods =
    body.client_authentication_methods &&
    (await readNewMethods(clientId, body.client_authentication_methods));
  const uses = await readKeyUses(clientId, body);
  const credentials = [...(methods?.credentials ?? []), ...uses.credentials];
  const now = new Date();
  const client: NewClient = {
    clientId,
    isGlobal: false,
    isFirstParty: mode === null,
    thirdPartySecurityMode: mode,
    externalMetadataType: null,
    appType: null,
    grantTypes: defaultGrantTypes(body, mode),
    secret: newClientSecret(),
    authenticationMethod: methods?.method ?? (isExpress ? 'private_key_jwt' : null),
    authenticationCredentials: methods?.credentials.map(({ id }) => id) ?? [],
    organizationUsage: isExpress ? 'require' : null,
    defaultOrganizationId: null,
    resourceServerIdentifier: body.resource_server_identifier ?? null,
    requiresProofOfPossession: null,
    tokenQuota: null,
    ...before,
    ...toChanges(body, before),
    name: body.name,
    tokenEndpointAuthMethod: defaultAuthMethod(body) ?? null,
    settings: { ...settingsOf(body, before.settings), ...uses.settings },
  };
  return { client, credentials: credentials.map((each) => ({ ...each, createdAt: now, updatedAt: now })) };
}

/** Keys for other uses become credentials of the client, and the members list their ids. */
async function readKeyUses(clientId: string, body: Body) {
  const settings: Record<string, JsonObject> = {};
  const all: NewClientCredential[] = [];
  for (const name of keyUses) {
    const { credentials, ...rest } = body[name] ?? {};
    if (credentials === undefined) continue;
    const read = await readCredentials(clientId, credentials);
    settings[name] = { ...(rest as JsonObject), credentials: read.map(({ id }) => ({ id })) };
    all.push(...read);
  }
  return { settings, credentials: all };
}

/** The same kind of client, if its creator had said nothing more. */
export async function byDefault(body: Body): Promise<NewClient> {
  const { name, app_type, is_first_party, third_party_security_mode } = body;
  const kind = {
    name,
    ...(app_type !== undefined && { app_type }),
    ...(is_first_party !== undefined && { is_first_party }),
    ...(third_party_security_mode !== undefined && { third_party_security_mode }),
  };
  return (await newClient(kind)).client;
}
