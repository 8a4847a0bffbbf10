import type { OrganizationUsage, ThirdPartySecurityMode } from './access-policy.js';
import type { JsonObject } from './json.js';
import type { TokenQuota } from './token-quota.js';

export type TokenEndpointAuthMethod = 'none' | 'client_secret_post' | 'client_secret_basic';

/** Methods that prove a key instead of a secret. */
export type KeyAuthenticationMethod = 'private_key_jwt' | 'tls_client_auth' | 'self_signed_tls_client_auth';

/** An application. `null` means "never set", which answers leave out. */
export interface Client {
  readonly clientId: string;
  readonly name: string;
  /** The one client "All Applications" that every tenant has. */
  readonly isGlobal: boolean;
  readonly isFirstParty: boolean;
  readonly thirdPartySecurityMode: ThirdPartySecurityMode | null;
  /** How the client registered itself; null when an administrator made it. */
  readonly externalMetadataType: 'dcr' | 'cimd' | null;
  readonly appType: string | null;
  readonly grantTypes: readonly string[];
  readonly secret: string;
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod | null;
  readonly authenticationMethod: KeyAuthenticationMethod | null;
  /** Ids of the credentials that `authenticationMethod` uses. */
  readonly authenticationCredentials: readonly string[];
  readonly organizationUsage: OrganizationUsage | null;
  /** Organization for client credentials requests that name none. */
  readonly defaultOrganizationId: string | null;
  readonly resourceServerIdentifier: string | null;
  readonly jwtConfiguration: JsonObject;
  readonly requiresProofOfPossession: boolean | null;
  readonly tokenQuota: TokenQuota | null;
  /** What no rule reads, in wire form: `callbacks`, `refresh_token`, `client_metadata`, ... */
  readonly settings: JsonObject;
}

export type NewClient = Client;

/** What can change. A key that is absent keeps its value, `null` clears it. */
export type ClientChanges = Partial<
  Omit<
    Client,
    | 'clientId'
    | 'isGlobal'
    | 'isFirstParty'
    | 'thirdPartySecurityMode'
    | 'externalMetadataType'
    | 'resourceServerIdentifier'
  >
>;

export type CredentialType = 'public_key' | 'cert_subject_dn' | 'x509_cert';

/** A key or certificate of a client. It is in use when the client lists it in `authenticationCredentials`. */
export interface ClientCredential {
  readonly id: string;
  readonly clientId: string;
  readonly credentialType: CredentialType;
  readonly name: string | null;
  readonly kid: string | null;
  /** Algorithm that assertions are signed with. */
  readonly algorithm: 'RS256' | 'RS384' | 'PS256' | null;
  /** Public key (RFC 7517), for `public_key`. */
  readonly publicJwk: JsonObject | null;
  readonly subjectDn: string | null;
  /** base64url of the certificate's SHA-256. */
  readonly thumbprintSha256: string | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type NewClientCredential = Omit<ClientCredential, 'createdAt' | 'updatedAt'>;
