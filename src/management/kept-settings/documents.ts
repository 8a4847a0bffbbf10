// Settings of the platform that nothing here acts on, and what a new tenant has for each. They are kept and shown, so that
// an export brings back what an import sent; docs/compatibility.md lists them for users.
//
// A PATCH merges, a PUT replaces. Values are those of recorded tenants (auth0/auth0-deploy-cli,
// test/e2e/recordings/should-dump-without-throwing-an-error.json, 2026-08) where they had not been set.

import type { JsonObject } from '../../domain/json.js';
import type { OperationId } from '../../http/contract.js';

export interface KeptDocument {
  readonly read: OperationId;
  readonly write: OperationId;
  /** Where it depends on what the path names, by that name. */
  readonly byDefault: JsonObject;
  readonly byDefaultFor?: Readonly<Record<string, JsonObject>>;
  /** Members, wherever they stand, that are never shown. As nothing uses them, they are not kept either. */
  readonly secrets?: readonly string[];
}

const codeText = '{{code}} is your verification code for {{tenant.friendly_name}}';

export const documents = [
  { read: 'getBranding', write: 'updateBranding', byDefault: {} },
  {
    read: 'getPrompts',
    write: 'updatePrompts',
    byDefault: { universal_login_experience: 'new', identifier_first: true },
  },
  { read: 'getPromptCustomText', write: 'setPromptCustomText', byDefault: {} },
  { read: 'getPromptPartials', write: 'setPromptPartials', byDefault: {} },
  {
    read: 'getBreachedPasswordDetection',
    write: 'updateBreachedPasswordDetection',
    byDefault: {
      enabled: false,
      shields: [],
      admin_notification_frequency: [],
      method: 'standard',
      stage: { 'pre-user-registration': { shields: [] }, 'pre-change-password': { shields: [] } },
    },
  },
  {
    read: 'getBruteForceProtection',
    write: 'updateBruteForceProtection',
    byDefault: {
      enabled: true,
      shields: ['block', 'user_notification'],
      mode: 'count_per_identifier_and_ip',
      allowlist: [],
      max_attempts: 10,
    },
  },
  {
    read: 'getSuspiciousIpThrottling',
    write: 'updateSuspiciousIpThrottling',
    byDefault: {
      enabled: true,
      shields: ['admin_notification', 'block'],
      allowlist: [],
      stage: {
        'pre-login': { max_attempts: 100, rate: 864_000 },
        'pre-user-registration': { max_attempts: 50, rate: 1200 },
        'pre-custom-token-exchange': { max_attempts: 10, rate: 600_000 },
      },
    },
  },
  {
    read: 'getBotDetection',
    write: 'updateBotDetection',
    byDefault: {
      challenge_password_policy: 'never',
      challenge_passwordless_policy: 'never',
      challenge_password_reset_policy: 'never',
      allowlist: [],
      bot_detection_level: 'medium',
      monitoring_mode_enabled: false,
    },
  },
  {
    read: 'getCaptcha',
    write: 'updateCaptcha',
    byDefault: {
      active_provider_id: 'auth_challenge',
      simple_captcha: {},
      auth_challenge: { fail_open: false },
      recaptcha_v2: { site_key: '' },
      recaptcha_enterprise: { site_key: '', project_id: '' },
      hcaptcha: { site_key: '' },
      friendly_captcha: { site_key: '' },
      arkose: {
        site_key: '',
        client_subdomain: 'client-api',
        verify_subdomain: 'verify-api',
        fail_open: false,
      },
    },
    secrets: ['secret', 'api_key'],
  },
  { read: 'getRiskAssessments', write: 'updateRiskAssessments', byDefault: { enabled: false } },
  { read: 'getNewDeviceAssessment', write: 'updateNewDeviceAssessment', byDefault: { remember_for: 30 } },
  {
    read: 'getSupplementalSignals',
    write: 'updateSupplementalSignals',
    byDefault: { akamai_enabled: false },
  },
  {
    read: 'getFactorTemplates',
    write: 'setFactorTemplates',
    byDefault: {
      enrollment_message: `${codeText}. Please enter this code to verify your enrollment.`,
      verification_message: codeText,
    },
  },
  {
    read: 'getFactorSelectedProvider',
    write: 'setFactorSelectedProvider',
    byDefault: { provider: 'auth0' },
    byDefaultFor: { 'push-notification': { provider: 'guardian' } },
  },
  {
    read: 'getFactorProvider',
    write: 'setFactorProvider',
    byDefault: {},
    secrets: ['auth_token', 'aws_secret_access_key', 'p12', 'server_key', 'server_credentials'],
  },
  { read: 'getFactorSettings', write: 'setFactorSettings', byDefault: {}, secrets: ['skey'] },
  { read: 'getPhoneMessageTypes', write: 'setPhoneMessageTypes', byDefault: { message_types: [] } },
] as const satisfies readonly KeptDocument[];

export type DocumentOperation = (typeof documents)[number]['read' | 'write'];
