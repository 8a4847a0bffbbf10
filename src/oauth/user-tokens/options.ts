import type { Logger } from 'pino';
import type { ActionRunner } from '../../actions/run-actions.js';
import type { Tenant } from '../../domain/tenant.js';
import type { PlatformChoices } from '../../policy/platform-choices.js';
import type { Storage } from '../../storage/storage.js';
import type { KeySet } from '../signing-keys.js';

/** What tokens for users need of the rest. */
export interface UserTokenOptions {
  readonly storage: Storage;
  readonly tenant: Tenant;
  readonly keys: KeySet;
  readonly choices: PlatformChoices;
  /** Null where Actions are switched off. */
  readonly actions: ActionRunner | null;
  readonly now: () => Date;
  readonly log: Logger;
}
