// The examples of openapi.yaml, as the server takes them: whoever pastes one, with names of their own, is not refused.

import { answer, asked, givenAsker } from '../oauth/provider/backchannel-given.js';
import {
  givenApi,
  givenClient,
  givenGrant,
  givenOrganization,
  type TestClient,
  unique,
} from '../oauth/given.js';
import {
  authorizeUrl,
  Browser,
  CONNECTION,
  givenApp,
  givenUser,
  givenUserGrant,
  logIn,
  newPkce,
  parameterOf,
  PASSWORD,
  signIn,
  tokensOf,
} from '../oauth/provider/given.js';
import { assertionOf, givenScene } from '../oauth/identity-assertions/given.js';
import { IdentityProvider } from '../oauth/identity-assertions/identity-provider.js';
import { givenExchangeApp, givenProfile } from '../oauth/provider/exchange-given.js';
import { startServer, type TestServer } from '../support/server.js';
import { isObject, type Json, operationOf } from './document.js';

let server: TestServer;
let provider: IdentityProvider;
beforeAll(async () => {
  server = await startServer({ env: { TEST_LOGIN: 'on' } });
  provider = await IdentityProvider.start();
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

interface Example {
  readonly name: string;
  readonly body: Json;
}

function examplesOf(operationId: string): Example[] {
  const { requestBody } = operationOf(operationId).raw as {
    requestBody: { content: Record<string, { examples?: Record<string, { value: unknown }> }> };
  };
  const found = Object.entries(requestBody.content['application/json']?.examples ?? {});
  if (found.length === 0) throw new Error(`${operationId} has no examples`);
  return found.map(([name, { value }]) => ({ name, body: isObject(value) ? value : {} }));
}

test.each(examplesOf('createResourceServer'))('an API: $name', async ({ body }) => {
  const identifier = `https://${unique('api')}.example.com/`;
  expect((await server.api('post', 'resource-servers', { ...body, identifier })).status).toBe(201);
});

test.each(examplesOf('updateResourceServer'))('a change of an API: $name', async ({ body }) => {
  const { identifier } = await givenApi(server);
  const path = `resource-servers/${encodeURIComponent(identifier)}`;
  expect((await server.api('patch', path, body)).status).toBe(200);
});

test.each(examplesOf('createClient'))('a client: $name', async ({ body }) => {
  expect((await server.api('post', 'clients', body)).status).toBe(201);
});

test.each(examplesOf('createClientGrant'))('a client grant: $name', async ({ body }) => {
  const { identifier: audience } = await givenApi(server);
  const { id } = await givenClient(server);
  const grant = { ...body, audience, ...('client_id' in body && { client_id: id }) };
  expect((await server.api('post', 'client-grants', grant)).status).toBe(201);
});

test.each(examplesOf('updateClientGrant'))('a change of a client grant: $name', async ({ body }) => {
  const grant = await givenGrant(server, await givenClient(server), await givenApi(server));
  expect((await server.api('patch', `client-grants/${grant}`, body)).status).toBe(200);
});

test.each(examplesOf('createOrganization'))('an organization: $name', async ({ body }) => {
  expect((await server.api('post', 'organizations', body)).status).toBe(201);
});

test.each(examplesOf('addOrganizationClientGrant'))(
  'a client grant of an organization: $name',
  async ({ body }) => {
    const grant = await givenGrant(server, await givenClient(server), await givenApi(server));
    const path = `organizations/${await givenOrganization(server)}/client-grants`;
    expect((await server.api('post', path, { ...body, grant_id: grant })).status).toBe(201);
  },
);

/** What stands in an example of a token request for things that have to be there, by its name. */
const given: Record<string, (audience: string) => Promise<Record<string, string>>> = {
  all: async (audience) => grantedTo(await givenClient(server), audience),
  organization: async (audience) => ({
    ...(await grantedTo(await givenClient(server), audience)),
    organization: await givenOrganization(server),
  }),
  code: async () => {
    const [app, user, pkce] = [await givenApp(server), await givenUser(server), newPkce()];
    const challenge = { code_challenge: pkce.challenge, code_challenge_method: 'S256' };
    const end = await logIn(new Browser(server.url), authorizeUrl(server, app, challenge), user);
    return { ...proofOf(app), code: parameterOf(end, 'code'), code_verifier: pkce.verifier };
  },
  refresh: async (audience) => {
    const [app, user] = [await givenApp(server), await givenUser(server)];
    const tokens = await tokensOf(server, app, user, {
      audience,
      scope: 'openid offline_access read:orders',
    });
    return { ...proofOf(app), refresh_token: tokens.refresh_token ?? '' };
  },
  approval: async () => {
    const [app, user] = [await givenAsker(server), await givenUser(server)];
    const secret = await asked(server, app, user);
    await answer(server, secret, 'approve');
    return { ...proofOf(app), auth_req_id: secret };
  },
  device: async () => {
    const [app, user] = [await givenApp(server), await givenUser(server)];
    const asked = { ...proofOf(app), scope: 'openid' };
    const { body } = await server.request().post('/oauth/device/code').type('form').send(asked);
    const browser = new Browser(server.url);
    const page = await browser.open(String(body.verification_uri_complete));
    await signIn(browser, await browser.submit(page, { confirm: 'yes' }), user);
    return { ...proofOf(app), device_code: String(body.device_code) };
  },
  password: async (audience) => ({ ...(await passwordOf()), audience }),
  realm: async (audience) => ({ ...(await passwordOf()), audience, realm: CONNECTION }),
  exchange: async (audience) => {
    const { identifier } = await givenApi(server);
    const api = await givenClient(server, {
      app_type: 'resource_server',
      resource_server_identifier: identifier,
      grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'],
      token_exchange: { allow_any_profile_of_type: ['on_behalf_of_token_exchange'] },
    });
    const [app, user] = [await givenApp(server), await givenUser(server)];
    await givenUserGrant(server, api, { identifier: audience }, ['read:orders']);
    const tokens = await tokensOf(server, app, user, { audience: identifier, scope: 'openid' });
    return { ...proofOf(api), audience, subject_token: tokens.access_token };
  },
  profile: async (audience) => {
    const [app, user] = [await givenExchangeApp(server), await givenUser(server)];
    await givenUserGrant(server, app, { identifier: audience }, ['read:orders']);
    const type = await givenProfile(server, `api.authentication.setUserById('${user.id}');`);
    return { ...proofOf(app), audience, subject_token_type: type };
  },
  assertion: async (resource) => {
    const scene = await givenScene(server, provider.newIssuer());
    return { ...proofOf(scene.app), assertion: await assertionOf(scene, { resource, scope: undefined }) };
  },
};

const proofOf = ({ id, secret }: TestClient) => ({ client_id: id, client_secret: secret });

async function grantedTo(client: TestClient, audience: string): Promise<Record<string, string>> {
  const organizations = { organization_usage: 'allow', allow_any_organization: true };
  await givenGrant(server, client, { identifier: audience }, { scope: ['read:orders'], ...organizations });
  return { ...proofOf(client), audience };
}

async function passwordOf(): Promise<Record<string, string>> {
  const { email } = await givenUser(server);
  return { ...proofOf(await givenApp(server)), username: email, password: PASSWORD };
}

test.each(examplesOf('issueToken'))('a token: $name', async ({ name, body }) => {
  const { identifier } = await givenApi(server, {
    scopes: [{ value: 'read:orders' }],
    allow_offline_access: true,
    // TX-3: a token exchange cannot ask anybody.
    skip_consent_for_verifiable_first_party_clients: true,
  });
  const request = { ...(body as Record<string, string>), ...(await given[name]?.(identifier)) };
  const answer = await server.requestToken(request);
  expect({ status: answer.status, error: answer.body.error_description }).toEqual({ status: 200 });
});
