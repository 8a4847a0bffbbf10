import type { ClientPolicy, UserPolicy } from './access-policy.js';
import type { JsonObject } from './json.js';

export type SigningAlgorithm = 'HS256' | 'RS256' | 'RS512' | 'PS256';
export type TokenDialect =
  'access_token' | 'access_token_authz' | 'rfc9068_profile' | 'rfc9068_profile_authz';

/** The APIs that belong to the server itself. Which one an API is never changes. */
export type SystemApi = 'management' | 'my_account' | 'my_organization' | 'express_configuration' | 'mfa';

export interface Scope {
  readonly value: string;
  readonly description?: string;
}

/** How access tokens for an API are encrypted (RFC 7516 around the signed token). */
export interface TokenEncryption {
  readonly format: 'compact-nested-jwe';
  readonly encryptionKey: {
    readonly name?: string;
    readonly alg: 'RSA-OAEP-256' | 'RSA-OAEP-384' | 'RSA-OAEP-512';
    readonly kid?: string;
    /** PEM of a public key or of a certificate. Never leaves the server. */
    readonly pem: string;
    /** RFC 7638 thumbprint of the key, when the PEM is a certificate. */
    readonly thumbprintSha256?: string;
  };
}

export interface ProofOfPossession {
  readonly mechanism: 'mtls' | 'dpop';
  readonly required: boolean;
  /** Absent means `all_clients` (management-api.md 4.1). */
  readonly required_for?: 'public_clients' | 'all_clients';
}

/** An API. `null` means "never set", which answers leave out. */
export interface ResourceServer {
  readonly id: string;
  readonly identifier: string;
  /** Null for ordinary APIs. */
  readonly systemApi: SystemApi | null;
  readonly name: string | null;
  readonly scopes: readonly Scope[] | null;
  readonly userPolicy: UserPolicy;
  readonly clientPolicy: ClientPolicy;
  readonly signingAlgorithm: SigningAlgorithm;
  readonly signingSecret: string | null;
  readonly tokenDialect: TokenDialect | null;
  readonly tokenLifetimeSeconds: number;
  readonly tokenLifetimeForWebSeconds: number;
  readonly enforcePolicies: boolean | null;
  readonly allowOfflineAccess: boolean;
  readonly skipConsentForFirstParty: boolean;
  readonly tokenEncryption: TokenEncryption | null;
  readonly proofOfPossession: ProofOfPossession | null;
  /** What no rule reads, in wire form: `consent_policy`, `authorization_details`, ... */
  readonly settings: JsonObject;
  /** The client of `app_type` `resource_server` that stands for this API; null when there is none. */
  readonly linkedClientId: string | null;
}

/** What can be given when an API is created; everything else is the server's. */
export type NewResourceServer = Omit<ResourceServer, 'id' | 'linkedClientId'>;

/** What can change. A key that is absent keeps its value, `null` clears it. */
export type ResourceServerChanges = Partial<Omit<NewResourceServer, 'identifier' | 'systemApi'>>;
