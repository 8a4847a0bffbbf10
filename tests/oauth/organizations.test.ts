// Client credentials and organizations: token-issuance.md 4.3. MO-9 is in third-parties.test.ts.

import { startServer, type TestServer } from '../support/server.js';
import {
  askToken,
  associate,
  claimsOf,
  givenClient,
  givenGrant,
  givenApi,
  givenJoined,
  givenOrganization,
  refusalOf,
} from './given.js';

interface Row {
  readonly row: string;
  readonly when: string;
  /** Of the client grant. */
  readonly grant: object;
  /** Whether the client grant was added to the organization. */
  readonly associated?: true;
  /** Whether the organization is the client's default. */
  readonly isDefault?: true;
  /** Whether the request names the organization. */
  readonly asks?: true;
}

const allow = { organization_usage: 'allow' };
const require = { organization_usage: 'require' };
const any = { allow_any_organization: true };

const withOrganization: Row[] = [
  { row: 'MO-4, V30', when: 'any is allowed', grant: { ...allow, ...any }, asks: true },
  { row: 'MO-4', when: 'one is required and any will do', grant: { ...require, ...any }, asks: true },
  { row: 'MO-5', when: 'the grant was added to it', grant: allow, associated: true, asks: true },
  {
    row: 'MO-5',
    when: 'one is required and the grant was added to it',
    grant: require,
    associated: true,
    asks: true,
  },
  {
    row: 'MO-7, MO-5, V27',
    when: "one is required, it is the client's default and the grant was added to it",
    grant: require,
    associated: true,
    isDefault: true,
  },
  {
    row: 'MO-7, MO-4',
    when: "one is required, any will do and it is the client's default",
    grant: { ...require, ...any },
    isDefault: true,
  },
];

const without: Row[] = [
  { row: 'MO-1', when: 'the grant says nothing of organizations', grant: {} },
  { row: 'MO-1', when: 'the grant denies them', grant: { organization_usage: 'deny' }, isDefault: true },
  { row: 'MO-3', when: 'one is allowed', grant: allow },
  {
    row: 'MO-3, V28',
    when: 'one is allowed and the client has a default',
    grant: allow,
    associated: true,
    isDefault: true,
  },
];

interface RefusedRow extends Row {
  readonly description: (organization: string) => string;
  readonly reason: string;
}

const notAllowed = {
  reason: 'organization_not_allowed',
  description: (id: string) =>
    `The client grant does not allow organizations; organization ${id} cannot be used.`,
};
const notGranted = {
  reason: 'organization_not_granted',
  description: (id: string) => `The client grant has not been added to organization ${id}.`,
};
const required = {
  reason: 'organization_required',
  description: () => 'The client grant requires an organization and none was provided.',
};

const refused: RefusedRow[] = [
  { row: 'MO-2, V25', when: 'the grant says nothing of organizations', grant: {}, asks: true, ...notAllowed },
  {
    row: 'MO-2',
    when: 'the grant denies them and was added to one',
    grant: { organization_usage: 'deny' },
    associated: true,
    asks: true,
    ...notAllowed,
  },
  {
    row: 'MO-6, V29',
    when: 'one is allowed and the grant was not added to it',
    grant: allow,
    asks: true,
    ...notGranted,
  },
  {
    row: 'MO-6',
    when: 'one is required and the grant was not added to it',
    grant: require,
    asks: true,
    ...notGranted,
  },
  {
    row: 'MO-7, MO-6',
    when: "the grant was not added to the client's default",
    grant: require,
    isDefault: true,
    ...notGranted,
  },
  {
    row: 'MO-7, V26',
    when: 'one is required, none is named and there is no default',
    grant: require,
    ...required,
  },
];

describe('client credentials and organizations', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  async function ask({ grant, associated, isDefault, asks }: Row) {
    const organization = await givenOrganization(server);
    const client = await givenClient(server, {
      ...(isDefault && {
        default_organization: { organization_id: organization, flows: ['client_credentials'] },
      }),
    });
    const api = await givenApi(server);
    const grantId = await givenGrant(server, client, api, grant);
    if (associated) await associate(server, organization, grantId);
    const answer = await askToken(server, client, api, asks ? { organization } : {});
    return { answer, organization };
  }

  test.each(withOrganization)('$row: the token is for the organization when $when', async (row) => {
    const { answer, organization } = await ask(row);
    expect(answer.status).toBe(200);
    expect(claimsOf(answer)['org_id']).toBe(organization);
    // MO-4: only where the tenant allows names.
    expect(claimsOf(answer)).not.toHaveProperty('org_name');
    expect(answer.body.scope).toBe('read write');
  });

  test.each(without)('$row: the token is for no organization when $when', async (row) => {
    const { answer } = await ask(row);
    expect(answer.status).toBe(200);
    expect(claimsOf(answer)).not.toHaveProperty('org_id');
    expect(answer.body.scope).toBe('read write');
  });

  test.each(refused)('$row: the request is refused when $when', async ({ reason, description, ...row }) => {
    const { answer, organization } = await ask(row);
    expect(refusalOf(answer)).toEqual({
      status: 403,
      body: { error: 'access_denied', error_description: description(organization) },
      reason,
    });
  });

  test.each([{}, { ...allow, ...any }, { ...require, ...any }])(
    'MO-8: an organization that does not exist is invalid, whatever the grant says (%j)',
    async (grant) => {
      const { client, api } = await givenJoined(server, { grant });
      const answer = await askToken(server, client, api, { organization: 'org_0000000000000000' });
      expect(refusalOf(answer)).toEqual({
        status: 400,
        body: {
          error: 'invalid_request',
          error_description: 'parameter organization is invalid: org_0000000000000000',
        },
        reason: 'organization_unknown',
      });
    },
  );

  test('MO-8, section 2: the name of an organization is invalid where the tenant takes ids only', async () => {
    const { client, api } = await givenJoined(server, { grant: { ...allow, ...any } });
    await givenOrganization(server, { name: 'only-by-id' });
    const answer = await askToken(server, client, api, { organization: 'only-by-id' });
    expect(answer.body).toEqual({
      error: 'invalid_request',
      error_description: 'parameter organization is invalid: only-by-id',
    });
  });

  test('MO-5: the association of another grant of the same client is of no use', async () => {
    const { client, api } = await givenJoined(server, { grant: allow });
    const other = await givenApi(server);
    const organization = await givenOrganization(server);
    await associate(server, organization, await givenGrant(server, client, other, allow));
    const answer = await askToken(server, client, api, { organization });
    expect(answer.headers['grantry-reason']).toBe('organization_not_granted');
  });

  test('MO-7: a default organization that was deleted is none', async () => {
    const organization = await givenOrganization(server);
    const { client, api } = await givenJoined(server, {
      client: { default_organization: { organization_id: organization, flows: ['client_credentials'] } },
      grant: { ...require, ...any },
    });
    await server.api('delete', `organizations/${organization}`);
    const answer = await askToken(server, client, api);
    expect(answer.headers['grantry-reason']).toBe('organization_required');
  });

  test("MO-10: an organization's member entitlements do not matter to clients", async () => {
    const organization = await givenOrganization(server, { is_app_entitlement_active: true });
    const { client, api, grantId } = await givenJoined(server, { grant: allow });
    await associate(server, organization, grantId);
    const answer = await askToken(server, client, api, { organization });
    expect(claimsOf(answer)['org_id']).toBe(organization);
  });

  test('4.3: scopes that are not granted are refused before the organization is looked at', async () => {
    const { client, api } = await givenJoined(server, { grant: require });
    const answer = await askToken(server, client, api, { scope: 'delete' });
    expect(answer.headers['grantry-reason']).toBe('scopes_not_granted');
  });
});
