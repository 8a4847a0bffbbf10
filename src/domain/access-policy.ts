// The vocabulary of access policies. The values are the platform's wire values and the database's enum values
// alike, so nothing between the two has to translate them.

/** Who the token speaks for: the application itself (`client`) or a signed-in user (`user`). */
export type SubjectType = 'client' | 'user';

/** Policy for user-delegated access to an API. `allow_all` needs no client grant. */
export type UserPolicy = 'allow_all' | 'require_client_grant' | 'deny_all';

/** Policy for client credentials. The platform has no `allow_all` here (management-api.md 4.2). */
export type ClientPolicy = 'require_client_grant' | 'deny_all';

/** How a client grant, or an application, treats organizations. */
export type OrganizationUsage = 'deny' | 'allow' | 'require';

/** Third-party applications: `strict` ones always need a grant, `permissive` ones follow the API's policy. */
export type ThirdPartySecurityMode = 'strict' | 'permissive';

/** The only group a default grant can be made for. */
export type DefaultGroup = 'third_party_clients';
