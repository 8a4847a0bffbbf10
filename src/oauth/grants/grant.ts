import type { Logger } from 'pino';
import type { ActionRunner } from '../../actions/run-actions.js';
import type { Tenant } from '../../domain/tenant.js';
import type { TokenFacts } from '../../domain/token-facts.js';
import type { QuotaUse, SubjectQuota } from '../../domain/token-quota.js';
import type { PlatformChoices } from '../../policy/platform-choices.js';
import type { Storage } from '../../storage/storage.js';
import type { Outcome } from '../outcome.js';
import type { TokenRequest } from '../token-request.js';

/** What is done for a request once stays done when the request is decided again on fresh facts. */
export class Once {
  #assertion: Promise<boolean> | null = null;
  readonly #quotas = new Map<string, Promise<readonly QuotaUse[]>>();

  useAssertion(use: () => Promise<boolean>): Promise<boolean> {
    return (this.#assertion ??= use());
  }

  /** Quotas that have changed meanwhile are other quotas: the request counts against them too. */
  takeFromQuotas(
    quotas: readonly SubjectQuota[],
    take: () => Promise<readonly QuotaUse[]>,
  ): Promise<readonly QuotaUse[]> {
    const key = JSON.stringify(quotas);
    const taken = this.#quotas.get(key) ?? take();
    this.#quotas.set(key, taken);
    return taken;
  }
}

interface GrantOptions {
  readonly storage: Storage;
  readonly tenant: Tenant;
  /** Null where Actions are switched off. */
  readonly actions: ActionRunner | null;
  readonly log: Logger;
  readonly choices: PlatformChoices;
  readonly now: () => Date;
}

/** A grant type (RFC 6749 section 1.3): what becomes of a request whose client has been authenticated. */
export type Grant = (
  request: TokenRequest,
  facts: TokenFacts,
  once: Once,
  options: GrantOptions,
) => Promise<Outcome>;
