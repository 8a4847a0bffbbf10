// The Actions that run, read for requests rather than for their administration. Versions never change, so what was read once
// is kept under its id; which versions run is asked each time, or comes with the facts of a token request.

import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import type { ActionReference, DeployedAction, RunnableTrigger } from '../../domain/action.js';
import { openVersionSecrets } from './actions.js';
import type { Sealing } from './sealing.js';

/** Characters of code that are kept. */
const MAX_CACHED_LENGTH = 20_000_000;

/** One row: the references as a list, in order, null where the trigger runs nothing. @param trigger as SQL. */
export const ACTION_REFERENCES = (trigger: string): string => `
  SELECT json_agg(json_build_object('actionId', a.id, 'name', a.name, 'versionId', v.id) ORDER BY b.position) AS actions
  FROM trigger_bindings b
  JOIN actions a ON a.id = b.action_id
  JOIN LATERAL (
    SELECT id FROM action_versions WHERE action_id = a.id ORDER BY number DESC LIMIT 1
  ) v ON true
  WHERE b.trigger_id = ${trigger}`;

type Source = Pick<DeployedAction, 'code' | 'secrets'>;

export class DeployedActions {
  readonly #pool: pg.Pool;
  readonly #sealing: Sealing;
  readonly #sources = new LRUCache<string, Source>({
    max: 1000,
    maxSize: MAX_CACHED_LENGTH,
    sizeCalculation: ({ code }) => code.length + 1000,
  });

  constructor(pool: pg.Pool, sealing: Sealing) {
    this.#pool = pool;
    this.#sealing = sealing;
  }

  /** What a trigger runs now, in order. */
  async ofTrigger(trigger: RunnableTrigger): Promise<readonly DeployedAction[]> {
    for (;;) {
      const { rows } = await this.#pool.query<{ actions: ActionReference[] | null }>({
        name: 'action_references',
        text: ACTION_REFERENCES('$1'),
        values: [trigger],
      });
      const found = await this.of(rows[0]?.actions ?? []);
      // One was deleted between the two statements: ask again.
      if (found !== null) return found;
    }
  }

  /** The Actions that references name; null when one is gone. */
  async of(references: readonly ActionReference[]): Promise<readonly DeployedAction[] | null> {
    const missing = references.filter(({ versionId }) => !this.#sources.has(versionId));
    if (missing.length > 0) await this.#read(missing.map(({ versionId }) => versionId));
    const actions: DeployedAction[] = [];
    for (const reference of references) {
      const source = this.#sources.get(reference.versionId);
      if (source === undefined) return null;
      actions.push({ ...reference, ...source });
    }
    return actions;
  }

  async #read(versionIds: readonly string[]): Promise<void> {
    const { rows } = await this.#pool.query<{ id: string; code: string; encrypted_secrets: Uint8Array }>({
      name: 'action_sources',
      text: 'SELECT id, code, encrypted_secrets FROM action_versions WHERE id = ANY ($1)',
      values: [versionIds],
    });
    for (const { id, code, encrypted_secrets } of rows) {
      const opened = openVersionSecrets(encrypted_secrets, id, this.#sealing);
      this.#sources.set(id, {
        code,
        secrets: Object.fromEntries(opened.map(({ name, value }) => [name, value])),
      });
    }
  }
}
