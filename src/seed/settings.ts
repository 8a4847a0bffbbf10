// The settings of auth0-deploy-cli that say what a seed means: from its configuration file and from the environment, which
// wins (its lib/commands/import.js and lib/context/index.js, 8.44.0). Settings about the platform's address and
// credentials, about deleting and about exporting have no meaning here.

import { isJsonObject } from '../domain/json.js';
import type { KeywordMappings } from './keywords.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names of objects that are left out, by kind. */
export interface NameFilters {
  readonly exclude: Readonly<Record<string, readonly string[]>>;
  readonly include: Readonly<Record<string, readonly string[]>>;
}

export interface SeedSettings extends NameFilters {
  readonly mappings: KeywordMappings;
  /** Whether a kind is to be applied. */
  includes(type: string): boolean;
  readonly excludesThirdParties: boolean;
  /** Where file references of a YAML file start from; the directory of the file when it is undefined. */
  readonly basePath: string | undefined;
  readonly connectionsDirectory: string;
  /** The platform's tenant that the seed was written for. Identifiers of its system APIs stand for ours. */
  readonly platformDomain: string | undefined;
}

/** The settings contradict each other, or cannot be read. */
export class SettingsError extends Error {}

const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** Lists and objects come as JSON from the environment; a list may also be written with commas. */
function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function listOf(name: string, setting: unknown): readonly string[] | undefined {
  const value = decoded(setting);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value.split(',').map((each) => each.trim());
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new SettingsError(`${name} must be a list of names`);
}

/**
 * @param config what the tool's configuration file says.
 * @throws SettingsError
 */
export function readSettings(env: Environment, config: Readonly<Record<string, unknown>>): SeedSettings {
  const setting = (name: string): unknown => env[name] ?? config[name];
  const list = (name: string): readonly string[] => listOf(name, setting(name)) ?? [];
  const text = (name: string): string | undefined => {
    const value = setting(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };

  const mappings = [config, env].flatMap((source) => {
    const value = decoded(source['AUTH0_KEYWORD_REPLACE_MAPPINGS']);
    if (value === undefined || value === '') return [];
    if (!isJsonObject(value)) throw new SettingsError('AUTH0_KEYWORD_REPLACE_MAPPINGS must be a JSON object');
    return [value];
  });
  const excluded = list('AUTH0_EXCLUDED');
  const includedOnly = listOf('AUTH0_INCLUDED_ONLY', setting('AUTH0_INCLUDED_ONLY'));
  if (includedOnly?.length === 0) {
    throw new SettingsError('AUTH0_INCLUDED_ONLY must name at least one kind');
  }
  if (includedOnly && excluded.length > 0) {
    throw new SettingsError('AUTH0_EXCLUDED and AUTH0_INCLUDED_ONLY cannot be used together');
  }

  return {
    // An unset variable is no keyword; every other one is.
    mappings: Object.fromEntries(
      [...mappings, env].flatMap((each) => Object.entries(each).filter(([, value]) => value !== undefined)),
    ),
    includes: (type) => !excluded.includes(type) && (includedOnly?.includes(type) ?? true),
    exclude: {
      clients: list('AUTH0_EXCLUDED_CLIENTS'),
      resourceServers: list('AUTH0_EXCLUDED_RESOURCE_SERVERS'),
      databases: list('AUTH0_EXCLUDED_DATABASES'),
      connections: list('AUTH0_EXCLUDED_CONNECTIONS'),
    },
    include: { connections: list('AUTH0_INCLUDED_CONNECTIONS') },
    excludesThirdParties: isTrue(setting('AUTH0_EXCLUDE_THIRD_PARTY_CLIENTS')),
    basePath: text('AUTH0_BASE_PATH'),
    connectionsDirectory: text('AUTH0_CONNECTIONS_DIRECTORY') ?? 'connections',
    platformDomain: text('AUTH0_DOMAIN'),
  };
}
