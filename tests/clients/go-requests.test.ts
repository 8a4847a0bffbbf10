// The requests of the Terraform provider and of the `auth0` command line, sent as the Go library under both sends them: in
// the provider's order, with its encoding and its habits (clients.md 2, 3, 7 and 8). They show what breaks on machines on
// which the programs themselves, in terraform.test.ts and auth0-cli.test.ts, cannot be built.

import { startTlsServer, type TlsServer } from './server.js';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

let server: TlsServer;
let token: string;

const AUDIENCE = 'https://orders.example.com/';
/** Go's url.PathEscape leaves the colon. */
const ESCAPED = 'https:%2F%2Forders.example.com%2F';
const TOTALS = 'include_totals=true&per_page=50';

beforeAll(async () => {
  server = await startTlsServer();
  const { id, secret } = server.management;
  // golang.org/x/oauth2 tries Basic first, with id and secret form-encoded.
  const answer = await fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      audience: `https://${server.domain}/api/v2/`,
      client_id: id,
    }).toString(),
  });
  expect(answer.status).toBe(200);
  token = ((await answer.json()) as { access_token: string }).access_token;
});
afterAll(() => server.close());

/** Every request of the library names a content type, those without a body too. */
async function send(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${server.url}/api/v2/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'user-agent': 'Terraform-Provider-Auth0',
      'auth0-client': Buffer.from('{"name":"Go-Auth0","version":"1"}').toString('base64'),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

async function created(path: string, body: object): Promise<string> {
  const answer = await send('POST', path, body);
  expect(answer).toMatchObject({ status: 201 });
  return String(answer.body['id'] ?? answer.body['client_id']);
}

test('an API and its scopes: what was applied is what is read', async () => {
  const api = {
    name: 'Orders',
    identifier: AUDIENCE,
    token_lifetime: 3600,
    subject_type_authorization: {
      user: { policy: 'require_client_grant' },
      client: { policy: 'require_client_grant' },
    },
  };
  const id = await created('resource-servers', api);
  expect(await send('GET', `resource-servers/${id}`)).toMatchObject({ status: 200, body: api });

  // A second PATCH carries the nulls of what the file does not set.
  const nulls = {
    authorization_details: null,
    token_encryption: null,
    consent_policy: null,
    proof_of_possession: null,
  };
  for (const change of [{ token_lifetime: 7200 }, nulls]) {
    expect(await send('PATCH', `resource-servers/${id}`, change)).toMatchObject({ status: 200 });
  }
  const scopes = [{ value: 'read:orders', description: 'Read orders' }, { value: 'write:orders' }];
  expect((await send('GET', `resource-servers/${ESCAPED}`)).status).toBe(200);
  expect((await send('PATCH', `resource-servers/${ESCAPED}`, { scopes })).status).toBe(200);
  expect(await send('GET', `resource-servers/${ESCAPED}`)).toMatchObject({
    body: { id, scopes, token_lifetime: 7200 },
  });
  // `auth0 apis show` escapes twice.
  const twice = ESCAPED.replaceAll('%', '%25');
  expect(await send('GET', `resource-servers/${twice}`)).toMatchObject({ status: 200, body: { id } });
});

test('client grants: looked for, created, read, changed', async () => {
  const clientId = await created('clients', { name: 'Job', app_type: 'non_interactive' });
  const search = `client-grants?audience=${encodeURIComponent(AUDIENCE)}&client_id=${clientId}&${TOTALS}`;
  expect(await send('GET', search)).toMatchObject({ body: { client_grants: [], start: 0, total: 0 } });

  const grants = {
    client: {
      subject_type: 'client',
      scope: ['read:orders'],
      organization_usage: 'allow',
      allow_any_organization: false,
    },
    user: { subject_type: 'user', allow_all_scopes: true },
  };
  const ids: string[] = [];
  for (const grant of Object.values(grants)) {
    const id = await created('client-grants', { client_id: clientId, audience: AUDIENCE, ...grant });
    ids.push(id);
    expect(await send('GET', `client-grants/${id}`)).toMatchObject({ status: 200, body: { id, ...grant } });
  }
  expect(await send('GET', search)).toMatchObject({ body: { start: 0, limit: 50, total: 2 } });

  // This is how it turns allow_all_scopes off.
  const [, userGrant] = ids;
  const off = { allow_all_scopes: false, scope: [] };
  expect((await send('PATCH', `client-grants/${userGrant}`, off)).status).toBe(200);
  expect(await send('GET', `client-grants/${userGrant}`)).toMatchObject({ body: { scope: [] } });
});

test('a default grant that exists already is a conflict', async () => {
  const grant = { default_for: 'third_party_clients', audience: AUDIENCE, scope: [], subject_type: 'user' };
  const id = await created('client-grants', grant);
  expect(await send('GET', `client-grants/${id}`)).toMatchObject({ status: 200, body: { id, ...grant } });
  expect(await send('POST', 'client-grants', grant)).toMatchObject({
    status: 409,
    body: { statusCode: 409 },
  });
});

test('an organization and its client grant: associated, found, taken away', async () => {
  const organization = await created('organizations', { name: 'acme', display_name: 'Acme' });
  const search = `client-grants?audience=${encodeURIComponent(AUDIENCE)}&subject_type=client&${TOTALS}`;
  const [grant] = (await send('GET', search)).body['client_grants'] as { id: string }[];
  const at = `organizations/${organization}/client-grants`;
  expect((await send('POST', at, { grant_id: grant?.id })).status).toBe(201);
  expect(await send('GET', `${at}?${TOTALS}`)).toMatchObject({
    status: 200,
    body: { client_grants: [{ id: grant?.id }], total: 1 },
  });
  expect((await send('DELETE', `${at}/${grant?.id}`)).status).toBe(204);
  expect(await send('GET', `${at}?${TOTALS}`)).toMatchObject({ body: { client_grants: [], total: 0 } });
});

test('a client: nulls in a PATCH of their own, metadata emptied, a secret rotated with a body of null', async () => {
  const id = await created('clients', {
    name: 'Portal',
    app_type: 'regular_web',
    client_metadata: { team: 'web' },
  });
  const at = `clients/${id}`;
  expect((await send('PATCH', at, { default_organization: null })).status).toBe(200);
  expect((await send('PATCH', at, { description: 'Web', client_metadata: {} })).status).toBe(200);
  const { body } = await send('GET', at);
  expect(body).toMatchObject({ description: 'Web' });
  expect(body['client_metadata'] ?? {}).toEqual({});
  expect(await send('POST', `${at}/rotate-secret`, null)).toMatchObject({
    status: 200,
    body: { client_id: id, client_secret: expect.not.stringMatching(String(body['client_secret'])) },
  });
});

test('what is deleted is gone for the next read, and deleting it again is no failure', async () => {
  const { body } = await send('GET', `clients?is_global=false&page=0&${TOTALS}`);
  const clients = body['clients'] as { client_id: string; name: string }[];
  const job = clients.find(({ name }) => name === 'Job')?.client_id;
  for (const path of [`clients/${job}`, `resource-servers/${ESCAPED}`]) {
    expect((await send('DELETE', path)).status).toBe(204);
    expect(await send('GET', path)).toMatchObject({ status: 404, body: { statusCode: 404 } });
    expect([204, 404]).toContain((await send('DELETE', path)).status);
  }
});
