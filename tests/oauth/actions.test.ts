// Actions of `credentials-exchange`, through HTTP: token-issuance.md 4.16 (AC-5 to AC-8) and 6.6.

import type { Response } from 'supertest';
import { onExchange } from '../actions/given.js';
import { latest } from '../management/logs/log-entry.js';
import { startServer, type TestServer } from '../support/server.js';
import { askToken, associate, bodyOf, claimsOf, givenJoined, givenOrganization, unique } from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
afterEach(() => bind());

interface Settings {
  readonly secrets?: readonly { name: string; value: string }[];
}

/** Makes an Action of this body, and deploys it. */
async function givenAction(body: string, settings: Settings = {}): Promise<{ id: string; name: string }> {
  return bodyOf(
    server.api('post', 'actions/actions', {
      name: unique('Action'),
      supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
      code: onExchange(body),
      deploy: true,
      ...settings,
    }),
    201,
  );
}

async function bind(...actions: { id: string }[]): Promise<void> {
  const bindings = actions.map(({ id }) => ({ ref: { type: 'action_id', value: id } }));
  await bodyOf(server.api('patch', 'actions/triggers/credentials-exchange/bindings', { bindings }), 200);
}

const givenBound = async (body: string, settings?: Settings): Promise<void> =>
  bind(await givenAction(body, settings));

const reasonOf = ({ headers }: Response): unknown => (headers as Record<string, unknown>)['grantry-reason'];

test('AC-6: a claim of an Action is in the token, beside those that every token has', async () => {
  const { client, api } = await givenJoined(server);
  const before = claimsOf(await askToken(server, client, api));
  await givenBound(
    `api.accessToken.setCustomClaim('https://example.com/plan', { name: event.client.name.length });`,
  );
  const after = claimsOf(await askToken(server, client, api)) as object;
  expect(after).toEqual({
    ...(before as object),
    iat: expect.any(Number) as unknown,
    exp: expect.any(Number) as unknown,
    'https://example.com/plan': { name: expect.any(Number) as unknown },
  });
});

test('6.6: reserved claims are what they were', async () => {
  const { client, api } = await givenJoined(server);
  await givenBound(
    `for (const name of ['sub', 'aud', 'scope', 'iss', 'exp', 'azp', 'gty', 'permissions', 'org_id'])
       api.accessToken.setCustomClaim(name, 'evil');`,
  );
  const claims = claimsOf(await askToken(server, client, api));
  expect(Object.values(claims)).not.toContain('evil');
  expect(claims['sub']).toBe(`${client.id}@clients`);
});

test('AC-7: what Actions take away is not in the token, and the log says who did it', async () => {
  const { client, api } = await givenJoined(server);
  await givenBound(`api.transaction.removeTargetScope('write');`);
  const answer = await askToken(server, client, api);
  expect(answer.body).toMatchObject({ scope: 'read' });
  expect(claimsOf(answer)).toMatchObject({ scope: 'read' });
  const { details } = (await latest(server)) as unknown as { details: { rules: string[]; because: string } };
  expect(details.rules.at(-1)).toBe('actions AC-7');
  expect(details.because).toMatch(/^Actions that ran: Action-\d+; they took away: write$/);
});

test('AC-7: an Action cannot lift a token above the client grant', async () => {
  const { client, api } = await givenJoined(server, {
    api: { token_dialect: 'access_token_authz', enforce_policies: true },
  });
  await givenBound(`api.transaction.setTargetScopes(['delete', 'admin', 'read', 'openid']);`);
  const answer = await askToken(server, client, api);
  expect(answer.body).toMatchObject({ scope: 'read' });
  expect(claimsOf(answer)).toMatchObject({ scope: 'read', permissions: ['read'] });
});

test('AC-7: without a scope left there is a token without scope', async () => {
  const { client, api } = await givenJoined(server);
  await givenBound(`api.transaction.clearTargetScopes();`);
  const answer = await askToken(server, client, api);
  expect(answer.status).toBe(200);
  expect(answer.body).not.toHaveProperty('scope');
  expect(claimsOf(answer)).not.toHaveProperty('scope');
});

test('AC-8: Actions are told what was asked for, and by whom', async () => {
  const { client, api, grantId } = await givenJoined(server, {
    client: { client_metadata: { plan: 'gold' } },
    grant: { organization_usage: 'allow' },
  });
  const organization = await givenOrganization(server, { display_name: 'Acme', metadata: { tier: '1' } });
  await associate(server, organization, grantId);
  await givenBound(`api.accessToken.setCustomClaim('event', event);`, {
    secrets: [{ name: 'KEY', value: 'hunter22' }],
  });
  const answer = await askToken(server, client, api, { scope: 'read', organization, custom: 'x' })
    .set('User-Agent', 'test/1')
    .set('X-Correlation-ID', 'abc');
  expect((claimsOf(answer) as { event: object }).event).toEqual({
    accessToken: { customClaims: {}, scope: ['read', 'write'] },
    client: { client_id: client.id, name: expect.any(String) as unknown, metadata: { plan: 'gold' } },
    organization: {
      id: organization,
      name: expect.any(String) as unknown,
      display_name: 'Acme',
      metadata: { tier: '1' },
    },
    request: {
      method: 'POST',
      hostname: server.tenant.domain,
      ip: expect.stringMatching(/127\.0\.0\.1$/) as unknown,
      user_agent: 'test/1',
      geoip: {},
      body: {
        grant_type: 'client_credentials',
        client_id: client.id,
        audience: api.identifier,
        scope: 'read',
        organization,
        custom: 'x',
      },
    },
    resource_server: { identifier: api.identifier },
    secrets: { KEY: 'hunter22' },
    tenant: { id: server.tenant.name },
    transaction: {
      requested_scopes: ['read'],
      target_scopes: ['read', 'write'],
      correlation_id: 'abc',
    },
  });
});

test('a body that is JSON is told as it was sent, without what proves who the client is', async () => {
  const { client, api } = await givenJoined(server);
  await givenBound(`api.accessToken.setCustomClaim('body', event.request.body);`);
  const body = {
    grant_type: 'client_credentials',
    client_id: client.id,
    audience: api.identifier,
    deep: { a: [1] },
  };
  const answer = await server
    .request()
    .post('/oauth/token')
    .send({ ...body, client_secret: client.secret });
  expect((claimsOf(answer) as { body: object }).body).toEqual(body);
  expect(answer.text).not.toContain(client.secret);
});

test.each([
  ['invalid_scope', 400],
  ['invalid_request', 400],
  ['server_error', 500],
])('AC-5: %s is answered with %i, and those after it do not run', async (code, status) => {
  const { client, api } = await givenJoined(server);
  const denies = await givenAction(`api.access.deny('${code}', 'not for you');`);
  await bind(denies, await givenAction('throw new Error();'));
  const answer = await askToken(server, client, api);
  expect({ status: answer.status, body: answer.body as unknown, reason: reasonOf(answer) }).toEqual({
    status,
    body: { error: code, error_description: 'not for you' },
    reason: 'action_denied',
  });
  expect(await latest(server)).toMatchObject({
    type: 'feccft',
    description: 'not for you',
    details: { because: `Action ${denies.name} denied: not for you`, error: code },
  });
});

test('AC-5: without a reason there is a text all the same', async () => {
  const { client, api } = await givenJoined(server);
  await givenBound(`api.access.deny('invalid_scope');`);
  const answer = await askToken(server, client, api);
  expect(answer.body).toEqual({
    error: 'invalid_scope',
    error_description: 'The request was denied by an Action.',
  });
});

test.each([
  ['throws', `throw new Error('the database said hunter22');`, 'Error: the database said [secret]'],
  ['loops', 'while (true);', 'ran out of time'],
  ['allocates for ever', `[...'x'.repeat(20_000_000)];`, 'InternalError: out of memory'],
])(
  'FC-3: an Action that %s refuses the token, and is in the log with its name',
  async (_name, body, because) => {
    const { client, api } = await givenJoined(server);
    const action = await givenAction(body, { secrets: [{ name: 'KEY', value: 'hunter22' }] });
    await bind(action);
    const answer = await askToken(server, client, api);
    expect({ status: answer.status, body: answer.body as unknown, reason: reasonOf(answer) }).toEqual({
      status: 500,
      body: {
        error: 'server_error',
        error_description: 'The request could not be completed because an Action failed.',
      },
      reason: 'action_failed',
    });
    expect(await latest(server)).toMatchObject({
      type: 'feccft',
      details: { because: `Action ${action.name} failed: ${because}` },
    });
  },
);

test('while an Action loops, other requests are answered', async () => {
  const { client, api } = await givenJoined(server);
  const other = await givenJoined(server);
  await givenBound(`if (event.client.client_id === '${client.id}') while (true);`);
  await askToken(server, other.client, other.api);
  const order: string[] = [];
  const note = (name: string) => (answer: Response) => order.push(`${name} ${answer.status}`);
  // supertest asks once it is waited for.
  const looping = askToken(server, client, api).then(note('loop'));
  await Promise.all([
    askToken(server, other.client, other.api).then(note('token')),
    server.api('get', 'clients?per_page=1').then(note('list')),
  ]);
  await looping;
  expect(order.at(-1)).toBe('loop 500');
  expect(order.slice(0, 2).sort()).toEqual(['list 200', 'token 200']);
});

test('what an Action writes is in the log, without its secrets, and whatever it is', async () => {
  const { client, api } = await givenJoined(server);
  const action = await givenAction(String.raw`console.log('key', event.secrets.KEY, '\0\ud800');`, {
    secrets: [{ name: 'KEY', value: 'hunter22' }],
  });
  await bind(action);
  expect((await askToken(server, client, api)).status).toBe(200);
  const { details } = (await latest(server)) as unknown as {
    details: { actions: { action: string; output: string }[] };
  };
  expect(details.actions).toEqual([
    { action: action.name, output: expect.stringMatching(/^key \[secret\] /) as unknown },
  ]);
});

test('a change is in force for the very next request', async () => {
  const { client, api } = await givenJoined(server);
  const claim = async () => claimsOf(await askToken(server, client, api))['n'];
  expect(await claim()).toBeUndefined();
  const action = await givenAction(`api.accessToken.setCustomClaim('n', 1);`);
  await bind(action);
  expect(await claim()).toBe(1);
  const path = `actions/actions/${action.id}`;
  await bodyOf(
    server.api('patch', path, { code: onExchange(`api.accessToken.setCustomClaim('n', 2);`) }),
    200,
  );
  expect(await claim()).toBe(1);
  await bodyOf(server.api('post', `${path}/deploy`), 200);
  expect(await claim()).toBe(2);
  await bodyOf(server.api('delete', `${path}?force=true`), 204);
  expect(await claim()).toBeUndefined();
});

test('Actions of post-login do not run here', async () => {
  const { client, api } = await givenJoined(server);
  const body = {
    name: unique('Login'),
    supported_triggers: [{ id: 'post-login' }],
    code: `exports.onExecutePostLogin = () => { throw 1; }`,
    deploy: true,
  };
  const { name } = await bodyOf<{ name: string }>(server.api('post', 'actions/actions', body), 201);
  const bindings = [{ ref: { type: 'action_name', value: name } }];
  await bodyOf(server.api('patch', 'actions/triggers/post-login/bindings', { bindings }), 200);
  expect((await askToken(server, client, api)).status).toBe(200);
});

test('a refused request runs no Action', async () => {
  const { client, api } = await givenJoined(server);
  await givenBound('while (true);');
  const answer = await askToken(server, client, api, { scope: 'delete' });
  expect(reasonOf(answer)).toBe('scopes_not_granted');
});

test("6.6: a token for the server's own API has no claim without a namespace", async () => {
  await givenBound(
    `api.accessToken.setCustomClaim('plain', 1); api.accessToken.setCustomClaim('https://example.com/a', 1);`,
  );
  const answer = await askToken(server, server.management, {
    identifier: server.tenant.identifierOf('management'),
  });
  const claims = claimsOf(answer);
  expect([claims['plain'], claims['https://example.com/a']]).toEqual([undefined, 1]);
});

test('ACTIONS=off is the way back in when an Action keeps everybody out', async () => {
  const other = await startServer({ env: { ACTIONS: 'off' } });
  const { client, api } = await givenJoined(other);
  const body = {
    name: 'Closed',
    supported_triggers: [{ id: 'credentials-exchange' }],
    code: onExchange(`api.access.deny('invalid_request', 'closed');`),
    deploy: true,
  };
  const { id } = await bodyOf<{ id: string }>(other.api('post', 'actions/actions', body), 201);
  const bindings = [{ ref: { type: 'action_id', value: id } }];
  await bodyOf(other.api('patch', 'actions/triggers/credentials-exchange/bindings', { bindings }), 200);
  expect((await askToken(other, client, api)).status).toBe(200);
  await other.close();
});
