// Every failure that a caller can see, in one place: the Management API's and the token endpoint's. Code branches on the
// code, never on a text. Texts are those of the platform where one is known; the comment names the source
// (recordings, management-api.md, token-issuance.md), and "ours" stands where no source has a text.

import type { JsonObject } from './domain/json.js';

interface ManagementErrorSpec {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 500;
  /** The platform leaves it out for some errors, organizations' among them. */
  readonly errorCode?: string;
  /** The text, where it is always the same. */
  readonly message?: string;
}

export const managementErrors = {
  // Validation (management-api.md 1.4, 1.5).
  invalid_body: { status: 400, errorCode: 'invalid_body' },
  invalid_uri: { status: 400, errorCode: 'invalid_uri' },
  invalid_query_string: { status: 400, errorCode: 'invalid_query_string' },
  invalid_paging: { status: 400, errorCode: 'invalid_paging' },
  malformed_json: { status: 400, message: 'Invalid request payload JSON format' },
  malformed_authorization: { status: 400, message: 'Bad HTTP authentication header format' },
  // Rules (recorded-behaviour.md 2, "business rule").
  operation_not_supported: { status: 400, errorCode: 'operation_not_supported' },
  validation_error: { status: 400, errorCode: 'validation_error' },
  // As applications on public repositories quote the service.
  password_too_weak: { status: 400, message: 'PasswordStrengthError: Password is too weak' },
  identifier_taken: { status: 400, errorCode: 'auth0_idp_error' },
  // As users of auth0-deploy-cli (its issue 385), of auth0-cli (462) and of auth0-deploy-cli (988) quote them.
  action_not_deployed: {
    status: 400,
    message: 'Trying to create a binding for an action that has not been deployed yet',
  },
  action_trigger_fixed: { status: 400, message: "can't upgrade to this trigger." },
  trigger_bound_by_others: {
    status: 400,
    message: 'cannot list action bindings for an entity-bound trigger',
  },
  // Authentication (management-api.md 1.4).
  unauthorized: { status: 401 },
  insufficient_scope: { status: 403, errorCode: 'insufficient_scope' },
  organizations_for_first_party_only: {
    status: 403,
    message:
      'Organizations are only available to first party clients on user-based flows. Properties organization_usage and organization_require_behavior must be unset for third party clients.',
  },
  insufficient_entitlement: { status: 403, errorCode: 'insufficient_entitlement' },
  entity_limit: { status: 403, message: 'You reached the limit of entities of this type for this tenant.' },
  // auth0/docs-v2, oas/management/v2.
  authentication_method_limit: {
    status: 403,
    message: 'You reached the limit of entities of this type for this user.',
  },
  // Absence (recorded-behaviour.md 2, "Error bodies").
  inexistent_client: { status: 404, errorCode: 'inexistent_client', message: 'The client does not exist' },
  inexistent_resource_server: {
    status: 404,
    errorCode: 'inexistent_resource_server',
    message: 'The resource server does not exist',
  },
  inexistent_client_grant: {
    status: 404,
    errorCode: 'inexistent_client_grant',
    message: 'The grant does not exist.',
  },
  inexistent_connection: {
    status: 404,
    errorCode: 'inexistent_connection',
    message: 'The connection does not exist',
  },
  inexistent_organization: { status: 404, message: 'No organization found by that id or name' },
  // recorded-behaviour.md 2: no errorCode. The texts of the second and the last are ours, in the manner of the others.
  inexistent_organization_connection: { status: 404, message: 'No connection found by that id' },
  inexistent_organization_client: { status: 404, message: 'No client found by that id' },
  inexistent_discovery_domain: { status: 404, message: 'No organization domain found by that id' },
  inexistent_member: { status: 404, message: 'No member found by that id' },
  // auth0/docs-v2, oas/management/v2; the text of the second is ours, in its manner.
  inexistent_authentication_method: {
    status: 404,
    message: 'The authentication method could not be found.',
  },
  inexistent_enrollment: { status: 404, message: 'The enrollment could not be found.' },
  inexistent_role: { status: 404, message: 'The role does not exist.' },
  inexistent_user: { status: 404, errorCode: 'inexistent_user', message: 'The user does not exist.' },
  // management-api.md 9.
  inexistent_users: { status: 404, message: 'One or more of the users do not exist.' },
  inexistent_credential: { status: 404, message: 'Credential does not exist' },
  inexistent_email_provider: {
    status: 404,
    errorCode: 'inexistent_email_provider',
    message: 'There is not a configured email provider',
  },
  inexistent_email_template: {
    status: 404,
    errorCode: 'inexistent_email_template',
    message: 'The template does not exist.',
  },
  inexistent_theme: {
    status: 404,
    errorCode: 'theme_not_found',
    message: 'There was an error retrieving branding settings: invalid theme ID',
  },
  inexistent_page_template: { status: 404, message: 'The template does not exist.' },
  // The status is what clients go by (auth0/go-auth0, management/anomaly.go); the text is ours.
  inexistent_block: { status: 404, message: 'The IP address is not blocked.' },
  // Recorded (auth0/go-auth0, TestActionManager_Delete); the second is ours, in its manner.
  inexistent_action: { status: 404, message: 'That action does not exist.' },
  inexistent_action_version: { status: 404, message: 'That action version does not exist.' },
  // Recorded (auth0/go-auth0, TestTokenExchangeProfileManager_Delete).
  inexistent_token_exchange_profile: { status: 404, message: 'Token exchange profile not found.' },
  inexistent_log: { status: 404, message: 'Log not found.' },
  not_found: { status: 404, message: 'Not Found' },
  // Conflicts. Codes of the first two and the last are ours: no source has them (management-api.md 14, question 1).
  client_grant_conflict: { status: 409, errorCode: 'client_grant_conflict' },
  resource_server_conflict: {
    status: 409,
    errorCode: 'resource_server_conflict',
    message: 'A resource server with the same identifier already exists.',
  },
  // As users of auth0-deploy-cli quote it (its issue 221).
  connection_conflict: {
    status: 409,
    errorCode: 'connection_conflict',
    message: 'A connection with the same name already exists',
  },
  // Ours: no source has a text.
  assertion_issuer_conflict: {
    status: 409,
    message: 'Another connection is a resource of cross app access for the same issuer',
  },
  organization_conflict: {
    status: 409,
    errorCode: 'organization_conflict',
    message: 'An organization with this name already exists.',
  },
  organization_client_grant_conflict: {
    status: 409,
    errorCode: 'organization_client_grant_conflict',
    message: 'The client grant has already been added to this organization.',
  },
  // The three texts are ours: no source has them.
  organization_connection_conflict: {
    status: 409,
    message: 'The connection has already been added to this organization.',
  },
  organization_client_conflict: {
    status: 409,
    message: 'The client has already been associated with this organization.',
  },
  discovery_domain_conflict: {
    status: 409,
    message: 'A discovery domain with this name already exists in this organization.',
  },
  // Terraform's documentation of auth0_organization_clients.
  organization_clients_exceeded: {
    status: 409,
    message: 'Quota exceeded; cannot associate more than 100 clients with a single organization',
  },
  organization_quota_exceeded: {
    status: 409,
    message: 'Quota exceeded; cannot add more than 100 client grants to a single organization',
  },
  // The first as users of terraform-provider-auth0 quote it (its issue 64); the second is ours: no source has its text.
  action_bound: { status: 409, message: 'Unable to delete an action bound to a trigger.' },
  action_conflict: { status: 409, message: 'An action with the same name already exists.' },
  // The status is that of auth0-deploy-cli's pull request 1253; the text is ours.
  token_exchange_profile_conflict: {
    status: 409,
    message: 'A token exchange profile with the same subject_token_type already exists.',
  },
  // management-api.md 9: no errorCode is known.
  role_conflict: { status: 409, message: 'The role already exists.' },
  // As applications on public repositories quote the service.
  user_conflict: { status: 409, errorCode: 'auth0_idp_error', message: 'The user already exists.' },
  client_credential_conflict: {
    status: 409,
    message: 'A credential with the same kid already exists for this client.',
  },
  // Recorded (auth0/go-auth0, TestEmailTemplateManager_Replace); that of the provider is ours.
  email_template_conflict: { status: 409 },
  email_provider_conflict: { status: 409, message: 'There is already a configured email provider' },
  alias_conflict: { status: 409, message: 'Another client exists with the same alias.' },
  // Ours, as the whole operation is.
  no_snapshot: { status: 409, errorCode: 'no_snapshot', message: 'There is no snapshot to restore.' },
  write_conflict: { status: 409, message: 'The request conflicts with another one at the same time.' },
  // Transport. The platform is built on hapi, whose texts these are.
  payload_too_large: { status: 413, message: 'Payload content length greater than maximum allowed: 1048576' },
  unsupported_media_type: { status: 415, message: 'Unsupported Media Type' },
  internal: { status: 500, message: 'An internal server error occurred' },
} as const satisfies Record<string, ManagementErrorSpec>;

const STATUS_NAMES: Record<ManagementErrorSpec['status'], string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
};

export type ManagementErrorCode = keyof typeof managementErrors;

/** The codes whose text depends on the request. */
type OpenCode = {
  [Code in ManagementErrorCode]: (typeof managementErrors)[Code] extends { message: string } ? never : Code;
}[ManagementErrorCode];

/** A refusal by the Management API. Its message is public. */
export class ManagementError extends Error {
  readonly code: ManagementErrorCode;

  constructor(code: OpenCode, message: string);
  constructor(code: Exclude<ManagementErrorCode, OpenCode>);
  constructor(code: ManagementErrorCode, message?: string) {
    const spec: ManagementErrorSpec = managementErrors[code];
    super(message ?? spec.message ?? code);
    this.code = code;
  }

  get status(): ManagementErrorSpec['status'] {
    return managementErrors[this.code].status;
  }

  /** The body that goes out (recorded-behaviour.md 2, "Error bodies"): members in this order. */
  toBody(): {
    statusCode: number;
    error: string;
    message: string;
    errorCode?: string;
    attributes?: { error: string };
  } {
    const { status, errorCode }: ManagementErrorSpec = managementErrors[this.code];
    return {
      statusCode: status,
      error: STATUS_NAMES[status],
      message: this.message,
      ...(errorCode !== undefined && { errorCode }),
      // hapi's form of a 401, as client code on public repositories quotes it.
      ...(status === 401 && { attributes: { error: this.message } }),
    };
  }
}

/** A refusal by the token endpoint (RFC 6749 section 5.2), with the platform's codes and texts. */
export interface OAuthError {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 429 | 500;
  readonly error: string;
  readonly description: string;
  readonly uri?: string;
  /** Members of the answer beside the usual ones. */
  readonly more?: JsonObject;
}
