// The validator is made for one family of paths at a time. What a family's document says has to be all of the contract's.

import { documentOf, familyOf } from '../../src/http/contract.js';
import { references } from '../contract/document.js';
import { contract } from '../support/server.js';

const families = [...new Set(Object.keys(contract.document.paths).map(familyOf))];

test.each([
  ['/api/v2/clients', 'clients'],
  ['/api/v2/clients/', 'clients'],
  ['/API/V2/Clients/x/credentials', 'clients'],
  ['/api/v2/', ''],
  ['/_grantry/restore', '_grantry'],
  ['/', ''],
])('%s is of the family %j', (path, family) => {
  expect(familyOf(path)).toBe(family);
});

test('every path of the contract is in the document of exactly one family, as it is', () => {
  const paths = families.flatMap((family) => Object.entries(documentOf(family, contract.document).paths));
  expect(paths).toHaveLength(Object.keys(contract.document.paths).length);
  expect(Object.fromEntries(paths)).toEqual(contract.document.paths);
});

test.each(families)('the document of %j has what it refers to, and no more', (family) => {
  const document = documentOf(family, contract.document);
  const components = document['components'] as Record<string, Record<string, unknown>>;
  const there = Object.entries(components)
    .filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, named]) => Object.keys(named).map((name) => `#/components/${kind}/${name}`));
  const needed = new Set(references(document));
  expect([...needed].sort()).toEqual(there.sort());
  const all = contract.document['components'] as typeof components;
  for (const [kind, named] of Object.entries(components)) expect(all[kind]).toMatchObject(named);
});
