// The configuration as it is read and written, one pair of interfaces for each noun.

import type {
  Action,
  ActionBinding,
  ActionChanges,
  ActionSource,
  ActionVersion,
  NewAction,
  NewActionBinding,
} from '../domain/action.js';
import type {
  Client,
  ClientChanges,
  ClientCredential,
  NewClient,
  NewClientCredential,
} from '../domain/client.js';
import type { ClientGrant, ClientGrantChanges, NewClientGrant } from '../domain/client-grant.js';
import type { Connection, ConnectionChanges, NewConnection } from '../domain/connection.js';
import type { NewOrganization, Organization, OrganizationChanges } from '../domain/organization.js';
import type {
  DiscoveryDomain,
  NewDiscoveryDomain,
  OrganizationClient,
  OrganizationConnection,
  OrganizationConnectionSettings,
  OrganizationMember,
} from '../domain/organization-parts.js';
import type {
  NewResourceServer,
  ResourceServer,
  ResourceServerChanges,
  SystemApi,
} from '../domain/resource-server.js';
import type { DescribedPermission, Permission, UserPermission } from '../domain/permission.js';
import type { NewRole, Role, RoleChanges, RoleType } from '../domain/role.js';
import type { JsonValue } from '../domain/json.js';
import type { SigningKey } from '../domain/signing-key.js';
import type { TenantSettings, TenantSettingsChanges } from '../domain/tenant-settings.js';
import type {
  NewTokenExchangeProfile,
  TokenExchangeProfile,
  TokenExchangeProfileChanges,
} from '../domain/token-exchange-profile.js';
import type { NewUser, User, UserChanges } from '../domain/user.js';
import type { UserSearch } from '../domain/user-search.js';
import type { DefaultGroup, SubjectType } from '../domain/access-policy.js';
import type {
  AuthenticatorReader,
  AuthenticatorWriter,
  SecondFactorSettingsReader,
  SecondFactorSettingsWriter,
} from './second-factors.js';
import type { PageWindow, CheckpointWindow, Window, Listing } from './window.js';

export interface ClientGrantFilter {
  readonly clientId?: string;
  readonly audience?: string;
  readonly subjectType?: SubjectType;
  readonly defaultFor?: DefaultGroup;
  readonly allowAnyOrganization?: true;
  /** Only grants that were added to this organization. */
  readonly organizationId?: string;
  readonly ids?: readonly string[];
}

export interface ClientFilter {
  readonly isGlobal?: boolean;
  readonly isFirstParty?: boolean;
  readonly appTypes?: readonly string[];
  readonly externalClientId?: string;
  /** Only the clients with this among their `client_aliases`. */
  readonly alias?: string;
  /** Only clients with a grant that was added to this organization. */
  readonly grantOrganizationId?: string;
  /** Only clients with a grant that allows any organization. */
  readonly grantAllowsAnyOrganization?: true;
}

export interface ConnectionFilter {
  readonly name?: string;
  readonly strategies?: readonly string[];
  /** Only connections with this domain among their `options.domain_aliases`, in whatever case. */
  readonly domainAlias?: string;
}

export type OrganizationOrder = {
  readonly by: 'created_at' | 'name' | 'display_name';
  readonly descending: boolean;
};

export interface RoleFilter {
  /** Only roles with this in their name, whatever its case. */
  readonly nameContains?: string;
  readonly type?: RoleType;
  readonly ownerId?: string;
  /** Only the roles of this user. */
  readonly userId?: string;
  /** Only roles that this member has in this organization. */
  readonly member?: { readonly organizationId: string; readonly userId: string };
}

export type UserOrder = {
  readonly by:
    | 'created_at'
    | 'updated_at'
    | 'user_id'
    | 'email'
    | 'username'
    | 'name'
    | 'nickname'
    | 'given_name'
    | 'family_name'
    | 'phone_number';
  readonly descending: boolean;
};

// Readers and writers of the configuration, one pair for each noun. Every list has one stable order, which its comment
// names. Updates throw `MissingReference` when what they change is gone; deletes answer whether there was something to
// delete, and take along everything that depends on it.

export interface ResourceServerReader {
  /** An identifier can look like another API's id; the id wins. */
  find(idOrIdentifier: string): Promise<ResourceServer | null>;
  findByIdentifier(identifier: string): Promise<ResourceServer | null>;
  findSystemApi(kind: SystemApi): Promise<ResourceServer | null>;
  /** Oldest first, without the hidden ones. */
  list(filter: { identifiers?: readonly string[] }, window: PageWindow): Promise<Listing<ResourceServer>>;
}

export interface ResourceServerWriter extends ResourceServerReader {
  create(resourceServer: NewResourceServer): Promise<ResourceServer>;
  update(id: string, changes: ResourceServerChanges): Promise<ResourceServer>;
  delete(id: string): Promise<boolean>;
  /** Gives a system API the identifier that belongs to the server's address; its client grants follow. */
  moveSystemApi(kind: SystemApi, identifier: string): Promise<void>;
}

export interface ClientReader {
  find(clientId: string): Promise<Client | null>;
  /** Oldest first, the global client last. */
  list(filter: ClientFilter, window: Window): Promise<Listing<Client>>;
  findCredential(clientId: string, id: string): Promise<ClientCredential | null>;
  /** By key id (recorded), those without one last, oldest first. */
  listCredentials(clientId: string): Promise<readonly ClientCredential[]>;
}

export interface ClientWriter extends ClientReader {
  create(client: NewClient, credentials: readonly NewClientCredential[]): Promise<Client>;
  update(clientId: string, changes: ClientChanges): Promise<Client>;
  delete(clientId: string): Promise<boolean>;
  createCredential(credential: NewClientCredential): Promise<ClientCredential>;
  updateCredential(id: string, changes: { expiresAt: Date | null }, now: Date): Promise<ClientCredential>;
  deleteCredential(id: string): Promise<boolean>;
}

export interface ClientGrantReader {
  find(id: string): Promise<ClientGrant | null>;
  /** By id, byte by byte. */
  list(filter: ClientGrantFilter, window: Window): Promise<Listing<ClientGrant>>;
}

export interface ClientGrantWriter extends ClientGrantReader {
  create(clientGrant: NewClientGrant): Promise<ClientGrant>;
  update(id: string, changes: ClientGrantChanges): Promise<ClientGrant>;
  delete(id: string): Promise<boolean>;
}

export interface ConnectionReader {
  find(id: string): Promise<Connection | null>;
  findByName(name: string): Promise<Connection | null>;
  /** The connection that accepts identity assertions of this issuer. */
  findByAssertionIssuer(issuer: string): Promise<Connection | null>;
  /** Oldest first. */
  list(filter: ConnectionFilter, window: Window): Promise<Listing<Connection>>;
  /** Ids of the clients that it is enabled for, in the order in which they were enabled. */
  listClients(id: string, window: Window): Promise<Listing<string>>;
}

export interface ConnectionWriter extends ConnectionReader {
  create(connection: NewConnection): Promise<Connection>;
  update(id: string, changes: ConnectionChanges): Promise<Connection>;
  delete(id: string): Promise<boolean>;
  /** Those that it is enabled for stay where they are. */
  enableClients(id: string, clientIds: readonly string[]): Promise<void>;
  disableClients(id: string, clientIds: readonly string[]): Promise<void>;
}

interface OrganizationFilter {
  /** Only organizations to which this client grant was added. */
  readonly clientGrantId?: string;
  /** Only organizations of which this user is a member. */
  readonly memberId?: string;
}

export interface OrganizationReader {
  find(id: string): Promise<Organization | null>;
  findByName(name: string): Promise<Organization | null>;
  /** Oldest first unless `order` says otherwise. */
  list(filter: OrganizationFilter, window: Window, order?: OrganizationOrder): Promise<Listing<Organization>>;
}

export interface OrganizationWriter extends OrganizationReader {
  create(organization: NewOrganization): Promise<Organization>;
  update(id: string, changes: OrganizationChanges): Promise<Organization>;
  delete(id: string): Promise<boolean>;
  countClientGrants(organizationId: string): Promise<number>;
  hasClientGrant(organizationId: string, clientGrantId: string): Promise<boolean>;
  addClientGrant(organizationId: string, clientGrantId: string): Promise<void>;
  removeClientGrant(organizationId: string, clientGrantId: string): Promise<boolean>;
}

export interface RoleReader {
  find(id: string): Promise<Role | null>;
  /** Those of these that exist, in no order. */
  findAll(ids: readonly string[]): Promise<readonly Role[]>;
  /** By name. */
  list(filter: RoleFilter, window: Window): Promise<Listing<Role>>;
  /** By permission name, then API. */
  listPermissions(roleId: string, window: PageWindow): Promise<Listing<DescribedPermission>>;
}

export interface RoleWriter extends RoleReader {
  countPermissions(roleId: string): Promise<number>;
  create(role: NewRole): Promise<Role>;
  update(id: string, changes: RoleChanges): Promise<Role>;
  delete(id: string): Promise<boolean>;
  /** What the role has already stays. @throws MissingReference where one is no scope of its API. */
  addPermissions(roleId: string, permissions: readonly Permission[]): Promise<void>;
  /** What the role does not have is no error. */
  removePermissions(roleId: string, permissions: readonly Permission[]): Promise<void>;
}

export interface UserReader {
  find(userId: string): Promise<User | null>;
  /** Which of these do not exist. */
  missing(userIds: readonly string[]): Promise<readonly string[]>;
  /** The user of a connection with this email, user name or phone number, in lower case. */
  findByIdentifier(
    connection: string,
    by: { email: string } | { username: string } | { phoneNumber: string },
  ): Promise<User | null>;
  /** The users with this email in any connection, oldest first. */
  listByEmail(email: string): Promise<readonly User[]>;
  /** Oldest first unless `order` says otherwise. */
  list(search: UserSearch, window: PageWindow, order?: UserOrder): Promise<Listing<User>>;
  /** In the order in which they got the role. */
  listByRole(roleId: string, window: Window): Promise<Listing<User>>;
  /** What the user has directly and by roles, each once with all of its sources; by permission name, then API. */
  listPermissions(userId: string, window: PageWindow): Promise<Listing<UserPermission>>;
}

export interface UserWriter extends UserReader {
  /** Those that the user has directly. */
  countPermissions(userId: string): Promise<number>;
  create(user: NewUser): Promise<User>;
  /** @param updatedAt when this happens. */
  update(userId: string, changes: UserChanges, updatedAt: Date): Promise<User>;
  delete(userId: string): Promise<boolean>;
  /** Gives each of these users each of these roles. What a user has already stays. */
  addRoles(userIds: readonly string[], roleIds: readonly string[]): Promise<void>;
  /** What the user does not have is no error. */
  removeRoles(userId: string, roleIds: readonly string[]): Promise<void>;
  /** What the user has already stays. @throws MissingReference where one is no scope of its API. */
  addPermissions(userId: string, permissions: readonly Permission[]): Promise<void>;
  /** What the user does not have directly is no error. */
  removePermissions(userId: string, permissions: readonly Permission[]): Promise<void>;
}

export interface OrganizationConnectionReader {
  find(organizationId: string, connectionId: string): Promise<OrganizationConnection | null>;
  /** In the order in which they were added. */
  list(
    organizationId: string,
    filter: { isEnabled?: boolean },
    window: PageWindow,
  ): Promise<Listing<OrganizationConnection>>;
  /** Ids of organizations that the connection is enabled for, oldest association first. @param most no more than that. */
  organizationsOf(connectionId: string, most: number): Promise<readonly string[]>;
}

export interface OrganizationConnectionWriter extends OrganizationConnectionReader {
  add(
    organizationId: string,
    connectionId: string,
    settings: OrganizationConnectionSettings,
  ): Promise<OrganizationConnection>;
  update(
    organizationId: string,
    connectionId: string,
    changes: Partial<OrganizationConnectionSettings>,
  ): Promise<OrganizationConnection>;
  remove(organizationId: string, connectionId: string): Promise<boolean>;
}

export interface OrganizationClientReader {
  find(organizationId: string, clientId: string): Promise<OrganizationClient | null>;
  /** By client id, in whatever case. */
  list(organizationId: string, window: CheckpointWindow): Promise<Listing<OrganizationClient>>;
  count(organizationId: string): Promise<number>;
  /** Whether each of these organizations that the client is associated with uses it for member access. */
  associations(clientId: string, organizationIds: readonly string[]): Promise<ReadonlyMap<string, boolean>>;
}

export interface OrganizationClientWriter extends OrganizationClientReader {
  add(organizationId: string, clientId: string, useForMemberAccess: boolean): Promise<OrganizationClient>;
  update(organizationId: string, clientId: string, useForMemberAccess: boolean): Promise<OrganizationClient>;
  /** Those that were never added are no error. */
  remove(organizationId: string, clientIds: readonly string[]): Promise<void>;
}

export interface DiscoveryDomainReader {
  find(organizationId: string, id: string): Promise<DiscoveryDomain | null>;
  findByDomain(organizationId: string, domain: string): Promise<DiscoveryDomain | null>;
  /** Oldest first. */
  list(organizationId: string, window: CheckpointWindow): Promise<Listing<DiscoveryDomain>>;
}

export interface DiscoveryDomainWriter extends DiscoveryDomainReader {
  create(domain: NewDiscoveryDomain): Promise<DiscoveryDomain>;
  update(
    id: string,
    changes: Partial<Pick<DiscoveryDomain, 'status' | 'useForOrganizationDiscovery'>>,
  ): Promise<DiscoveryDomain>;
  delete(id: string): Promise<boolean>;
}

export interface MemberReader {
  isMember(organizationId: string, userId: string): Promise<boolean>;
  /** In the order in which they were added; with `roleId`, only those who have this role in the organization. */
  list(
    organizationId: string,
    filter: { roleId?: string },
    window: Window,
  ): Promise<Listing<OrganizationMember>>;
}

export interface MemberWriter extends MemberReader {
  /** Those who are members already stay where they are. */
  add(organizationId: string, userIds: readonly string[]): Promise<void>;
  /** Roles go with the membership. Those who are no members are no error. */
  remove(organizationId: string, userIds: readonly string[]): Promise<void>;
  /** What the member has already stays. @throws MissingReference for somebody who is no member. */
  addRoles(organizationId: string, userId: string, roleIds: readonly string[]): Promise<void>;
  /** What the member does not have is no error. */
  removeRoles(organizationId: string, userId: string, roleIds: readonly string[]): Promise<void>;
}

export interface SigningKeyReader {
  /** Oldest first. */
  list(): Promise<readonly SigningKey[]>;
}

export interface SigningKeyWriter extends SigningKeyReader {
  create(key: SigningKey): Promise<void>;
}

export interface TenantSettingsReader {
  get(): Promise<TenantSettings>;
}

export interface TenantSettingsWriter extends TenantSettingsReader {
  update(changes: TenantSettingsChanges): Promise<TenantSettings>;
}

/** Settings that nothing here acts on. Each is one document under a name, and encrypted at rest. */
export interface SettingsDocumentReader {
  find(name: string): Promise<JsonValue | null>;
}

export interface SettingsDocumentWriter extends SettingsDocumentReader {
  /** Makes the document, or replaces it. */
  put(name: string, document: JsonValue): Promise<void>;
  delete(name: string): Promise<boolean>;
}

export interface ActionFilter {
  readonly triggerId?: string;
  readonly name?: string;
  /** Only Actions that have been deployed, or only those that have not. */
  readonly isDeployed?: boolean;
}

export interface ActionReader {
  find(id: string): Promise<Action | null>;
  findByName(name: string): Promise<Action | null>;
  /** Oldest first. */
  list(filter: ActionFilter, window: PageWindow): Promise<Listing<Action>>;
  findVersion(actionId: string, id: string): Promise<ActionVersion | null>;
  /** Newest first. */
  listVersions(actionId: string, window: PageWindow): Promise<Listing<ActionVersion>>;
  /** Whether a trigger or a token exchange profile runs it. */
  isBound(id: string): Promise<boolean>;
  /** In the order in which the trigger runs them. */
  listBindings(triggerId: string, window: PageWindow): Promise<Listing<ActionBinding>>;
}

export interface ActionWriter extends ActionReader {
  create(action: NewAction, createdAt: Date): Promise<Action>;
  /** Changes the draft. */
  update(id: string, changes: ActionChanges, updatedAt: Date): Promise<Action>;
  /** Its versions, bindings and token exchange profiles go with it. */
  delete(id: string): Promise<boolean>;
  /** Makes a version, which is in force from then on. The oldest of more than 50 goes. */
  deploy(id: string, source: ActionSource, createdAt: Date): Promise<ActionVersion>;
  /** Binds these Actions to a trigger, in this order, and no others. @throws RuleBroken for one that is not deployed for it. */
  bind(triggerId: string, bindings: readonly NewActionBinding[], createdAt: Date): Promise<void>;
}

export interface TokenExchangeProfileReader {
  find(id: string): Promise<TokenExchangeProfile | null>;
  findBySubjectTokenType(subjectTokenType: string): Promise<TokenExchangeProfile | null>;
  /** Oldest first. */
  list(window: CheckpointWindow): Promise<Listing<TokenExchangeProfile>>;
  /** Whether one of them runs this Action. */
  areFor(actionId: string): Promise<boolean>;
}

export interface TokenExchangeProfileWriter extends TokenExchangeProfileReader {
  /** @throws RuleBroken for an Action that is not deployed for the trigger, and for a type that is reserved. */
  create(profile: NewTokenExchangeProfile, createdAt: Date): Promise<TokenExchangeProfile>;
  update(id: string, changes: TokenExchangeProfileChanges, updatedAt: Date): Promise<TokenExchangeProfile>;
  delete(id: string): Promise<boolean>;
}

/** Reads the configuration. */
export interface ConfigReader {
  readonly actions: ActionReader;
  readonly tokenExchangeProfiles: TokenExchangeProfileReader;
  readonly resourceServers: ResourceServerReader;
  readonly clients: ClientReader;
  readonly clientGrants: ClientGrantReader;
  readonly connections: ConnectionReader;
  readonly organizations: OrganizationReader;
  readonly organizationConnections: OrganizationConnectionReader;
  readonly organizationClients: OrganizationClientReader;
  readonly discoveryDomains: DiscoveryDomainReader;
  readonly members: MemberReader;
  readonly roles: RoleReader;
  readonly users: UserReader;
  readonly authenticators: AuthenticatorReader;
  readonly secondFactors: SecondFactorSettingsReader;
  readonly signingKeys: SigningKeyReader;
  readonly tenantSettings: TenantSettingsReader;
  readonly settingsDocuments: SettingsDocumentReader;
}

/** Changes the configuration, inside `Storage.write`. */
export interface ConfigWriter {
  readonly actions: ActionWriter;
  readonly tokenExchangeProfiles: TokenExchangeProfileWriter;
  readonly resourceServers: ResourceServerWriter;
  readonly clients: ClientWriter;
  readonly clientGrants: ClientGrantWriter;
  readonly connections: ConnectionWriter;
  readonly organizations: OrganizationWriter;
  readonly organizationConnections: OrganizationConnectionWriter;
  readonly organizationClients: OrganizationClientWriter;
  readonly discoveryDomains: DiscoveryDomainWriter;
  readonly members: MemberWriter;
  readonly roles: RoleWriter;
  readonly users: UserWriter;
  readonly authenticators: AuthenticatorWriter;
  readonly secondFactors: SecondFactorSettingsWriter;
  readonly signingKeys: SigningKeyWriter;
  readonly tenantSettings: TenantSettingsWriter;
  readonly settingsDocuments: SettingsDocumentWriter;
}
