// Client credentials: which scopes (token-issuance.md 1, 4.2, 5, 9). The client grant is the ceiling, and asking for
// anything above it is an error.

import { decideAccess } from '../../src/policy/decide-access.js';
import { platformChoices } from '../../src/policy/platform-choices.js';
import {
  answerTo,
  defaultGrant,
  factsOf,
  notGranted,
  ownGrant,
  requestOf,
  type Row,
  strictThirdParty,
  token,
} from './facts.js';

const grants = [ownGrant('c1')];
const everything = [ownGrant('c1', { scopes: [], allowAllScopes: true })];
const nothing = [ownGrant('c1', { scopes: [] })];
/** A grant with a scope that the API does not define (any more). */
const outdated = [ownGrant('c1', { scopes: ['old', 'read'] })];

const rows: Row[] = [
  {
    name: 'without scopes in the request the token has all of the client grant',
    source: 'CC-4, V1',
    setup: { grants },
    answer: token(['read', 'write']),
  },
  {
    name: 'asking for all of the client grant gives all of it',
    source: 'CC-5',
    setup: { grants },
    request: { scopes: ['read', 'write'] },
    answer: token(['read', 'write']),
  },
  {
    name: 'asking for a part of the client grant gives all of it',
    source: 'CC-5, Q3',
    setup: { grants },
    request: { scopes: ['write'] },
    answer: token(['read', 'write']),
  },
  {
    name: 'a scope of the API that the client grant lacks is an error',
    source: 'CC-6, V2',
    setup: { grants },
    request: { scopes: ['read', 'delete'] },
    answer: notGranted('delete'),
  },
  {
    name: 'a scope that the API does not know is the same error, and only what is missing is named',
    source: 'CC-6, V3',
    setup: { grants },
    request: { scopes: ['delete', 'read', 'nosuch'] },
    answer: notGranted('delete', 'nosuch'),
  },
  ...['openid', 'profile', 'email', 'offline_access'].map((scope): Row => ({
    name: `${scope} is an error, since no user is signed in`,
    source: 'CC-6, CC-14, section 5',
    setup: { grants: everything },
    request: { scopes: ['read', scope] },
    answer: notGranted(scope),
  })),
  {
    name: 'scopes are compared letter by letter',
    source: 'section 5, CC-6',
    setup: { grants },
    request: { scopes: ['READ', 'read:all', 'rea'] },
    answer: notGranted('READ', 'read:all', 'rea'),
  },
  {
    name: 'an empty client grant gives a token without scopes',
    source: 'CC-7, V8',
    setup: { grants: nothing },
    answer: token([]),
  },
  {
    name: 'an empty client grant gives no scope that is asked for',
    source: 'CC-7, CC-6',
    setup: { grants: nothing },
    request: { scopes: ['read'] },
    answer: notGranted('read'),
  },
  {
    name: 'an API without scopes gives a token without scopes',
    source: 'CC-7',
    setup: { api: { scopes: [] }, grants: everything },
    answer: token([]),
  },
  {
    name: 'allow_all_scopes gives every scope of the API',
    source: 'CC-8',
    setup: { grants: everything },
    answer: token(['read', 'write', 'delete']),
  },
  {
    name: 'allow_all_scopes gives scopes that the API got later',
    source: 'CC-8, V7',
    setup: { api: { scopes: ['read', 'write', 'delete', 'admin'] }, grants: everything },
    answer: token(['read', 'write', 'delete', 'admin']),
  },
  {
    name: 'under allow_all_scopes a list that is left in the grant means nothing',
    source: 'section 2, scope xor allow_all_scopes',
    setup: { grants: [ownGrant('c1', { scopes: ['old'], allowAllScopes: true })] },
    answer: token(['read', 'write', 'delete']),
  },
  {
    name: 'allow_all_scopes does not reach beyond the API',
    source: 'CC-6, CC-8',
    setup: { grants: everything },
    request: { scopes: ['read', 'nosuch'] },
    answer: notGranted('nosuch'),
  },
  {
    name: 'a default grant gives its scopes like any other',
    source: 'CC-11, CC-8',
    setup: { client: strictThirdParty, grants: [defaultGrant({ allowAllScopes: true })] },
    answer: token(['read', 'write', 'delete'], 'cgr_default'),
  },
  {
    name: 'scopes come in the order of the client grant, not of the API or the request',
    source: 'section 5, order',
    setup: { grants: [ownGrant('c1', { scopes: ['delete', 'read'] })] },
    request: { scopes: ['read', 'delete'] },
    answer: token(['delete', 'read']),
  },
  {
    name: 'a scope that the client grant lists twice is in the token once',
    source: 'section 5, duplicates',
    setup: { grants: [ownGrant('c1', { scopes: ['write', 'read', 'write'] })] },
    answer: token(['write', 'read']),
  },
  {
    name: 'a scope that the API lists twice is in the token once',
    source: 'section 5, duplicates',
    setup: { api: { scopes: ['read', 'write', 'read'] }, grants: everything },
    answer: token(['read', 'write']),
  },
  {
    name: 'a scope that is asked for twice counts once',
    source: 'section 5, duplicates',
    setup: { grants },
    request: { scopes: ['read', 'read'] },
    answer: token(['read', 'write']),
  },
  {
    name: 'a missing scope that is asked for twice is named once',
    source: 'section 5, duplicates; CC-6',
    setup: { grants },
    request: { scopes: ['nosuch', 'read', 'nosuch'] },
    answer: notGranted('nosuch'),
  },
  {
    name: 'an empty list of scopes asks for none',
    source: 'CC-4',
    setup: { grants },
    request: { scopes: [] },
    answer: token(['read', 'write']),
  },
  {
    name: 'a scope that was taken off the API leaves the token although the client grant still lists it',
    source: 'section 2, scope values',
    setup: { grants: outdated },
    answer: token(['read']),
  },
  {
    name: 'a scope that was taken off the API cannot be asked for',
    source: 'section 2, scope values; CC-6',
    setup: { grants: outdated },
    request: { scopes: ['old', 'read'] },
    answer: notGranted('old'),
  },
  {
    name: 'scopes are refused before anything is said about organizations',
    source: 'section 3, order',
    setup: { grants },
    request: { scopes: ['nosuch'], organization: 'org_nowhere' },
    answer: notGranted('nosuch'),
  },
];

const requestedPart = { ...platformChoices, clientCredentialsScopes: 'requested_part' } as const;
const issueUndefined = { ...platformChoices, undefinedScopesInGrant: 'issue' } as const;

const otherChoices: Row[] = [
  {
    name: 'a part that is asked for is all that the token has, in the order of the client grant',
    source: 'CC-5, Q3',
    setup: { grants: everything },
    request: { scopes: ['delete', 'read', 'delete'] },
    choices: requestedPart,
    answer: token(['read', 'delete']),
  },
  {
    name: 'without scopes in the request the token still has all of the client grant',
    source: 'CC-4',
    setup: { grants },
    choices: requestedPart,
    answer: token(['read', 'write']),
  },
  {
    name: 'a scope outside the client grant still is an error',
    source: 'CC-6',
    setup: { grants },
    request: { scopes: ['read', 'delete'] },
    choices: requestedPart,
    answer: notGranted('delete'),
  },
  {
    name: 'a scope that the API does not define is issued where the older behaviour is chosen',
    source: 'section 2, scope values',
    setup: { grants: outdated },
    choices: issueUndefined,
    answer: token(['old', 'read']),
  },
  {
    name: 'such a scope can then be asked for',
    source: 'section 2, scope values',
    setup: { grants: outdated },
    request: { scopes: ['old'] },
    choices: { ...issueUndefined, ...requestedPart, undefinedScopesInGrant: 'issue' },
    answer: token(['old']),
  },
  {
    name: 'allow_all_scopes means the scopes of the API whatever is chosen',
    source: 'CC-8',
    setup: { grants: [ownGrant('c1', { scopes: ['old'], allowAllScopes: true })] },
    choices: issueUndefined,
    answer: token(['read', 'write', 'delete']),
  },
];

test.each(rows)('$name ($source)', (row) => {
  expect(answerTo(row)).toEqual(row.answer);
});

test.each(otherChoices)('where the other answer to an open question is chosen: $name ($source)', (row) => {
  expect(answerTo(row)).toEqual(row.answer);
});

test.each([
  { grants, scopes: null, source: 'CC-4' },
  { grants, scopes: ['read'], source: 'CC-5' },
  { grants: everything, scopes: null, source: 'CC-8' },
])('the trace says which rule gave the scopes ($source)', ({ grants, scopes, source }) => {
  const { trace } = decideAccess(requestOf({ scopes }), factsOf({ grants }));
  expect(trace.find(({ rule }) => rule === 'scopes')).toMatchObject({ outcome: 'pass', source });
});
