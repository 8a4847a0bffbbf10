// The server keeps its contract: for each operation and each status that openapi.yaml documents there is a request that is
// answered with that status, and the answer's body is what the document says. A new status or operation fails the first
// test until it has a case. Every write that succeeds leaves its row in the log.

import type { Response } from 'supertest';
import { actionCases } from './action-cases.js';
import { clientGrantCases, resourceServerCases } from './api-cases.js';
import { clientCases, credentialCases } from './client-cases.js';
import { connectionCases } from './connection-cases.js';
import { exchangeProfileCases } from './exchange-profile-cases.js';
import { clientEndpointCases, loginCases } from './flow-cases.js';
import { isObject, type Json, operationOf, operations, validatorOf } from './document.js';
import { grantCases, userBlockCases } from './login-cases.js';
import { roleCases, userCases } from './role-and-user-cases.js';
import { organizationPartCases } from './organization-part-cases.js';
import { instanceCases, logCases, oauthCases, organizationCases, referenceCases } from './other-cases.js';
import { mfaCases } from './mfa-cases.js';
import { secondFactorCases } from './second-factor-cases.js';
import { emailCases, keptSettingsCases, notBuiltCases, tenantCases } from './settings-cases.js';
import { type Cases, makeWorld, type World } from './world.js';
import { latest } from '../management/logs/log-entry.js';
import { bodyOf, givenClient } from '../oauth/given.js';

const cases: Cases = {
  ...resourceServerCases,
  ...clientGrantCases,
  ...clientCases,
  ...credentialCases,
  ...connectionCases,
  ...organizationCases,
  ...roleCases,
  ...userCases,
  ...organizationPartCases,
  ...grantCases,
  ...userBlockCases,
  ...mfaCases,
  ...secondFactorCases,
  ...actionCases,
  ...exchangeProfileCases,
  ...logCases,
  ...oauthCases,
  ...clientEndpointCases,
  ...loginCases,
  ...referenceCases,
  ...instanceCases,
  ...tenantCases,
  ...emailCases,
  ...keptSettingsCases,
  ...notBuiltCases,
};

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.server.close());

/** What is wrong with an answer, as the document sees it. */
function faults(operationId: string, answer: Response): unknown[] {
  const documented = operationOf(operationId).responses.get(String(answer.status));
  if (documented === undefined) return [`status ${answer.status} is not documented`];
  if (documented.content === undefined) {
    const { 'content-type': type } = answer.headers as Record<string, string>;
    return [...(answer.text === '' ? [] : ['there is a body']), ...(type === undefined ? [] : [type])];
  }
  const media = documented.content[answer.type];
  if (media === undefined) return [`content type ${answer.type} is not documented`];
  const validate = validatorOf(media.schema);
  const body: unknown = answer.type === 'application/json' ? answer.body : answer.text;
  return validate(body) ? [] : (validate.errors ?? []);
}

test('there is a case for every documented status of every operation, and for nothing else', () => {
  const documented = operations.flatMap(({ id, responses }) =>
    [...responses.keys()].map((status) => `${id} ${status}`),
  );
  expect(Object.keys(cases).sort()).toEqual(documented.sort());
});

test.each(Object.entries(cases))('%s: the answer is as documented', async (name, ask) => {
  const [operationId = '', status] = name.split(' ');
  const answer = await ask(world);
  expect({ status: String(answer.status), faults: faults(operationId, answer) }).toEqual({
    status,
    faults: [],
  });

  const { method, path, raw } = operationOf(operationId);
  if (method === 'get' || !path.startsWith('/api/v2/') || !answer.ok) return;
  // design.md D7; management-api.md 12.
  expect(await latest(world.server)).toMatchObject({
    type: 'sapi',
    description: raw['summary'],
    details: { request: { method } },
  });
});

/** The schemas of which a list's body is one. */
function alternativesOf(operationId: string): Json[] {
  const schema = operationOf(operationId).responses.get('200')?.content?.['application/json']?.schema;
  const alternatives = isObject(schema) ? schema['anyOf'] : undefined;
  return Array.isArray(alternatives) ? (alternatives as Json[]) : [];
}

const FORMS = ['', 'include_totals=true', 'take=50'];
const lists: { id: string; path: (world: World) => string }[] = [
  { id: 'listResourceServers', path: () => 'resource-servers' },
  { id: 'listClientGrants', path: () => 'client-grants' },
  { id: 'listClientGrantOrganizations', path: ({ grantId }) => `client-grants/${grantId}/organizations` },
  { id: 'listClients', path: () => 'clients' },
  { id: 'listConnections', path: () => 'connections' },
  { id: 'listOrganizations', path: () => 'organizations' },
  {
    id: 'listOrganizationClientGrants',
    path: ({ organization }) => `organizations/${organization}/client-grants`,
  },
  { id: 'listRoles', path: () => 'roles' },
  { id: 'listRolePermissions', path: ({ role }) => `roles/${role}/permissions` },
  { id: 'listRoleUsers', path: ({ role }) => `roles/${role}/users` },
  { id: 'listUsers', path: () => 'users' },
  { id: 'listUserRoles', path: ({ user }) => `users/${user}/roles` },
  { id: 'listUserPermissions', path: ({ user }) => `users/${user}/permissions` },
  {
    id: 'listOrganizationConnections',
    path: ({ organization }) => `organizations/${organization}/connections`,
  },
  {
    id: 'listOrganizationEnabledConnections',
    path: ({ organization }) => `organizations/${organization}/enabled_connections`,
  },
  { id: 'listOrganizationMembers', path: ({ organization }) => `organizations/${organization}/members` },
  {
    id: 'listOrganizationMemberRoles',
    path: ({ organization, user }) => `organizations/${organization}/members/${user}/roles`,
  },
  {
    id: 'listOrganizationInvitations',
    path: ({ organization }) => `organizations/${organization}/invitations`,
  },
  {
    id: 'listUserOrganizations',
    path: ({ user }) => `users/${user}/organizations`,
  },
  { id: 'listUserGrants', path: () => 'grants' },
  {
    id: 'listUserAuthenticationMethods',
    path: ({ user }) => `users/${user}/authentication-methods`,
  },
  { id: 'listLogs', path: () => 'logs' },
];
const forms = lists.flatMap((list) =>
  alternativesOf(list.id).map((_, index) => ({ ...list, index, query: FORMS[index] ?? '' })),
);

test('every operation whose answer has several forms is in the list of lists', () => {
  const several = operations.filter(({ id }) => alternativesOf(id).length > 0).map(({ id }) => id);
  expect(lists.map(({ id }) => id).sort()).toEqual(several.sort());
});

test.each(forms)('$id?$query has that form and no other (management-api.md 1.6)', async (form) => {
  const answer = await world.server.api('get', `${form.path(world)}?${form.query}`);
  const matching = alternativesOf(form.id).flatMap((schema, index) =>
    validatorOf(schema)(answer.body) ? [index] : [],
  );
  expect({ status: answer.status, matching }).toEqual({ status: 200, matching: [form.index] });
});

describe('what a request can be refused with is documented', () => {
  const guarded = operations.filter(({ path }) => path.startsWith('/api/v2/'));

  test.each(guarded)('$id, for an Authorization header that is malformed', async (operation) => {
    const path = operation.path.replaceAll(/\{\w+\}/g, 'any');
    const method = operation.method as 'get' | 'post' | 'patch' | 'put' | 'delete';
    const answer = await world.server.request()[method](path).set('Authorization', 'nonsense');
    expect(faults(operation.id, answer)).toEqual([]);
  });

  test('updateClient, for an alias that another client has', async () => {
    const alias = { client_aliases: ['taken'] };
    await givenClient(world.server, alias);
    const { id } = await givenClient(world.server);
    const answer = await world.server.api('patch', `clients/${id}`, alias);
    expect({ message: answer.body.message as unknown, faults: faults('updateClient', answer) }).toEqual({
      message: 'Another client exists with the same alias.',
      faults: [],
    });
  });

  test('addOrganizationClientGrant, for a grant that no organization can have', async () => {
    const { server, organization, api } = world;
    const grant = { default_for: 'third_party_clients', audience: api.identifier, scope: [] };
    const { id } = await bodyOf<{ id: string }>(server.api('post', 'client-grants', grant), 201);
    const path = `organizations/${organization}/client-grants`;
    const answer = await server.api('post', path, { grant_id: id });
    expect(faults('addOrganizationClientGrant', answer)).toEqual([]);
  });
});
