// What the platform has and this server has not. Official clients list all of it on the way to what they are about, so
// each list is answered as the platform answers an empty one. Making one is refused: a log stream that never sends, or a
// rule that never runs, would be worse than none.
//
// Forms are those of recorded answers (auth0/auth0-deploy-cli, test/e2e/recordings/should-dump-without-throwing-an-error.json,
// 2026-08).

import type { OperationId } from '../../http/contract.js';

/** How an empty list looks. */
type Form =
  /** A bare array, whatever is asked for. */
  | 'array'
  /** A bare array, or an object with totals or for checkpoints, as the query asks. */
  | 'paged'
  /** An object around the list. */
  | 'object'
  /** An object around the list, with the page. */
  | 'object_with_page';

export interface Collection {
  readonly list: OperationId;
  /** The operations that would make or change one. */
  readonly refused: readonly OperationId[];
  readonly form: Form;
  /** Name of the list in an object. */
  readonly key: string;
  /** Name of the things, for people. */
  readonly what: string;
}

// prettier-ignore
export const collections = [
  { list: 'listRules', refused: ['createRule'], form: 'paged', key: 'rules', what: 'rules' },
  { list: 'listRulesConfigs', refused: ['setRulesConfig'], form: 'array', key: '', what: 'rules' },
  { list: 'listHooks', refused: ['createHook'], form: 'paged', key: 'hooks', what: 'hooks' },
  { list: 'listActionModules', refused: ['createActionModule'], form: 'object_with_page', key: 'modules', what: 'action modules' },
  { list: 'listLogStreams', refused: ['createLogStream'], form: 'array', key: '', what: 'log streams' },
  { list: 'listCustomDomains', refused: ['createCustomDomain'], form: 'array', key: '', what: 'custom domains' },
  { list: 'listPhoneProviders', refused: ['createPhoneProvider'], form: 'object', key: 'providers', what: 'phone providers' },
  { list: 'listPhoneTemplates', refused: ['createPhoneTemplate'], form: 'object', key: 'templates', what: 'phone templates' },
  { list: 'listForms', refused: ['createForm'], form: 'paged', key: 'forms', what: 'forms' },
  { list: 'listFlows', refused: ['createFlow'], form: 'paged', key: 'flows', what: 'flows' },
  { list: 'listFlowVaultConnections', refused: ['createFlowVaultConnection'], form: 'paged', key: 'connections', what: 'flows' },
  { list: 'listSelfServiceProfiles', refused: ['createSelfServiceProfile'], form: 'paged', key: 'self_service_profiles', what: 'self-service profiles' },
  { list: 'listEventStreams', refused: ['createEventStream'], form: 'object', key: 'eventStreams', what: 'event streams' },
  { list: 'listNetworkAcls', refused: ['createNetworkAcl'], form: 'paged', key: 'network_acls', what: 'network access lists' },
  { list: 'listUserAttributeProfiles', refused: ['createUserAttributeProfile'], form: 'object', key: 'user_attribute_profiles', what: 'user attribute profiles' },
  { list: 'listConnectionProfiles', refused: ['createConnectionProfile'], form: 'object', key: 'connection_profiles', what: 'connection profiles' },
  { list: 'listRateLimitPolicies', refused: ['createRateLimitPolicy'], form: 'object', key: 'rate_limit_policies', what: 'rate limit policies' },
  { list: 'listDirectoryProvisionings', refused: [], form: 'object', key: 'directory_provisionings', what: 'directory provisionings' },
  { list: 'listPromptRenderings', refused: [], form: 'paged', key: 'configs', what: 'prompt renderings' },
  { list: 'listEncryptionKeys', refused: ['createEncryptionKey'], form: 'paged', key: 'keys', what: 'encryption keys' },
] as const satisfies readonly Collection[];

/** Things of which a tenant has one or none. */
export const absent = [
  {
    read: 'getDefaultBrandingTheme',
    refused: 'createBrandingTheme',
    error: 'inexistent_theme',
    what: 'themes',
  },
  {
    read: 'getUniversalLoginTemplate',
    refused: 'setUniversalLoginTemplate',
    error: 'inexistent_page_template',
    what: 'page templates',
  },
] as const;

export type NotBuiltOperation =
  | (typeof collections)[number]['list']
  | (typeof collections)[number]['refused'][number]
  | (typeof absent)[number]['read' | 'refused'];
