// Subject tokens of any type for tokens of a user, as the Action of a profile says (RFC 8693; token-issuance.md 4.14, TX-1 to
// TX-7).

import * as client from 'openid-client';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenOrganization, type TestApi, type TestClient } from '../given.js';
import {
  ACCESS_TOKEN,
  EXCHANGE,
  givenExchangeApp,
  givenProfile,
  SKIPS_CONSENT,
  swapWith,
} from './exchange-given.js';
import {
  claimsOf,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logsOf,
  refresh,
  type TestUser,
} from './given.js';

let server: TestServer;
let user: TestUser;
let app: TestClient;
let api: TestApi;
/** Whatever the subject token is, it names the user. */
let type: string;

const BY_ID = 'api.authentication.setUserById(event.transaction.subject_token);';

beforeAll(async () => {
  server = await startServer({ reasonHeader: true });
  user = await givenUser(server, { given_name: 'Jane' });
  app = await givenExchangeApp(server);
  api = await givenOfflineApi(server, SKIPS_CONSENT);
  await givenUserGrant(server, app, api, ['read', 'write']);
  type = await givenProfile(server, BY_ID);
});
afterAll(() => server.close());

const swap = (parameters: Record<string, string> = {}, of: TestClient = app) =>
  swapWith(server, of, {
    subject_token: user.id,
    subject_token_type: type,
    audience: api.identifier,
    ...parameters,
  });

/** Exchanges by an Action of its own. */
const swapBy = async (body: string, parameters: Record<string, string> = {}) =>
  swap({ subject_token_type: await givenProfile(server, body), ...parameters });

async function profileOf(subjectTokenType: string): Promise<{ id: string; action_id: string }> {
  const { token_exchange_profiles: all } = await bodyOf<{
    token_exchange_profiles: { id: string; subject_token_type: string; action_id: string }[];
  }>(server.api('get', 'token-exchange-profiles?take=100'), 200);
  const found = all.find(({ subject_token_type }) => subject_token_type === subjectTokenType);
  if (found === undefined) throw new Error('there is no such profile');
  return found;
}

describe('TX-1: a login without a browser', () => {
  test('tokens for the user whom the Action set, cut as at a login', async () => {
    const answer = await swap({ scope: 'openid profile read delete nosuch' });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        id_token: expect.any(String),
        issued_token_type: ACCESS_TOKEN,
        scope: 'openid profile read',
        expires_in: 86_400,
        token_type: 'Bearer',
      },
    ]);
    const claims = claimsOf(answer.body.access_token);
    expect(claims).toMatchObject({ sub: user.id, azp: app.id, scope: 'openid profile read' });
    for (const name of ['gty', 'act']) expect(claims).not.toHaveProperty(name);
    expect(claimsOf(answer.body.id_token)).toMatchObject({ sub: user.id, given_name: 'Jane' });
    const [row] = await logsOf(server, app, 'secte');
    expect(row).toMatchObject({ user_id: user.id, scope: 'openid profile read' });
  });

  test('TX-4: nothing asks for openid profile email; TX-2: without an API it is for /userinfo', async () => {
    expect((await swap()).body.scope).toBe('openid profile email');
    const answer = await swap({ audience: '' });
    expect([answer.status, answer.body.scope]).toEqual([200, 'openid profile email']);
    const userinfo = await server
      .request()
      .get('/userinfo')
      .auth(String(answer.body.access_token), { type: 'bearer' });
    expect(userinfo.body).toMatchObject({ sub: user.id, email: user.email });
  });

  test('an official client takes the answer', async () => {
    const config = await client.discovery(
      new URL(`${server.url}/`),
      app.id,
      undefined,
      client.ClientSecretPost(app.secret),
      { execute: [client.allowInsecureRequests] },
    );
    const tokens = await client.genericGrantRequest(config, EXCHANGE, {
      subject_token: user.id,
      subject_token_type: type,
      requested_token_type: ACCESS_TOKEN,
      audience: api.identifier,
      scope: 'read',
    });
    expect([tokens['issued_token_type'], tokens.scope]).toEqual([ACCESS_TOKEN, 'read']);
  });

  test('a public client can, too', async () => {
    const open = await givenExchangeApp(server, { token_endpoint_auth_method: 'none', app_type: 'native' });
    await givenUserGrant(server, open, api, ['read']);
    expect((await swap({ scope: 'read' }, { ...open, secret: '' })).body.scope).toBe('read');
  });

  test('post-login Actions run afterwards, and are told the protocol', async () => {
    const action = {
      name: 'After the exchange',
      supported_triggers: [{ id: 'post-login', version: 'v3' }],
      code: `exports.onExecutePostLogin = async (event, api) => {
        api.accessToken.setCustomClaim('told', [event.transaction.protocol, event.user.user_id]);
      };`,
      deploy: true,
    };
    const { id } = await bodyOf<{ id: string }>(server.api('post', 'actions/actions', action), 201);
    const bind = (bindings: object[]) =>
      bodyOf(server.api('patch', 'actions/triggers/post-login/bindings', { bindings }), 200);
    await bind([{ ref: { type: 'action_id', value: id } }]);
    const answer = await swap();
    await bind([]);
    expect(claimsOf(answer.body.access_token)['told']).toEqual(['oauth2-token-exchange', user.id]);
  });
});

describe('TX-5: refresh tokens', () => {
  test('there is one for offline_access, and it is good', async () => {
    const answer = await swap({ scope: 'openid read offline_access' });
    expect(answer.body.scope).toBe('openid read offline_access');
    const refreshed = await refresh(server, app, answer.body.refresh_token as string);
    expect([refreshed.status, refreshed.body.scope]).toEqual([200, 'openid read offline_access']);
  });

  test('there is none where the Action set an actor, whom the access token names', async () => {
    const actor = { sub: 'agent', kind: 'ai', act: { sub: 'other', level: 2, sure: true } };
    const answer = await swapBy(`${BY_ID} api.authentication.setActor(${JSON.stringify(actor)});`, {
      scope: 'read offline_access',
      actor_token: 'whose',
      actor_token_type: 'urn:example:agent',
    });
    expect([answer.status, answer.body.scope]).toEqual([200, 'read']);
    expect(answer.body).not.toHaveProperty('refresh_token');
    expect(claimsOf(answer.body.access_token)['act']).toEqual(actor);
  });

  test('an actor token alone makes no actor', async () => {
    const answer = await swap({ actor_token: 'whose', actor_token_type: 'urn:example:agent' });
    expect(claimsOf(answer.body.access_token)).not.toHaveProperty('act');
  });
});

describe('the Action', () => {
  test('is told of the request', async () => {
    const organization = await givenOrganization(server);
    await bodyOf(server.api('patch', `clients/${app.id}`, { client_metadata: { tier: 'gold' } }), 200);
    const seen = await swapBy(
      `const { client, resource_server, tenant, request, transaction } = event;
       api.access.deny('seen', JSON.stringify([client.name.length > 0, client.metadata, resource_server, tenant.id.length > 0,
         request.method, request.body.custom, request.body.client_secret, { ...transaction, subject_token: 'hidden' }]));`,
      { scope: 'read', custom: 'x', actor_token: 'an-actor', actor_token_type: 'urn:example:agent' },
    );
    expect(organization).not.toBe('');
    expect(seen.body.error).toBe('seen');
    const [named, metadata, resourceServer, hasTenant, method, custom, secret, transaction] = JSON.parse(
      String(seen.body.error_description),
    ) as unknown[];
    expect([named, metadata, resourceServer, hasTenant]).toEqual([
      true,
      { tier: 'gold' },
      { identifier: api.identifier },
      true,
    ]);
    expect([method, custom, secret]).toEqual(['POST', 'x', null]);
    expect(transaction).toMatchObject({
      subject_token: 'hidden',
      requested_scopes: ['read'],
      requested_token_type: null,
      actor_token: '[token]',
      actor_token_type: 'urn:example:agent',
    });
  });

  test.each([
    ['invalid_request', 400],
    ['server_error', 500],
    ['Unauthorized_login', 400],
  ])('TX-7: denies with the code %s', async (code, status) => {
    const answer = await swapBy(`api.access.deny('${code}', 'not today'); ${BY_ID}`);
    expect([answer.status, answer.body]).toEqual([status, { error: code, error_description: 'not today' }]);
    expect(answer.headers['grantry-reason']).toBe('exchange_denied');
    const [row] = await logsOf(server, app, 'fecte');
    expect(row?.description).toBe('not today');
  });

  test('keeps metadata of the user, as a login does', async () => {
    const answer = await swapBy(`${BY_ID}
      api.user.setAppMetadata('group', 'a'); api.user.setUserMetadata('locale', 'de');`);
    expect(answer.status).toBe(200);
    const path = `users/${encodeURIComponent(user.id)}`;
    expect(await bodyOf(server.api('get', path), 200)).toMatchObject({
      app_metadata: { group: 'a' },
      user_metadata: { locale: 'de' },
    });
  });

  test('is the one that is deployed now', async () => {
    const own = await givenProfile(server, BY_ID);
    const path = `actions/actions/${(await profileOf(own)).action_id}`;
    const code = `exports.onExecuteCustomTokenExchange = async (event, api) => api.access.deny('new', 'new');`;
    await bodyOf(server.api('patch', path, { code }), 200);
    expect((await swap({ subject_token_type: own })).status).toBe(200);
    await bodyOf(server.api('post', `${path}/deploy`), 200);
    expect((await swap({ subject_token_type: own })).body.error).toBe('new');
  });
});

describe('organizations', () => {
  test('the one of the request, or the one that the Action set, while the user is a member', async () => {
    const organization = await givenOrganization(server, { name: 'exchange-org' });
    await bodyOf(server.api('post', `organizations/${organization}/members`, { members: [user.id] }), 204);
    const [connection] = await bodyOf<{ id: string }[]>(
      server.api('get', 'connections?name=Test-Users'),
      200,
    );
    const body = { connection_id: connection?.id };
    await bodyOf(server.api('post', `organizations/${organization}/enabled_connections`, body), 201);
    const member = await givenExchangeApp(server, { organization_usage: 'require' });
    await givenUserGrant(server, member, api, ['read']);
    const set = await givenProfile(server, `${BY_ID} api.authentication.setOrganization('exchange-org');`);

    const asked = await swap({ organization, scope: 'read' }, member);
    expect(claimsOf(asked.body.access_token)['org_id']).toBe(organization);
    const ofAction = await swap({ subject_token_type: set, scope: 'read' }, member);
    expect(claimsOf(ofAction.body.access_token)['org_id']).toBe(organization);
    const none = await swap({ scope: 'read' }, member);
    expect([none.status, none.body.error]).toEqual([400, 'invalid_request']);

    await bodyOf(server.api('delete', `organizations/${organization}/members`, { members: [user.id] }), 204);
    const gone = await swap({ subject_token_type: set, scope: 'read' }, member);
    expect([gone.status, gone.body.error]).toEqual([403, 'access_denied']);
  });
});
