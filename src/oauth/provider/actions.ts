import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ActionChanges } from '../../domain/authorization.js';
import type { TokenFacts } from '../../domain/token-facts.js';
import type { User } from '../../domain/user.js';
import type { UserAccessRequest, UserGranted } from '../../policy/decision.js';
import type { PlatformChoices } from '../../policy/platform-choices.js';
import { NO_CHANGES } from './issuance.js';
import type { ProviderOptions } from './options.js';

export interface PostLogin {
  readonly ctx: KoaContextWithOIDC;
  readonly user: User;
  readonly request: UserAccessRequest;
  readonly facts: TokenFacts;
  readonly decision: UserGranted;
}

export interface AfterActions {
  readonly decision: UserGranted;
  readonly changes: ActionChanges;
}

export async function runPostLogin(
  { decision }: PostLogin,
  _options: ProviderOptions,
): Promise<AfterActions> {
  return { decision, changes: NO_CHANGES };
}

export function appliedChanges(
  decision: UserGranted,
  changes: ActionChanges | null,
  _choices: PlatformChoices,
): AfterActions {
  return { decision, changes: changes ?? NO_CHANGES };
}
