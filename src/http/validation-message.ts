// Validation errors in the platform's words (management-api.md 1.5). The platform validates with z-schema, whose reasons
// these are: "Payload validation error: '<reason>' on property <path> (<the property's description>)."

import { isJsonObject } from '../domain/json.js';
import type { ContractDocument } from './contract.js';

/** What the validator found: a JSON pointer from the request, an Ajv keyword and Ajv's own words. */
export interface Finding {
  readonly pointer: string;
  readonly keyword: string;
  readonly message: string;
}

type Schema = Readonly<Record<string, unknown>>;

/** Long values are cut: the text is for people, and the value is their own. */
const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const characters = [...text];
  return characters.length > 100 ? `${characters.slice(0, 100).join('')}…` : text;
};

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** Follows `$ref`s and looks through `allOf`, `anyOf` and `oneOf`: every schema that describes the same value. */
export function* facets(schema: unknown, document: ContractDocument): Generator<Schema> {
  if (!isJsonObject(schema)) return;
  if (typeof schema['$ref'] === 'string') {
    const target = schema['$ref'].slice(2).split('/');
    yield* facets(
      target.reduce<unknown>((at, key) => (isJsonObject(at) ? at[key] : undefined), document),
      document,
    );
    return;
  }
  yield schema;
  for (const combiner of ['allOf', 'anyOf', 'oneOf']) {
    const parts = schema[combiner];
    if (Array.isArray(parts)) for (const part of parts) yield* facets(part, document);
  }
}

function keywordOf(schema: unknown, keyword: string, document: ContractDocument): unknown {
  for (const facet of facets(schema, document)) if (facet[keyword] !== undefined) return facet[keyword];
  return undefined;
}

function childOf(schema: unknown, key: string, document: ContractDocument): unknown {
  for (const facet of facets(schema, document)) {
    const properties = facet['properties'];
    if (isJsonObject(properties) && Object.hasOwn(properties, key)) return properties[key];
    if (/^\d+$/.test(key) && facet['items'] !== undefined) return facet['items'];
    if (isJsonObject(facet['additionalProperties'])) return facet['additionalProperties'];
  }
  return undefined;
}

/** Names of an object's properties that its schema does not know. */
function unknownNames(value: unknown, schema: unknown, document: ContractDocument): string[] {
  return isJsonObject(value)
    ? Object.keys(value).filter((name) => childOf(schema, name, document) === undefined)
    : [];
}

/** `scopes`, `8`, `value` as people write it: `scopes[8].value`. */
const propertyPath = (keys: readonly string[]): string =>
  keys.reduce(
    (text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );

/** The keys of a JSON pointer (RFC 6901). */
export const keysOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Keywords whose finding points to a property of the object that breaks the rule. */
const ABOUT_A_PROPERTY = new Set(['required', 'additionalProperties', 'unevaluatedProperties']);

/**
 * The platform's sentence for a finding.
 *
 * @param place what was validated, with the schema and the value found there.
 */
export function validationMessage(
  finding: Finding,
  place: { name: 'Payload' | 'Path' | 'Query'; schema: unknown; value: unknown },
  document: ContractDocument,
): string {
  // The first key names the place.
  const keys = keysOf(finding.pointer).slice(1);
  const property = ABOUT_A_PROPERTY.has(finding.keyword) ? keys.pop() : undefined;
  let { schema, value } = place;
  for (const key of keys) {
    schema = childOf(schema, key, document);
    value = isJsonObject(value) || Array.isArray(value) ? (value as Schema)[key] : undefined;
  }
  const why = reason(finding, property, schema, value, document);
  const description = keywordOf(schema, 'description', document);
  const bracket = typeof description === 'string' ? ` (${description.replace(/\.$/, '')})` : '';
  const where = keys.length > 0 ? ` on property ${propertyPath(keys)}${bracket}` : '';
  return `${place.name} validation error: '${why}'${where}.`;
}

function reason(
  { keyword, message }: Finding,
  property: string | undefined,
  schema: unknown,
  value: unknown,
  document: ContractDocument,
): string {
  const limit = shown(keywordOf(schema, keyword, document) ?? '');
  const length = typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : 0;
  switch (keyword) {
    case 'required':
      return `Missing required property: ${property}`;
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const names = unknownNames(value, schema, document);
      return `Additional properties not allowed: ${shown(names.length > 0 ? names.join(',') : property)}`;
    }
    case 'type': {
      const type = keywordOf(schema, 'type', document);
      return `Expected type ${Array.isArray(type) ? type[0] : type} but found type ${typeOf(value)}`;
    }
    case 'enum':
    case 'const':
      return `No enum match for: ${shown(value)}`;
    case 'pattern':
      return `String does not match pattern ${limit}: ${shown(value)}`;
    case 'format':
      return `Object didn't pass validation for format ${limit}: ${shown(value)}`;
    case 'minLength':
      return `String is too short (${length} chars), minimum ${limit}`;
    case 'maxLength':
      return `String is too long (${length} chars), maximum ${limit}`;
    case 'minimum':
      return `Value ${shown(value)} is less than minimum ${limit}`;
    case 'maximum':
      return `Value ${shown(value)} is greater than maximum ${limit}`;
    case 'minItems':
      return `Array is too short (${length}), minimum ${limit}`;
    case 'maxItems':
      return `Array is too long (${length}), maximum ${limit}`;
    case 'uniqueItems': {
      // Ajv says which: "(items ## 1 and 0 are identical)".
      const [higher, lower] = /## (\d+) and (\d+)/.exec(message)?.slice(1) ?? [];
      return `Array items are not unique (indexes ${lower} and ${higher})`;
    }
    case 'minProperties':
      return `Too few properties defined (${isJsonObject(value) ? Object.keys(value).length : 0}), minimum ${limit}`;
    case 'maxProperties':
      return `Too many properties defined (${isJsonObject(value) ? Object.keys(value).length : 0}), maximum ${limit}`;
    case 'oneOf':
    case 'anyOf':
      return `Data does not match any schemas from '${keyword}'`;
    default:
      return message;
  }
}
