// What a JSON schema cannot state about a client grant (management-api.md 2.8). Most of it stands as constraints in the
// database too; here it gets the caller's answer.

import type { Client } from '../../domain/client.js';
import type { ClientGrant, ClientGrantChanges, NewClientGrant } from '../../domain/client-grant.js';
import type { ResourceServer } from '../../domain/resource-server.js';
import { currentUserScopes } from '../../domain/system-apis.js';
import { ManagementError } from '../../errors.js';

const broken = (message: string): ManagementError => new ManagementError('invalid_body', message);

/**
 * Holds a client grant, as it is going to be, against every rule.
 *
 * @param client null for default grants.
 * @throws ManagementError for the first rule that it breaks.
 */
export function checkClientGrant(grant: NewClientGrant, client: Client | null, api: ResourceServer): void {
  // Recorded: recorded-behaviour.md 2, "Error bodies".
  if (client?.appType === 'express_configuration' && !grant.isSystem) {
    throw new ManagementError('validation_error', 'Client of type express_configuration cannot be used');
  }
  if (api.systemApi !== null) checkSystemApi(grant, client, api);
  if (grant.allowAllScopes && grant.scopes.length > 0) {
    throw broken('`scope` cannot be provided when `allow_all_scopes` is true');
  }
  if (grant.authorizationDetailsTypes !== null && grant.subjectType !== 'user') {
    throw broken('`authorization_details_types` can only be provided when `subject_type` is user');
  }
  checkOrganizations(grant, client);
}

function checkSystemApi(grant: NewClientGrant, client: Client | null, api: ResourceServer): void {
  if (grant.defaultFor !== null)
    throw broken('`default_for` cannot be provided when `audience` is a system API');
  if (client?.isFirstParty === false) {
    throw broken('Client grants for this API cannot be created for third-party clients.');
  }
  if (grant.allowAllScopes !== null) {
    throw broken('`allow_all_scopes` cannot be provided when `audience` is a system API');
  }
  const known =
    api.systemApi === 'management' && grant.subjectType === 'user'
      ? currentUserScopes
      : (api.scopes ?? []).map(({ value }) => value);
  if (grant.scopes.some((scope) => !known.includes(scope))) {
    // The text is the real one (token-issuance.md 2); scopes of ordinary APIs are not checked (recorded).
    throw broken('Payload validation error: scope must be a subset of resource server scopes');
  }
}

function checkOrganizations(grant: NewClientGrant, client: Client | null): void {
  const { organizationUsage, allowAnyOrganization } = grant;
  if (organizationUsage === null && allowAnyOrganization === null) return;
  if (grant.subjectType !== 'client') {
    throw broken(
      '`organization_usage` and `allow_any_organization` can only be provided when `subject_type` is client',
    );
  }
  if (grant.defaultFor !== null) {
    throw broken('`organization_usage` and `allow_any_organization` cannot be provided with `default_for`');
  }
  if (allowAnyOrganization && organizationUsage !== 'allow' && organizationUsage !== 'require') {
    throw broken('`allow_any_organization` can only be true when `organization_usage` is allow or require');
  }
  if (allowAnyOrganization && client?.isFirstParty === false) {
    throw broken('`allow_any_organization` cannot be true for third-party clients');
  }
}

/** System APIs refuse organization settings even when they say `false` or `deny` (management-api.md 2.8). */
export function checkNoOrganizationsOnSystemApi(sent: ClientGrantChanges, api: ResourceServer): void {
  const given = sent.organizationUsage !== undefined || sent.allowAnyOrganization !== undefined;
  if (api.systemApi !== null && given) {
    throw broken(
      '`organization_usage` and `allow_any_organization` cannot be provided when `audience` is a system API',
    );
  }
}

/** @throws ManagementError for grants that the server made for itself. */
export function checkNotSystem(grant: ClientGrant): void {
  if (grant.isSystem)
    throw new ManagementError('operation_not_supported', 'System client grants cannot be changed.');
}

/** `scope` alone does not switch `allow_all_scopes` off (management-api.md 2.5). */
export function checkScopeChange(before: ClientGrant, changes: ClientGrantChanges): void {
  const staysAll = before.allowAllScopes === true && changes.allowAllScopes === undefined;
  if (staysAll && changes.scopes !== undefined && changes.scopes.length > 0) {
    throw broken('`scope` cannot be provided when `allow_all_scopes` is true');
  }
}
