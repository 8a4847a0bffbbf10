import type {
  ClientPolicy,
  DefaultGroup,
  OrganizationUsage,
  SubjectType,
  ThirdPartySecurityMode,
  UserPolicy,
} from './access-policy.js';
import type { SystemApi } from './resource-server.js';
import type { ResourceParameterProfile } from './tenant-settings.js';

// What `policy/` needs to know to decide about one request, and nothing else. `storage/` loads it in one read, so
// that a decision never mixes two states of the configuration.

export interface TenantFacts {
  /** Used when a request names no audience; null when the tenant has none. */
  readonly defaultAudience: string | null;
  /** Whether `organization` may be a name as well as an id. */
  readonly allowOrganizationNames: boolean;
  /** Whether `resource` names an API where `audience` names none. */
  readonly resourceParameterProfile: ResourceParameterProfile;
  /** Whether every login needs a second factor. */
  readonly requiresSecondFactor: boolean;
  /** Whether a factor is switched on that users can be asked for. */
  readonly hasSecondFactors: boolean;
}

export interface ClientFacts {
  readonly clientId: string;
  readonly name: string;
  readonly isFirstParty: boolean;
  /** Null for first-party clients. */
  readonly thirdPartySecurityMode: ThirdPartySecurityMode | null;
  readonly grantTypes: readonly string[];
  /** True when the client can prove who it is (a secret or a key in use). */
  readonly isConfidential: boolean;
  /** True when the client registered itself (dynamic registration or a client metadata document). */
  readonly isSelfRegistered: boolean;
  /** Whether it follows OpenID Connect strictly: custom token exchange is for such clients only. */
  readonly isOidcConformant: boolean;
  readonly requiresProofOfPossession: boolean;
  /** Organization for client credentials requests that name none; null when the client has no such default. */
  readonly defaultOrganizationId: string | null;
  readonly appType: string | null;
  /** The API that the client is the other side of; null for all but `resource_server` clients. */
  readonly resourceServerIdentifier: string | null;
  /** What users of the client can, or must, do about organizations; `deny` where nothing was set. */
  readonly organizationUsage: OrganizationUsage;
  readonly organizationRequireBehavior: OrganizationRequireBehavior;
  /** The APIs that its refresh tokens are good for beside the one that the user logged in for. */
  readonly refreshTokenPolicies: readonly RefreshTokenPolicy[];
  readonly tokenExchangeTypes: readonly TokenExchangeType[];
  /** Whether it can exchange identity assertions for access tokens. */
  readonly usesIdentityAssertions: boolean;
  /** Whether an administrator has said that callbacks nobody can verify are fine. */
  readonly trustsNonVerifiableCallbacks: boolean;
}

export type OrganizationRequireBehavior = 'no_prompt' | 'pre_login_prompt' | 'post_login_prompt';
type TokenExchangeType = 'custom_authentication' | 'on_behalf_of_token_exchange';

/** What a multi-resource refresh token gives for one API. */
interface RefreshTokenPolicy {
  readonly audience: string;
  readonly scopes: readonly string[];
}

export interface ResourceServerFacts {
  readonly identifier: string;
  /** Which API of the server's own it is; null for all others. */
  readonly systemApi: SystemApi | null;
  readonly userPolicy: UserPolicy;
  readonly clientPolicy: ClientPolicy;
  /** Scope values in the order the API lists them. */
  readonly scopes: readonly string[];
  /** Which clients must bind their tokens to a key; null when none must. */
  readonly proofOfPossessionRequiredFor: 'all_clients' | 'public_clients' | null;
  /** How tokens are to be bound; null when the API does not say. */
  readonly proofOfPossessionMechanism: 'mtls' | 'dpop' | null;
  readonly allowsOfflineAccess: boolean;
  /** RBAC: whether users get only what their permissions give them. */
  readonly enforcesPolicies: boolean;
  /** Whether tokens list the permissions of their users, where RBAC is on. */
  readonly showsPermissions: boolean;
  /** Whether first-party clients, as far as they can be told, need no consent. */
  readonly skipsConsentForFirstParty: boolean;
  /** The types of rich authorization requests that it takes. */
  readonly authorizationDetailsTypes: readonly string[];
}

export interface ClientGrantFacts {
  readonly id: string;
  /** Null exactly when `defaultFor` is set. */
  readonly clientId: string | null;
  readonly defaultFor: DefaultGroup | null;
  readonly audience: string;
  readonly subjectType: SubjectType;
  readonly scopes: readonly string[];
  readonly allowAllScopes: boolean;
  readonly organizationUsage: OrganizationUsage;
  readonly allowAnyOrganization: boolean;
  /** For users only; empty where none was set. */
  readonly authorizationDetailsTypes: readonly string[];
}

export interface OrganizationFacts {
  readonly id: string;
  readonly name: string;
  /** The client grants that were added to this organization, by id. */
  readonly clientGrantIds: readonly string[];
  /** Whether its members may use strict third-party clients. */
  readonly allowsThirdPartyClients: boolean;
  /** Whether its members may use only the clients that are listed for them. */
  readonly isAppEntitlementActive: boolean;
  /** Whether the client of the request is listed for its members. */
  readonly isClientListedForMembers: boolean;
  /** The connections that its members can log in with. */
  readonly enabledConnectionIds: readonly string[];
}

/** A user who has logged in, as far as the client, the API and the organizations of the request are concerned. */
export interface UserFacts {
  readonly userId: string;
  readonly isBlocked: boolean;
  /** Whether the user has a second factor that works. */
  readonly hasSecondFactor: boolean;
  readonly connection: {
    readonly id: string;
    readonly isDomainConnection: boolean;
    readonly isEnabledForClient: boolean;
  };
  /** Scopes of the API that were given to the user directly. */
  readonly directPermissions: readonly string[];
  /** Scopes of the API by the roles that the user has outside organizations. */
  readonly rolePermissions: readonly string[];
  /** At least in the organization that was asked for; where none was and the client requires one, in all of them. */
  readonly memberships: readonly MembershipFacts[];
  /** What the user has let the client do with the API, and without one. */
  readonly consents: readonly ConsentFacts[];
}

interface MembershipFacts {
  readonly organizationId: string;
  /** Scopes of the API by the roles that the user has as a member. */
  readonly permissions: readonly string[];
}

interface ConsentFacts {
  /** Null for `/userinfo`. */
  readonly audience: string | null;
  readonly organizationId: string | null;
  readonly scopes: readonly string[];
}

export interface AccessFacts {
  readonly tenant: TenantFacts;
  readonly client: ClientFacts;
  /** The API that the request names, or the tenant's default; null when there is none by that identifier. */
  readonly resourceServer: ResourceServerFacts | null;
  /** Client grants that may matter: the policy itself picks the one that counts. */
  readonly clientGrants: readonly ClientGrantFacts[];
  /** The organization that the request names and the client's default organization, as far as they exist. */
  readonly organizations: readonly OrganizationFacts[];
  /** Null before login, and for client credentials. */
  readonly user: UserFacts | null;
}
