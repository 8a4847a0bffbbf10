import type {
  ClientPolicy,
  DefaultGroup,
  OrganizationUsage,
  SubjectType,
  ThirdPartySecurityMode,
  UserPolicy,
} from './access-policy.js';
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
  readonly requiresProofOfPossession: boolean;
  /** Organization for client credentials requests that name none; null when the client has no such default. */
  readonly defaultOrganizationId: string | null;
}

export interface ResourceServerFacts {
  readonly identifier: string;
  readonly isSystem: boolean;
  readonly userPolicy: UserPolicy;
  readonly clientPolicy: ClientPolicy;
  /** Scope values in the order the API lists them. */
  readonly scopes: readonly string[];
  /** Which clients must bind their tokens to a key; null when none must. */
  readonly proofOfPossessionRequiredFor: 'all_clients' | 'public_clients' | null;
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
}

export interface OrganizationFacts {
  readonly id: string;
  readonly name: string;
  /** The client grants that were added to this organization, by id. */
  readonly clientGrantIds: readonly string[];
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
}
