// `enabled_clients` of databases and connections: names of clients (auth0-deploy-cli 8.44.0, getEnabledClients in
// lib/tools/utils.js and processConnectionEnabledClients in lib/tools/auth0/handlers/connections.js).

import type { SeedRun, Stored } from '../run.js';
import type { Entry } from './kind.js';
import { text, typeOf } from './members.js';
import { idOf } from './references.js';

const MEMBER = 'enabled_clients';
/** How many clients one change can name (Management API reference). */
const AT_ONCE = 50;

/**
 * The clients that an entry names, by id, without those that the seed's filters leave out.
 *
 * @returns undefined where the entry says nothing about clients; null when some are not there, which is a mistake by then.
 */
export async function enabledClientsOf(
  entry: Entry,
  run: SeedRun,
): Promise<readonly string[] | undefined | null> {
  const listed = entry.value[MEMBER];
  if (listed === undefined || listed === null) return undefined;
  if (!Array.isArray(listed)) {
    run.mistake(entry, [MEMBER], `Expected type array but found type ${typeOf(listed)}`);
    return null;
  }
  const ids: string[] = [];
  let areAllThere = true;
  for (const [index, named] of (listed as readonly unknown[]).entries()) {
    if (run.isExcluded('clients', named)) continue;
    const id = await idOf('client', named, { entry, at: [MEMBER, index], run });
    if (id === null) areAllThere = false;
    else ids.push(id);
  }
  return areAllThere ? ids : null;
}

/**
 * Enables a connection for the clients that an entry lists, and for no others. An empty list changes nothing, and clients
 * that the seed's filters leave out stay as they are: both as for the tool.
 */
export async function applyEnabledClients(
  entry: Entry,
  listed: unknown,
  stored: Stored,
  run: SeedRun,
): Promise<boolean | null> {
  if (!Array.isArray(listed) || listed.length === 0) return false;
  const wanted = new Set(listed as readonly string[]);
  const present = new Set((stored[MEMBER] ?? []) as readonly string[]);
  const kept = new Set<string>();
  for (const name of run.options.contents.exclude['clients'] ?? []) {
    const client = await run.names.client(name);
    if (client.kind === 'id') kept.add(client.id);
  }
  const changes = [
    ...[...wanted].filter((id) => !present.has(id)).map((client_id) => ({ client_id, status: true })),
    ...[...present]
      .filter((id) => !wanted.has(id) && !kept.has(id))
      .map((client_id) => ({ client_id, status: false })),
  ];
  for (let first = 0; first < changes.length; first += AT_ONCE) {
    const body = changes.slice(first, first + AT_ONCE);
    const path = { id: text(stored, 'id') };
    const at = [MEMBER];
    const done = await run.change(entry, {
      id: 'updateConnectionClients',
      path,
      body,
      at,
      explain: () => ({ at }),
    });
    if (done === null) return null;
  }
  return changes.length > 0;
}
