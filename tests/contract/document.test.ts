// openapi.yaml itself: a sound OpenAPI 3.1 document, as far as that can be told without a network, and one that agrees with
// what the sources list.

import { managementScopes } from '../../src/domain/management-scopes.js';
import { managementErrors } from '../../src/errors.js';
import { snapshotPaths } from '../../src/instance/routes.js';
import {
  document,
  isObject,
  type Json,
  newValidator,
  operations,
  references,
  resolve,
  validatorOf,
} from './document.js';

/** The path of every key at or below a value that has none. */
function* emptyKeys(value: unknown, path = ''): Generator<string> {
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (item === null && !Array.isArray(value)) yield `${path}/${key}`;
    else yield* emptyKeys(item, `${path}/${key}`);
  }
}

const components = document['components'] as Record<string, Json>;

/** Why a schema does not compile; null when it does. Strict, so that a keyword that nobody knows is an error. */
function problemOf(schema: Json): string | null {
  try {
    newValidator({ strict: true }).compile({ ...schema, components });
    return null;
  } catch (error) {
    return String(error);
  }
}

describe('openapi.yaml', () => {
  test('is of OpenAPI 3.1, with a title and a version', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d+$/) as unknown,
      info: {
        title: expect.any(String) as unknown,
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as unknown,
      },
    });
  });

  test('has no reference that leads nowhere', () => {
    const all = [...references(document)];
    expect(all.length).toBeGreaterThan(100);
    expect(
      all.filter((reference) => !reference.startsWith('#/') || resolve(reference) === undefined),
    ).toEqual([]);
  });

  test('has no component that nothing refers to', () => {
    const used = new Set(references(document));
    const all = ['schemas', 'responses', 'parameters'].flatMap((kind) =>
      Object.keys(components[kind] ?? {}).map((name) => `#/components/${kind}/${name}`),
    );
    expect(all.filter((name) => !used.has(name))).toEqual([]);
  });

  test.each(Object.entries(components['schemas'] ?? {}))(
    'has a sound schema %s (JSON Schema 2020-12)',
    (_name, schema) => {
      expect(problemOf(schema as Json)).toBeNull();
    },
  );

  test('has no key without a value, which is what a comma in an unquoted text makes', () => {
    expect([...emptyKeys(document)]).toEqual([]);
  });

  test('has every operation under a name of its own', () => {
    const ids = operations.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(30);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  const isRefused = ({ tags, responses }: Json): boolean =>
    (tags as string[]).includes('not-built') && !('200' in (responses as Json));
  const tags = (document['tags'] as { name: string }[]).map(({ name }) => name);

  test.each(operations)(
    'says of $id what it is, who may call it and what it answers',
    ({ id, raw, responses }) => {
      expect(raw).toMatchObject({
        operationId: expect.stringMatching(/^[a-z][A-Za-z]+$/) as unknown,
        summary: expect.stringMatching(/^[A-Z].*[^.]$/) as unknown,
        security: expect.any(Array) as unknown,
      });
      expect(tags).toEqual(expect.arrayContaining(raw['tags'] as string[]));
      const successes = [...responses.keys()].filter((status) => status.startsWith('2'));
      // Deleting a connection answers 202, or 204 when it is already gone (recorded-behaviour.md 2). What is not built is
      // refused, or not found.
      const expected = id === 'deleteConnection' ? 2 : isRefused(raw) ? 0 : 1;
      expect(successes).toHaveLength(expected);
      expect([...responses.values()].filter(({ description }) => !description)).toEqual([]);
    },
  );

  test.each(operations)('has the parameters of the path of $id, and no others', ({ path, parameters }) => {
    const inTemplate = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = parameters.filter((parameter) => parameter.in === 'path');
    expect(new Set(declared.map(({ name }) => name))).toEqual(new Set(inTemplate));
    expect(declared).toHaveLength(inTemplate.length);
    expect(declared.filter(({ required }) => required !== true)).toEqual([]);
  });

  test.each(operations)('has no parameter of $id twice', ({ parameters }) => {
    const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    expect(names).toEqual([...new Set(names)]);
  });
});

interface Media {
  readonly schema: Json;
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly value: unknown }>;
}

/** Every body at or below a value, by its place. */
function* bodiesIn(value: unknown, place: string): Generator<readonly [string, Media]> {
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key !== 'content' || !isObject(item)) yield* bodiesIn(item, `${place}/${key}`);
    else
      for (const [type, media] of Object.entries(item)) yield [`${place} ${type}`, media as Media] as const;
  }
}

const examples = [...bodiesIn(document['paths'], ''), ...bodiesIn(components['responses'], '')].flatMap(
  ([place, { schema, example, examples = {} }]) => {
    const values = Object.entries(examples).map(([name, { value }]) => [name, value] as const);
    if (example !== undefined) values.push(['example', example]);
    return values.map(([name, value]) => ({ name: `${place} ${name}`, schema, value }));
  },
);

describe('an example', () => {
  test('stands at every body that decides who may have what', () => {
    const withExamples = operations.filter(({ raw }) =>
      JSON.stringify(raw['requestBody'] ?? '').includes('"examples"'),
    );
    const ids = withExamples.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining([
        'createResourceServer',
        'updateResourceServer',
        'createClientGrant',
        'updateClientGrant',
      ]),
    );
  });

  test.each(examples)('$name keeps its schema', ({ schema, value }) => {
    const validate = validatorOf(schema);
    validate(value);
    expect(validate.errors).toBeNull();
  });
});

describe('openapi.yaml and the sources', () => {
  const management = operations.filter(({ path }) => path.startsWith('/api/v2/'));
  const scopesOf = ({ raw }: { raw: Json }): string[] =>
    (raw['security'] as Record<string, string[]>[]).flatMap((alternative) =>
      Object.values(alternative).flat(),
    );

  test('agree on which scopes there are', () => {
    const known = new Set(managementScopes.map(({ value }) => value));
    expect(management.flatMap(scopesOf).filter((scope) => !known.has(scope))).toEqual([]);
  });

  test.each(management)('agree that $id needs a scope', (operation) => {
    const alternatives = operation.raw['security'] as Record<string, string[]>[];
    expect(alternatives.length).toBeGreaterThan(0);
    // An empty one would let anybody in.
    expect(alternatives.filter(({ bearerAuth }) => !bearerAuth?.length)).toEqual([]);
    // management-api.md 1.2, 9 and 10: any one is enough, so that each is an alternative of its own, but for these.
    const together = alternatives.filter(({ bearerAuth }) => (bearerAuth?.length ?? 0) > 1).length;
    expect(together).toBe(['listRoleUsers', 'listUserRoles'].includes(operation.id) ? 1 : 0);
  });

  test('agree that what is not there by default needs a scope that clients do not have by accident', () => {
    const switched = operations.filter(({ path }) => snapshotPaths.includes(path));
    expect(switched.map(scopesOf)).toEqual([['update:tenant_settings'], ['update:tenant_settings']]);
  });

  test('agree that nothing else needs a token', () => {
    const open = operations.filter(
      ({ path }) => !path.startsWith('/api/v2/') && !snapshotPaths.includes(path),
    );
    expect(open.flatMap(scopesOf)).toEqual([]);
    expect(open.map(({ id }) => id).sort()).toEqual([
      'activateDevice',
      'approveForTest',
      'associateAuthenticator',
      'authorize',
      'authorizeByForm',
      'challengeAuthenticator',
      'endSession',
      'endSessionByForm',
      'getAuthorizationServerMetadata',
      'getHealth',
      'getJsonWebKeySet',
      'getOpenapiJson',
      'getOpenapiYaml',
      'getOpenidConfiguration',
      'getReference',
      'getUserinfo',
      'issueToken',
      'listAuthenticators',
      'logInForTest',
      'logout',
      'postUserinfo',
      'pushAuthorizationRequest',
      'registerClient',
      'removeAuthenticator',
      'requestApproval',
      'requestDeviceCode',
      'revokeToken',
      'showApproval',
      'showApprovals',
    ]);
  });

  test('agree on which statuses the Management API refuses with', () => {
    const documented = management.flatMap(({ responses }) =>
      [...responses.keys()].filter((status) => status >= '400'),
    );
    // A failure of the server's own is nothing that an operation answers on purpose.
    const refusals = Object.values(managementErrors).filter(({ status }) => status < 500);
    const registered = refusals.map(({ status }) => String(status));
    expect([...new Set(documented)].sort()).toEqual([...new Set(registered)].sort());
  });
});
