// Every write through the Management API leaves a row in the log (design.md D7): `sapi` together with the change, or
// `fapi` when it was refused.

import type { ErrorRequestHandler } from 'express';
import { callerOf, type Caller } from '../http/authentication.js';
import type { Call, ClientConnection, Contract, Operation, OperationId } from '../http/contract.js';
import { toManagementError } from '../http/error-renderer.js';
import { connectionOf } from '../http/connection.js';
import type { JsonObject, JsonValue } from '../domain/json.js';
import type { LogType, NewLogEntry } from '../domain/log-entry.js';
import type { Tenant } from '../domain/tenant.js';
import type { ConfigWriter } from '../storage/config.js';
import type { ConfigStore, Storage } from '../storage/storage.js';

/** Members whose values never reach the log. */
const SECRETS = new Set([
  'client_secret',
  'password',
  // Of connections: each provider has its own names for its secrets.
  'options',
  'signing_secret',
  'encryption_key',
  'addons',
  'custom_login_page',
  'pem',
  // Of actions.
  'secrets',
  // Of apps that make one-time passwords.
  'totp_secret',
]);
/**
 * Operations whose bodies do not reach the log at all. They are about other systems, whose passwords and keys have any
 * name, also when the request is refused.
 */
const CONFIDENTIAL_TAGS = new Set(['emails', 'kept-settings', 'not-built']);
const MAX_LOGGED_BODY = 8192;

function redacted(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, SECRETS.has(key) ? '[redacted]' : redacted(item)]),
    );
  }
  return value as JsonValue;
}

function loggedBody(body: unknown, { tags }: Operation): JsonValue {
  if (tags.some((tag) => CONFIDENTIAL_TAGS.has(tag))) return '[redacted]';
  const safe = redacted(body);
  const length = JSON.stringify(safe).length;
  return length > MAX_LOGGED_BODY ? `[left out: ${length} characters]` : safe;
}

interface Write {
  readonly operation: Operation;
  readonly caller: Caller;
  readonly client: ClientConnection;
  /** As the request had it, with the ids in place of `{id}`. */
  readonly path: string;
  readonly body: unknown;
}

function logEntry(type: LogType, write: Write, tenant: Tenant, details: JsonObject): NewLogEntry {
  const { operation, caller, client } = write;
  return {
    date: new Date(),
    type,
    clientId: caller.clientId,
    audience: tenant.identifierOf('management'),
    organizationId: null,
    reason: null,
    configVersion: null,
    data: {
      description: operation.summary,
      ip: client.ip,
      ...(client.userAgent !== null && { user_agent: client.userAgent }),
      hostname: tenant.domain,
      tenant_name: tenant.name,
      details: {
        request: {
          method: operation.method,
          path: write.path,
          ...(write.body !== undefined && { body: loggedBody(write.body, operation) }),
          ...(client.correlationId !== null && { correlation_id: client.correlationId }),
        },
        ...details,
      },
    },
  };
}

/** Runs a change of the configuration for a call, and logs it with it. */
export type ChangeConfig = <Id extends OperationId, T>(
  call: Call<Id>,
  change: (config: ConfigWriter) => Promise<T>,
) => Promise<T>;

/** The row for a write that a call makes. */
export function entryOf<Id extends OperationId>(call: Call<Id>, tenant: Tenant): NewLogEntry {
  const path = call.operation.path.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = (call.path as Record<string, string>)[name];
    return value === undefined ? whole : encodeURIComponent(value);
  });
  return logEntry('sapi', { ...call, path }, tenant, {});
}

export function changingWith(storage: ConfigStore, tenant: Tenant): ChangeConfig {
  return (call, change) =>
    storage.write(async (config) => {
      const result = await change(config);
      return { result, entry: entryOf(call, tenant) };
    });
}

/** Logs writes that were refused, and passes the error on. */
export function logRefusedWrites(storage: Storage, tenant: Tenant, contract: Contract): ErrorRequestHandler {
  const operations = new Map(contract.operations.map((operation) => [operation.id as string, operation]));
  return async (error: unknown, req, _res, next) => {
    const caller = callerOf(req);
    const { openapi } = req as { openapi?: { schema: { operationId: string } } };
    const operation = operations.get(openapi?.schema.operationId ?? '');
    const refusal = toManagementError(error);
    if (caller !== undefined && operation !== undefined && operation.method !== 'get' && refusal !== null) {
      const write = {
        operation,
        caller,
        client: connectionOf(req),
        path: req.path,
        body: req.body as unknown,
      };
      const response = { statusCode: refusal.status, body: { ...refusal.toBody() } };
      await storage.appendLog(logEntry('fapi', write, tenant, { response }));
    }
    next(error);
  };
}
