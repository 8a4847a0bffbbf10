// Which members of a client a caller may see and set (management-api.md 6.3 to 6.5). Secrets need a scope of their own.

import { ManagementError } from '../../errors.js';
import type { Caller } from '../../http/authentication.js';
import { type FieldsQuery, namedFields, pickFields } from '../../http/fields.js';
import type { ClientWire } from './wire.js';

const SUMMARY = new Set(['tenant', 'global', 'client_id', 'name', 'description', 'app_type']);
const SECRETS = new Set(['client_secret', 'encryption_key', 'client_authentication_methods', 'signing_key']);

const has = ({ scopes }: Caller, ...any: string[]): boolean => any.some((scope) => scopes.has(scope));

function canSee(caller: Caller, name: string): boolean {
  if (SECRETS.has(name)) return has(caller, 'read:client_keys', 'read:client_credentials');
  return SUMMARY.has(name) || has(caller, 'read:clients', 'read:client_keys');
}

/**
 * A client as an answer to a GET.
 *
 * @throws ManagementError when `fields` names a member that the caller may not see.
 */
export function visibleToReader(client: ClientWire, caller: Caller, query: FieldsQuery): ClientWire {
  const named = query.include_fields === false ? null : namedFields(query);
  if (named && [...named].some((name) => name in client && !canSee(caller, name))) {
    throw new ManagementError(
      'insufficient_scope',
      'Some fields cannot be read with the permissions granted by the bearer token scopes.',
    );
  }
  const visible = Object.fromEntries(Object.entries(client).filter(([name]) => canSee(caller, name)));
  // `tenant` comes unasked (recorded-behaviour.md 3).
  return pickFields(visible, query, ['tenant']);
}

/**
 * A client as an answer to a write: whoever writes sees what is there, but secrets only with a scope for keys.
 *
 * @param keyScopes scopes of the operation itself that are about keys: who may make a secret may see it.
 */
export function visibleToWriter(client: ClientWire, caller: Caller, ...keyScopes: string[]): ClientWire {
  const seesSecrets = has(caller, 'read:client_keys', 'read:client_credentials', ...keyScopes);
  return Object.fromEntries(Object.entries(client).filter(([name]) => seesSecrets || !SECRETS.has(name)));
}

/** Members that need more than the operation's own scope. */
const EXTRA_SCOPES: Record<'create' | 'update', Record<string, string>> = {
  create: {
    client_authentication_methods: 'create:client_credentials',
    signed_request_object: 'create:client_credentials',
    token_vault_privileged_access: 'create:client_credentials',
  },
  update: {
    client_secret: 'update:client_keys',
    client_authentication_methods: 'update:client_credentials',
    token_vault_privileged_access: 'update:client_token_vault_privileged_access',
  },
};

/** @throws ManagementError when a body sets what the caller's scopes do not cover. */
export function checkSettable(body: object, caller: Caller, operation: 'create' | 'update'): void {
  const refused = Object.entries(EXTRA_SCOPES[operation]).find(
    ([name, scope]) => name in body && !caller.scopes.has(scope),
  );
  if (refused) {
    throw new ManagementError(
      'insufficient_scope',
      `Some fields cannot be updated with the permissions granted by the bearer token scopes. Missing scopes: ${refused[1]}`,
    );
  }
}
