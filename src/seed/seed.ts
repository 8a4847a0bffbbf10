// A seed: a tenant as auth0-deploy-cli writes it, put on the server at its start. It is a client of the Management API's
// handlers and has no rules of its own; what it adds is the file format, the comparison with what is there, one transaction
// around everything, and the places of mistakes.

import { readFileSync } from 'node:fs';
import type { Tenant } from '../domain/tenant.js';
import { bodyCheck } from '../http/body-check.js';
import type { Contract } from '../http/contract.js';
import type { ConfigStore } from '../storage/storage.js';
import { readSeed } from './contents.js';
import { kinds } from './kinds/all.js';
import { Mistakes, SeedError } from './mistakes.js';
import { SeedStore } from './seed-store.js';
import { type SeedHandlers, SeedRun, type Tally } from './run.js';
import { readSettings, type SeedSettings, SettingsError } from './settings.js';
import { ThriftyHeap } from './thrifty-heap.js';

export { type Mistake, SeedError } from './mistakes.js';

export interface SeedOptions {
  /** A YAML file, or a directory. */
  readonly path: string;
  /** Keywords, and the settings of auth0-deploy-cli. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The configuration file of auth0-deploy-cli; its settings count where the environment has none. */
  readonly configFile?: string;
  readonly contract: Contract;
  readonly tenant: Tenant;
  readonly storage: ConfigStore;
  /** The handlers of the Management API on a store. */
  readonly handlersOn: (store: ConfigStore) => SeedHandlers;
  /** Called now and then while a long seed is applied. */
  readonly progress?: (message: string) => void;
}

export interface SeedReport {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** The same by kind. */
  readonly kinds: Readonly<Record<string, Readonly<Tally>>>;
  /** What the seed has and the server does not take from it. */
  readonly warnings: readonly string[];
}

/**
 * Brings the server to what a seed says: what is missing is made, what differs is changed, what the seed does not name stays
 * as it is. All of it happens, or nothing.
 *
 * @throws SeedError with every mistake of the seed.
 */
export async function applySeed(options: SeedOptions): Promise<SeedReport> {
  const heap = new ThriftyHeap();
  const settings = settingsOf(options);
  const mistakes = new Mistakes();
  const warnings = new Set<string>();
  const warn = (message: string): void => void warnings.add(message);
  const contents = readSeed(options.path, { kinds, settings, mistakes, warn });
  const { contract, tenant } = options;
  const checkBody = bodyCheck(contract);
  await heap.rest();

  const tallies = await options.storage.atomically(async (inner) => {
    const store = new SeedStore(inner);
    const handlers = options.handlersOn(store);
    const progress = options.progress ?? (() => undefined);
    const of = { contract, tenant, settings, contents, mistakes, checkBody, warn, progress, heap };
    const run = new SeedRun({ ...of, store, handlers, source: options.path });
    try {
      for (const kind of kinds) await kind.apply(contents.entries.get(kind.type) ?? [], run);
    } finally {
      store.close();
    }
    if (mistakes.count > 0) throw mistakes.toError();
    return run.tallies;
  });

  const sum = (outcome: keyof Tally): number =>
    [...tallies.values()].reduce((total, tally) => total + tally[outcome], 0);
  return {
    created: sum('created'),
    updated: sum('updated'),
    unchanged: sum('unchanged'),
    kinds: Object.fromEntries(tallies),
    warnings: [...warnings],
  };
}

function settingsOf({ env, configFile }: SeedOptions): SeedSettings {
  const fail = (message: string): SeedError =>
    new SeedError([{ file: configFile ?? 'environment', line: 1, column: 1, message }]);
  try {
    const config = configFile === undefined ? {} : (JSON.parse(readFileSync(configFile, 'utf8')) as unknown);
    if (typeof config !== 'object' || config === null) throw fail('it holds no settings');
    return readSettings(env, config as Record<string, unknown>);
  } catch (error) {
    if (error instanceof SettingsError || error instanceof SyntaxError) throw fail(error.message);
    throw error;
  }
}

/** What a person at the terminal wants to know of a seed. */
export function seedSummary(path: string, { created, updated, unchanged, warnings }: SeedReport): string {
  const counts = `${created} created, ${updated} updated, ${unchanged} unchanged`;
  return [`Seed ${path}: ${counts}`, ...warnings.map((warning) => `Warning: ${warning}`), ''].join('\n');
}
