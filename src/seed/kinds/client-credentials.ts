// The keys of a client, which the tool registers one by one and then puts in use (auth0-deploy-cli 8.44.0,
// lib/tools/auth0/handlers/clientAuthCredentials.js): it knows a key by its name, and only those with a PEM are meant.

import { isJsonObject, type JsonObject } from '../../domain/json.js';
import type { Path } from '../document.js';
import type { SeedRun, Stored } from '../run.js';
import type { Entry } from './kind.js';
import { text } from './members.js';

/** The credential type of each method, where an entry does not say it. */
const CREDENTIAL_TYPES: Readonly<Record<string, string>> = {
  private_key_jwt: 'public_key',
  self_signed_tls_client_auth: 'x509_cert',
  tls_client_auth: 'cert_subject_dn',
};

interface Wanted {
  readonly method: string;
  readonly credential: JsonObject;
  readonly at: Path;
}

function wantedOf(methods: JsonObject): Wanted[] {
  return Object.entries(methods).flatMap(([method, value]) => {
    const list = isJsonObject(value) ? value['credentials'] : undefined;
    if (!Array.isArray(list)) return [];
    return (list as readonly unknown[]).flatMap((credential, index) =>
      isJsonObject(credential) && credential['pem'] !== undefined
        ? [{ method, credential, at: ['client_authentication_methods', method, 'credentials', index] }]
        : [],
    );
  });
}

/** Registers the keys of an entry that the client does not have, and puts all of the entry's in use. */
export async function applyCredentials(
  entry: Entry,
  value: Record<string, unknown>,
  stored: Stored,
  run: SeedRun,
): Promise<boolean | null> {
  const methods = value['client_authentication_methods'];
  const wanted = isJsonObject(methods) ? wantedOf(methods) : [];
  if (wanted.length === 0) return false;
  const id = text(stored, 'client_id');
  const ids = new Map<string, string>();
  for (const each of (await run.read('listClientCredentials', {
    path: { id },
  })) as readonly Stored[]) {
    ids.set(text(each, 'name'), text(each, 'id'));
  }

  let isNew = false;
  const inUse: Record<string, { credentials: { id: string }[] }> = {};
  for (const { method, credential, at } of wanted) {
    const name = text(credential, 'name');
    const body = { credential_type: CREDENTIAL_TYPES[method] ?? 'public_key', ...credential };
    const made = ids.has(name)
      ? null
      : await run.change(entry, { id: 'createClientCredential', path: { id }, body, at });
    const credentialId = ids.get(name) ?? (made === null ? null : text(made, 'id'));
    if (credentialId === null) return null;
    isNew ||= made !== null;
    inUse[method] ??= { credentials: [] };
    inUse[method].credentials.push({ id: credentialId });
  }
  const call = {
    id: 'updateClient',
    path: { id },
    body: { client_authentication_methods: inUse, token_endpoint_auth_method: null },
    explain: () => ({ at: ['client_authentication_methods'] }),
  } as const;
  const reread = async (): Promise<Stored> => (await run.read('getClient', { path: { id } })) as Stored;
  const changed = await run.update(entry, await reread(), call, reread);
  return changed === null ? null : changed || isNew;
}
