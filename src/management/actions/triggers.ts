// The triggers that the platform has. Identifiers are those of its SDK (auth0/node-auth0 7.1, ActionTriggerTypeEnum),
// versions and states those of a recorded list (auth0/go-auth0, TestActionManager_Triggers) as far as it goes.

import type { components } from '../../generated/openapi.js';

type Schemas = components['schemas'];
export type TriggerId = Schemas['ActionTriggerId'];
type TriggerWire = Schemas['ActionTriggers']['triggers'][number];

interface Trigger {
  readonly id: TriggerId;
  /** Newest last: it is the one that is current. */
  readonly versions: readonly string[];
  /**
   * Whether something else than its bindings says what it runs: a provider, a stream, a profile. Which ones do is from the
   * platform's pages about them.
   */
  readonly isBoundByOthers?: true;
}

const triggers: readonly Trigger[] = [
  { id: 'post-login', versions: ['v1', 'v2', 'v3'] },
  { id: 'credentials-exchange', versions: ['v1', 'v2'] },
  { id: 'pre-user-registration', versions: ['v1', 'v2'] },
  { id: 'post-user-registration', versions: ['v1', 'v2'] },
  { id: 'post-change-password', versions: ['v1', 'v2'] },
  { id: 'send-phone-message', versions: ['v1', 'v2'] },
  { id: 'password-reset-post-challenge', versions: ['v1'] },
  { id: 'login-post-identifier', versions: ['v1'] },
  { id: 'signup-post-identifier', versions: ['v1'] },
  { id: 'post-credential-validation', versions: ['v1'] },
  { id: 'custom-phone-provider', versions: ['v1'], isBoundByOthers: true },
  { id: 'custom-email-provider', versions: ['v1'], isBoundByOthers: true },
  { id: 'custom-token-exchange', versions: ['v1'], isBoundByOthers: true },
  { id: 'event-stream', versions: ['v1'], isBoundByOthers: true },
  { id: 'password-hash-migration', versions: ['v1'], isBoundByOthers: true },
];

/** What an action is written for that names none (auth0/node-auth0 7.1, CreateActionRequestContent). */
export const DEFAULT_RUNTIME = 'node22';
const RUNTIMES = ['node12', 'node16', 'node18-actions', 'node18', 'node20', 'node22'];

const currentOf = ({ versions }: Trigger): string => versions.at(-1) ?? 'v1';

/** The version of a trigger that an action is written for when it names none. */
export function currentVersion(id: TriggerId): string {
  const trigger = triggers.find((each) => each.id === id);
  return trigger ? currentOf(trigger) : 'v1';
}

/** Whether the tenant cannot say what a trigger runs. */
export function isBoundByOthers(id: TriggerId): boolean {
  return triggers.find((each) => each.id === id)?.isBoundByOthers ?? false;
}

export function triggersToWire(): TriggerWire[] {
  return triggers.flatMap((trigger) =>
    trigger.versions.map((version) => ({
      id: trigger.id,
      version,
      status: version === currentOf(trigger) ? 'CURRENT' : 'DEPRECATED',
      runtimes: RUNTIMES,
      default_runtime: DEFAULT_RUNTIME,
      binding_policy: trigger.isBoundByOthers ? 'entity-bound' : 'trigger-bound',
      compatible_triggers:
        trigger.id === 'post-login' && version === 'v3' ? [{ id: trigger.id, version: 'v2' }] : [],
    })),
  );
}
