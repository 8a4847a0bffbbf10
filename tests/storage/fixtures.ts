// Valid defaults, so that a test shows only what it is about.

import { randomUUID } from 'node:crypto';
import type { NewAction } from '../../src/domain/action.js';
import type { NewClient, NewClientCredential } from '../../src/domain/client.js';
import type { NewClientGrant } from '../../src/domain/client-grant.js';
import type { NewConnection } from '../../src/domain/connection.js';
import type { NewLogEntry } from '../../src/domain/log-entry.js';
import type { NewOrganization } from '../../src/domain/organization.js';
import type { NewResourceServer } from '../../src/domain/resource-server.js';
import type { NewRole } from '../../src/domain/role.js';
import { resourceServerDefaults } from '../../src/domain/system-apis.js';
import type { NewUser } from '../../src/domain/user.js';
import type { ConfigWriter } from '../../src/storage/config.js';
import type { Storage } from '../../src/storage/storage.js';
import type { CheckpointWindow, PageWindow } from '../../src/storage/window.js';
import type { Engine, TestDatabase } from '../support/engines.js';

/** A name that no other object has. */
export const unique = (prefix: string): string => `${prefix}-${randomUUID()}`;

export function aResourceServer(given: Partial<NewResourceServer> = {}): NewResourceServer {
  return {
    identifier: `https://${unique('api')}/`,
    ...resourceServerDefaults,
    systemApi: null,
    ...given,
  };
}

export function aClient(given: Partial<NewClient> = {}): NewClient {
  return {
    clientId: unique('client'),
    name: 'A client',
    isGlobal: false,
    isFirstParty: true,
    thirdPartySecurityMode: null,
    externalMetadataType: null,
    appType: null,
    grantTypes: ['client_credentials'],
    secret: 'the secret of a client',
    tokenEndpointAuthMethod: 'client_secret_post',
    authenticationMethod: null,
    authenticationCredentials: [],
    organizationUsage: null,
    defaultOrganizationId: null,
    resourceServerIdentifier: null,
    jwtConfiguration: {},
    requiresProofOfPossession: null,
    tokenQuota: null,
    settings: {},
    ...given,
  };
}

export const aThirdParty = (given: Partial<NewClient> = {}): NewClient =>
  aClient({ isFirstParty: false, thirdPartySecurityMode: 'strict', ...given });

export function aCredential(clientId: string, given: Partial<NewClientCredential> = {}): NewClientCredential {
  return {
    id: unique('cred'),
    clientId,
    credentialType: 'public_key',
    name: null,
    kid: unique('kid'),
    algorithm: 'RS256',
    publicJwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
    subjectDn: null,
    thumbprintSha256: null,
    expiresAt: null,
    ...given,
  };
}

/** For client credentials, with no scopes. */
export function aClientGrant(
  given: Pick<NewClientGrant, 'clientId' | 'audience'> & Partial<NewClientGrant>,
): NewClientGrant {
  return {
    defaultFor: null,
    subjectType: 'client',
    scopes: [],
    allowAllScopes: null,
    organizationUsage: null,
    allowAnyOrganization: null,
    authorizationDetailsTypes: null,
    isSystem: false,
    ...given,
  };
}

/** For the group of all third-party clients. */
export const aDefaultGrant = (
  given: Pick<NewClientGrant, 'audience'> & Partial<NewClientGrant>,
): NewClientGrant => aClientGrant({ clientId: null, defaultFor: 'third_party_clients', ...given });

export function aConnection(given: Partial<NewConnection> = {}): NewConnection {
  return {
    name: unique('connection'),
    strategy: 'auth0',
    displayName: null,
    options: {},
    isDomainConnection: false,
    showAsButton: null,
    realms: [],
    metadata: null,
    settings: {},
    enabledClients: [],
    ...given,
  };
}

export function anOrganization(given: Partial<NewOrganization> = {}): NewOrganization {
  return {
    name: unique('org'),
    displayName: null,
    thirdPartyClientAccess: 'block',
    isAppEntitlementActive: false,
    branding: null,
    metadata: null,
    tokenQuota: null,
    ...given,
  };
}

export function anAction(given: Partial<NewAction> = {}): NewAction {
  return {
    name: unique('action'),
    code: 'exports.onExecutePostLogin = async () => {};',
    dependencies: [],
    runtime: 'node22',
    trigger: { id: 'post-login', version: 'v3' },
    secrets: [],
    ...given,
  };
}

export function aRole(given: Partial<NewRole> = {}): NewRole {
  return { name: unique('role'), description: null, type: 'tenant', ownerId: null, ...given };
}

const USER_CONNECTION = 'Username-Password-Authentication';

/** Makes the connection that `aUser` belongs to, where it is not there yet. */
export async function givenUserConnection(storage: Storage): Promise<void> {
  await change(storage, async ({ connections }) => {
    if ((await connections.findByName(USER_CONNECTION)) !== null) return;
    await connections.create(aConnection({ name: USER_CONNECTION }));
  });
}

/** Of a database connection (`givenUserConnection`), known by an email address. */
export function aUser(given: Partial<NewUser> = {}): NewUser {
  const key = unique('user');
  return {
    userId: `auth0|${key}`,
    connection: USER_CONNECTION,
    provider: 'auth0',
    email: `${key}@example.com`,
    emailVerified: false,
    username: null,
    phoneNumber: null,
    phoneVerified: null,
    blocked: null,
    name: `${key}@example.com`,
    nickname: key,
    picture: null,
    givenName: null,
    familyName: null,
    userMetadata: null,
    appMetadata: null,
    passwordHash: null,
    createdAt: new Date('2026-03-01T12:00:00.000Z'),
    ...given,
  };
}

export function aLogEntry(given: Partial<NewLogEntry> = {}): NewLogEntry {
  return {
    date: new Date('2026-03-01T12:00:00.000Z'),
    type: 'seccft',
    clientId: null,
    audience: null,
    organizationId: null,
    reason: null,
    configVersion: null,
    data: {},
    ...given,
  };
}

export const page = (offset: number, limit: number): PageWindow => ({
  kind: 'page',
  offset,
  limit,
  countTotal: false,
});

export const countedPage = (offset: number, limit: number): PageWindow => ({
  ...page(offset, limit),
  countTotal: true,
});

export const checkpoint = (after: string | null, take: number): CheckpointWindow => ({
  kind: 'checkpoint',
  after,
  take,
});

/** Everything there is, in the list's own order. */
export const everything = page(0, 1000);

/** Changes the configuration without a log entry. */
export function change<T>(storage: Storage, make: (config: ConfigWriter) => Promise<T>): Promise<T> {
  return storage.write(async (config) => ({ result: await make(config), entry: null }));
}

/** Version of the configuration; read through the facts of a client, which has to exist. */
export async function versionOf(storage: Storage, clientId: string): Promise<number> {
  const facts = await storage.tokenFacts({ clientId, audience: null, organization: null }, { fresh: true });
  if (facts === null) throw new Error(`there is no client ${clientId}`);
  return facts.configVersion;
}

export interface OpenDatabase {
  readonly database: TestDatabase;
  readonly storage: Storage;
  close(): Promise<void>;
}

/** The storage that several subjects share; it is there once tests run. */
export type Opened = () => Storage;

/** An empty database with a storage on it. */
export async function openFresh(engine: Engine): Promise<OpenDatabase> {
  const database = await engine.create();
  const storage = await database.open();
  return {
    database,
    storage,
    close: async () => {
      await storage.close();
      await database.remove();
    },
  };
}

/** What became of calls that were made at once: the reasons of those that failed, and how many succeeded. */
export async function outcomes(calls: readonly Promise<unknown>[]): Promise<{
  succeeded: number;
  failures: readonly unknown[];
}> {
  const settled = await Promise.allSettled(calls);
  const failures = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  return { succeeded: settled.length - failures.length, failures };
}

/** A promise that somebody else keeps: lets a test decide who is first without waiting for a time. */
export function signal(): { readonly given: Promise<void>; give: () => void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

/** `count` times the same, with the number of each. */
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
