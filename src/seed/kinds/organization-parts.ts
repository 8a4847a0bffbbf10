// What an organization has of connections, clients and discovery domains (auth0-deploy-cli 8.44.0,
// lib/tools/auth0/handlers/organizations.js).

import { isJsonObject, type JsonObject } from '../../domain/json.js';
import type { Path } from '../document.js';
import type { OperationCall, SeedRun, Stored } from '../run.js';
import type { Entry } from './kind.js';
import { text, typeOf, without } from './members.js';
import { idOf } from './references.js';

type Body = Record<string, unknown>;

/** A place in an entry, and who is asked about it. */
interface At {
  readonly entry: Entry;
  readonly at: Path;
  readonly run: SeedRun;
}

interface Part {
  /** The member of an organization that lists them. */
  readonly member: string;
  /** What an organization has, and what each is known by. */
  stored(id: string, run: SeedRun): AsyncGenerator<Stored>;
  keyOf(stored: Stored): string;
  /** What an item is known by; null when it is left out. */
  keyIn(item: JsonObject, at: At): Promise<string | null>;
  add(id: string, key: string, item: JsonObject): OperationCall;
  update(id: string, stored: Stored, item: JsonObject): OperationCall;
  /** Takes away what is not listed; without it that stays, as it does for the tool where it may not delete. */
  remove?(id: string, key: string, run: SeedRun): Promise<void>;
}

const settingsOfConnection = (item: JsonObject): Body => without(item, 'name', 'connection_id', 'connection');

/** A connection that is not there, and that the seed's settings leave out, is not missed. */
function isLeftOut(name: string, run: SeedRun): boolean {
  const { settings } = run.options;
  return ['databases', 'connections'].some((type) => !settings.includes(type) || run.isExcluded(type, name));
}

const connections: Part = {
  member: 'connections',
  stored: (id, run) => run.list('listOrganizationConnections', { path: { id } }),
  keyOf: (stored) => text(stored, 'connection_id'),
  async keyIn(item, { entry, at, run }) {
    const { name } = item;
    if (typeof name === 'string' && isLeftOut(name, run)) {
      const found = await run.names.connection(name);
      if (found.kind === 'id') return found.id;
      run.options.warn(`organizations: the connection \`${name}\` was left out: it is not on the server`);
      return null;
    }
    return idOf('connection', name, { entry, at: name === undefined ? at : [...at, 'name'], run });
  },
  add: (id, key, item) => ({
    id: 'addOrganizationConnection',
    path: { id },
    body: { connection_id: key, ...settingsOfConnection(item) },
  }),
  update: (id, stored, item) => ({
    id: 'updateOrganizationConnection',
    path: { id, connection_id: text(stored, 'connection_id') },
    body: settingsOfConnection(item),
  }),
  remove: (id, key, run) => run.remove('removeOrganizationConnection', { id, connection_id: key }),
};

const clients: Part = {
  member: 'clients',
  stored: (id, run) =>
    run.listFromCheckpoints('listOrganizationClients', { path: { id }, member: 'clients' }),
  keyOf: (stored) => text(stored, 'client_id'),
  keyIn: ({ client_id: named }, { entry, at, run }) =>
    idOf('client', named, { entry, at: named === undefined ? at : [...at, 'client_id'], run }),
  add: (id, key, item) => ({
    id: 'addOrganizationClients',
    path: { id },
    body: { clients: [{ ...item, client_id: key }] },
    // The body has a list of one.
    placeOf: (path) => path.slice(2),
  }),
  update: (id, stored, item) => ({
    id: 'updateOrganizationClient',
    path: { id, client_id: text(stored, 'client_id') },
    body: without(item, 'client_id'),
  }),
};

/** Made by the server; the rest of a domain is for the tool to send. */
const OF_DOMAINS = ['id', 'verification_host', 'verification_txt'];

const discoveryDomains: Part = {
  member: 'discovery_domains',
  stored: (id, run) =>
    run.listFromCheckpoints('listOrganizationDiscoveryDomains', { path: { id }, member: 'domains' }),
  keyOf: (stored) => text(stored, 'domain'),
  // What is wrong with a domain the contract says.
  keyIn: (item) => Promise.resolve(text(item, 'domain')),
  add: (id, _key, item) => ({
    id: 'createOrganizationDiscoveryDomain',
    path: { id },
    body: without(item, ...OF_DOMAINS),
  }),
  update: (id, stored, item) => ({
    id: 'updateOrganizationDiscoveryDomain',
    path: { id, discovery_domain_id: text(stored, 'id') },
    body: without(item, 'domain', ...OF_DOMAINS),
  }),
};

const parts: readonly Part[] = [connections, clients, discoveryDomains];

/** The members of an organization that list its parts. */
export const partNames: readonly string[] = parts.map(({ member }) => member);

/** Brings an organization to the parts that an entry lists. */
export async function applyOrganizationParts(
  entry: Entry,
  value: Body,
  id: string,
  run: SeedRun,
): Promise<boolean | null> {
  const outcomes: (boolean | null)[] = [];
  for (const part of parts) outcomes.push(await applyPart(part, value[part.member], { entry, id, run }));
  return outcomes.includes(null) ? null : outcomes.includes(true);
}

interface Target {
  readonly entry: Entry;
  readonly id: string;
  readonly run: SeedRun;
}

async function applyPart(part: Part, listed: unknown, { entry, id, run }: Target): Promise<boolean | null> {
  if (listed === undefined || listed === null) return false;
  if (!Array.isArray(listed)) {
    run.mistake(entry, [part.member], `Expected type array but found type ${typeOf(listed)}`);
    return null;
  }
  const present = new Map<string, Stored>();
  for await (const stored of part.stored(id, run)) present.set(part.keyOf(stored), stored);

  const seen = new Set<string>();
  const outcomes: (boolean | null)[] = [];
  for (const [index, item] of (listed as readonly unknown[]).entries()) {
    const at = [part.member, index];
    if (!isJsonObject(item)) {
      run.mistake(entry, at, `Expected type object but found type ${typeOf(item)}`);
      continue;
    }
    const key = await part.keyIn(item, { entry, at, run });
    if (key === null) continue;
    if (seen.has(key)) {
      run.mistake(entry, at, `a second entry for the same object of ${part.member}`);
      continue;
    }
    seen.add(key);
    const stored = present.get(key);
    const call = stored ? part.update(id, stored, item) : part.add(id, key, item);
    outcomes.push(await applyItem(entry, stored, { ...call, at, explain: () => ({ at }) }, run));
  }
  for (const key of present.keys()) {
    if (seen.has(key) || part.remove === undefined) continue;
    await part.remove(id, key, run);
    outcomes.push(true);
  }
  return outcomes.includes(null) ? null : outcomes.includes(true);
}

async function applyItem(entry: Entry, stored: Stored | undefined, call: OperationCall, run: SeedRun) {
  if (stored !== undefined) return run.update(entry, stored, call);
  return (await run.change(entry, call)) === null ? null : true;
}
