// openapi.yaml, as a value and as types. Handlers are checked against it twice: their types are generated from it, and
// the validator compares every request with it.

import { z } from 'zod';
import type { operations } from '../generated/openapi.js';
import type { Caller } from './authentication.js';
import { readContractFile } from './contract-file.js';

export type OperationId = keyof operations;

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined;
type Success = 200 | 201 | 202 | 204;

/** The body of an operation's requests; undefined where it has none. */
export type RequestBody<Id extends OperationId> = operations[Id] extends { requestBody: infer Body }
  ? Json<Body>
  : undefined;

export type Query<Id extends OperationId> = NonNullable<operations[Id]['parameters']['query']>;
type PathParameters<Id extends OperationId> = NonNullable<operations[Id]['parameters']['path']>;

/** What a handler may answer: a documented success status with the body that is documented for it. */
type Answer<Id extends OperationId> = {
  [Status in keyof operations[Id]['responses'] & Success]: {
    readonly status: Status;
    readonly body: Json<operations[Id]['responses'][Status]>;
  };
}[keyof operations[Id]['responses'] & Success];

/** A request that has been authenticated, authorized and validated. */
export interface Call<Id extends OperationId> {
  readonly operation: Operation;
  readonly body: RequestBody<Id>;
  readonly query: Query<Id>;
  readonly path: PathParameters<Id>;
  readonly caller: Caller;
  readonly client: ClientConnection;
}

/** Who asks, as far as the connection tells. */
export interface ClientConnection {
  readonly ip: string;
  readonly userAgent: string | null;
  /** The caller's name for the request (`X-Correlation-ID`). */
  readonly correlationId: string | null;
}

export type Handler<Id extends OperationId> = (call: Call<Id>) => Promise<Answer<Id>>;

/** Handlers by operation. A slice owns some of them, the application all. */
export type Handlers<Ids extends OperationId = OperationId> = { readonly [Id in Ids]: Handler<Id> };

export type ScopeAlternatives = readonly (readonly string[])[];

/** The scopes that a `security` list asks for. */
export function scopeAlternatives(
  security: readonly Readonly<Record<string, readonly string[]>>[],
): ScopeAlternatives {
  return security.map((alternative) => Object.values(alternative).flat());
}

/** What the server itself needs to know of an operation. */
export interface Operation {
  readonly id: OperationId;
  readonly method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** With `{parameters}` in braces. */
  readonly path: string;
  readonly summary: string;
  readonly tags: readonly string[];
  /** Any one of these sets of scopes is enough, whole; empty for operations that need no token. */
  readonly scopes: ScopeAlternatives;
}

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;

const operationShape = z.object({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});

const documentShape = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

export type ContractDocument = z.infer<typeof documentShape>;

export interface Contract {
  readonly document: ContractDocument;
  readonly operations: readonly Operation[];
}

/** Reads the contract of this version. @throws when it is not one. */
export function readContract(): Contract {
  const document = documentShape.parse(readContractFile());
  const operations = Object.entries(document.paths).flatMap(([at, item]) =>
    METHODS.flatMap((method) => {
      if (item[method] === undefined) return [];
      const { operationId, summary, tags, security } = operationShape.parse(item[method]);
      const scopes = scopeAlternatives(security);
      return [{ id: operationId as OperationId, method, path: at, summary, tags, scopes }];
    }),
  );
  return { document, operations };
}

/** The contract of a server that does not have these paths. */
export function withoutPaths({ document, operations }: Contract, paths: readonly string[]): Contract {
  const kept = Object.entries(document.paths).filter(([at]) => !paths.includes(at));
  return {
    document: { ...document, paths: Object.fromEntries(kept) },
    operations: operations.filter(({ path: at }) => !paths.includes(at)),
  };
}

/** The first part of a path below the Management API, or of any other path: `clients` for `/api/v2/clients/{id}`. */
export function familyOf(at: string): string {
  return /^\/(?:api\/v2\/)?([^/]*)/i.exec(at)?.[1]?.toLowerCase() ?? '';
}

/** Every reference within a value. */
function* referencesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref' && typeof item === 'string') yield item;
    else yield* referencesIn(item);
  }
}

/** The document with the paths of one family, and of its components those that these lead to. */
export function documentOf(family: string, document: ContractDocument): ContractDocument {
  const paths = Object.fromEntries(Object.entries(document.paths).filter(([at]) => familyOf(at) === family));
  const all = document['components'] as Record<string, Record<string, unknown>>;
  const needed: Record<string, Record<string, unknown>> = { securitySchemes: { ...all['securitySchemes'] } };
  const add = (part: unknown): void => {
    for (const reference of referencesIn(part)) {
      const [, , kind = '', name = ''] = reference.split('/');
      const component = all[kind]?.[name];
      const found = (needed[kind] ??= {});
      if (component === undefined || name in found) continue;
      found[name] = component;
      add(component);
    }
  };
  add(paths);
  const { openapi, info, servers } = document;
  return { openapi, info, servers, paths, components: needed };
}
