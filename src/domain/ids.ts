// Identifiers in the platform's shapes (management-api.md 1.9). All of them are random, so none can be guessed from
// another.

import { randomBytes, randomInt, randomUUID } from 'node:crypto';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function random(length: number, alphabet: string): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet[randomInt(alphabet.length)];
  return text;
}

export const newClientId = (): string => random(32, ALPHANUMERIC);
/** Strict third-party clients are known by their prefix. */
export const newThirdPartyClientId = (): string => `tpc_${random(22, ALPHANUMERIC)}`;
/** 64 characters, 384 bits. */
export const newClientSecret = (): string => randomBytes(48).toString('base64url');
/** 32 characters, 190 bits. */
export const newSigningSecret = (): string => random(32, ALPHANUMERIC);
export const newClientGrantId = (): string => `cgr_${random(16, ALPHANUMERIC)}`;
export const newOrganizationId = (): string => `org_${random(16, ALPHANUMERIC)}`;
export const newConnectionId = (): string => `con_${random(16, ALPHANUMERIC)}`;
export const newRoleId = (): string => `rol_${random(16, ALPHANUMERIC)}`;
/** What stands after `auth0|`. */
export const newUserKey = (): string => randomBytes(12).toString('hex');
export const newDiscoveryDomainId = (): string => `ord_${random(22, ALPHANUMERIC)}`;
/** Of what a user shows beside a password: the platform's ids say what it is. */
export const newAuthenticatorId = (kind: string): string => `${kind}|dev_${random(16, ALPHANUMERIC)}`;
/** Of Actions, their versions and bindings. */
export const newActionId = (): string => randomUUID();
export const newTokenExchangeProfileId = (): string => `tep_${random(16, ALPHANUMERIC)}`;
export const newCredentialId = (): string => `cred_${random(22, ALPHANUMERIC)}`;
export const newResourceServerId = (): string => randomBytes(12).toString('hex');
/** Of what a user has consented to. */
export const newConsentId = (): string => randomBytes(12).toString('hex');
/** Of what a user is asked to approve (auth0/docs-v2, email-notifications-with-ciba.mdx). */
export const newApprovalId = (): string => `cns_${random(22, ALPHANUMERIC)}`;
