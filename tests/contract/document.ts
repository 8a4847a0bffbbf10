// openapi.yaml as the tests of the contract look at it: with its references resolved, and with a validator for answers.

import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv';
import * as formats from 'ajv-formats';
import { contract } from '../support/server.js';

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

export const document: Json = contract.document;

/** What a reference within the document points to. */
export function resolve(reference: string): unknown {
  const keys = reference
    .replace(/^#\//, '')
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), document);
}

/** Every `$ref` at or below a value. */
export function* references(value: unknown): Generator<string> {
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref' && typeof item === 'string') yield item;
    else yield* references(item);
  }
}

const dereferenced = (value: unknown): unknown =>
  isObject(value) && typeof value['$ref'] === 'string' ? resolve(value['$ref']) : value;

interface Response {
  readonly description?: string;
  readonly content?: Record<string, { readonly schema: Json }>;
}

interface Operation {
  readonly id: string;
  readonly path: string;
  readonly method: string;
  /** As it stands there, with the parameters of its path. */
  readonly raw: Json;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  /** By status. */
  readonly responses: ReadonlyMap<string, Response>;
}

export const operations: readonly Operation[] = contract.operations.map(({ id, path, method }) => {
  const item = contract.document.paths[path] ?? {};
  const raw = item[method] as Json;
  const parameters = [item['parameters'], raw['parameters']].flatMap((list) =>
    Array.isArray(list) ? (list.map(dereferenced) as Operation['parameters']) : [],
  );
  const responses = new Map(
    Object.entries(raw['responses'] as Json).map(([status, response]) => [
      status,
      dereferenced(response) as Response,
    ]),
  );
  return { id, path, method, raw, parameters, responses };
});

export function operationOf(id: string): Operation {
  const operation = operations.find((each) => each.id === id);
  if (operation === undefined) throw new Error(`there is no operation ${id}`);
  return operation;
}

/** Schemas of OpenAPI 3.1 are JSON Schema 2020-12, so nothing has to be translated. */
export function newValidator(options: { strict: boolean }): Ajv2020 {
  const ajv = new Ajv2020({ ...options, strictRequired: false, allowUnionTypes: true, allErrors: true });
  formats.default.default(ajv);
  ajv.addVocabulary(['components']);
  return ajv;
}

const ajv = newValidator({ strict: false });

/** A validator for a schema of the document: its references start at the document's root. */
export const validatorOf = (schema: Json): ValidateFunction =>
  ajv.compile({ ...schema, components: document['components'] });
