// Cross app access, end to end: an assertion of a local issuer becomes an access token (token-issuance.md TX-18; the platform's
// page "Cross App Access, Get Token"; draft-ietf-oauth-identity-assertion-authz-grant).

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, jwtVerify, SignJWT } from 'jose';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, claimsOf, givenGrant, givenOrganization, givenThirdParty, unique } from '../given.js';
import { givenExchangeApp, givenProfile, SKIPS_CONSENT, swapWith } from '../provider/exchange-given.js';
import { logsOf, movingClock } from '../provider/given.js';
import {
  assertionOf,
  claimsFor,
  exchangeWith,
  givenIssuerConnection,
  givenScene,
  JWT_BEARER,
  type Scene,
  show,
  SWITCHED_ON,
} from './given.js';
import { IdentityProvider, newIssuerKey } from './identity-provider.js';

const clock = movingClock();
let server: TestServer;
let provider: IdentityProvider;
beforeAll(async () => {
  server = await startServer({ now: clock.now, reasonHeader: true });
  provider = await IdentityProvider.start();
});
afterAll(async () => {
  clock.stop();
  await server.close();
  await provider.close();
});

const sceneWith = (settings: { client?: object; api?: object; connection?: object } = {}): Promise<Scene> =>
  givenScene(server, provider.newIssuer(), settings);

const verified = async (token: string, { api }: Scene) => {
  const { payload } = await jwtVerify(token, server.keys.verificationKey, {
    issuer: server.tenant.issuer,
    audience: api.identifier,
    currentDate: clock.now(),
  });
  return payload;
};

describe('a first party', () => {
  test('gets an access token of the user for the API, and nothing else', async () => {
    const scene = await sceneWith();
    const answer = await exchangeWith(scene);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body).toSorted()).toEqual(['access_token', 'expires_in', 'token_type']);
    expect(answer.body).toMatchObject({ expires_in: 86400, token_type: 'Bearer' });
    const claims = await verified(answer.body.access_token, scene);
    expect(claims).toMatchObject({ sub: scene.user.id, azp: scene.app.id, scope: 'read' });
    expect(claims).not.toHaveProperty('gty');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('can show the same assertion again while it is valid, and not after', async () => {
    const scene = await sceneWith();
    const assertion = await assertionOf(scene);
    for (const _ of [1, 2]) expect((await show(scene, assertion)).status).toBe(200);
    clock.forward(400);
    expect((await show(scene, assertion)).status).toBe(400);
  });

  test('is told the scopes where they are not those that were asked for', async () => {
    const scene = await sceneWith();
    expect((await exchangeWith(scene, { scope: 'read nosuch openid offline_access' })).body).toMatchObject({
      scope: 'read',
    });
  });

  test("asks with a parameter where the assertion says nothing, and the assertion's scopes come before it", async () => {
    const scene = await sceneWith();
    const scopeOf = async (said: string | undefined, asked: string) => {
      const answer = await exchangeWith(scene, { scope: said }, { scope: asked });
      return [answer.status, answer.body.scope, claimsOf(answer)['scope']];
    };
    expect(await scopeOf(undefined, 'write')).toEqual([200, undefined, 'write']);
    expect(await scopeOf('read', 'write')).toEqual([200, undefined, 'read']);
    expect(await scopeOf('', 'write')).toEqual([200, undefined, undefined]);
  });

  test('is held to the permissions of the user', async () => {
    const scene = await sceneWith({ api: { enforce_policies: true, token_dialect: 'access_token_authz' } });
    const permission = { resource_server_identifier: scene.api.identifier, permission_name: 'read' };
    const path = `users/${encodeURIComponent(scene.user.id)}/permissions`;
    await bodyOf(server.api('post', path, { permissions: [permission] }), 201);
    const answer = await exchangeWith(scene, { scope: 'read write' });
    expect(answer.body.scope).toBe('read');
    expect(claimsOf(answer)).toMatchObject({ scope: 'read', permissions: ['read'] });
  });

  test('needs no consent, even where the API wants one', async () => {
    const scene = await sceneWith({ api: { skip_consent_for_verifiable_first_party_clients: false } });
    expect((await exchangeWith(scene)).status).toBe(200);
  });

  test("gets a token for the tenant's default API where the assertion names none", async () => {
    const scene = await sceneWith();
    const setDefault = (default_audience: string) =>
      server.api('patch', 'tenants/settings', { default_audience });
    await bodyOf(setDefault(scene.api.identifier), 200);
    const answer = await exchangeWith(scene, { resource: undefined });
    const other = await sceneWith();
    const mismatch = await exchangeWith(other, { resource: undefined }, { audience: other.api.identifier });
    await bodyOf(setDefault(''), 200);
    expect((await verified(answer.body.access_token, scene)).sub).toBe(scene.user.id);
    expect([mismatch.status, mismatch.headers['grantry-reason']]).toEqual([400, 'audience_not_asserted']);
  });

  test('can repeat the API, or choose one of several', async () => {
    const scene = await sceneWith();
    const audience = scene.api.identifier;
    expect((await exchangeWith(scene, {}, { audience })).status).toBe(200);
    const resource = ['https://other.example.com', audience];
    expect((await exchangeWith(scene, { resource }, { audience })).status).toBe(200);
    const unclear = await exchangeWith(scene, { resource });
    expect([unclear.status, unclear.headers['grantry-reason']]).toEqual([400, 'audience_missing']);
  });

  test('authenticates as it does elsewhere: with Basic', async () => {
    const scene = await sceneWith();
    const answer = await server
      .request()
      .post('/oauth/token')
      .auth(scene.app.id, scene.app.secret)
      .type('form')
      .send({ grant_type: JWT_BEARER, assertion: await assertionOf(scene) });
    expect(answer.status).toBe(200);
  });
});

describe('other clients', () => {
  test('a strict third party gets a token within its grant, without consent', async () => {
    const scene = await sceneWith();
    const settings = { ...SWITCHED_ON, grant_types: ['authorization_code'] };
    const app = await givenThirdParty(server, 'strict', settings);
    const { id } = scene.connection;
    await bodyOf(
      server.api('patch', `connections/${id}/clients`, [{ client_id: app.id, status: true }]),
      204,
    );
    const of = { ...scene, app };
    expect((await exchangeWith(of)).headers['grantry-reason']).toBe('client_grant_missing');
    await givenGrant(server, app, scene.api, { subject_type: 'user', scope: ['read'] });
    const answer = await exchangeWith(of, { scope: 'read write openid' });
    expect([answer.status, answer.body.scope]).toEqual([200, 'read']);
  });

  test('a public client gets one with an assertion of the last minute', async () => {
    const scene = await sceneWith({ client: { token_endpoint_auth_method: 'none' } });
    const app = { ...scene.app, secret: '' };
    const assertion = await assertionOf(scene);
    expect((await show({ server, app }, assertion)).status).toBe(200);
    clock.forward(61);
    const late = await show({ server, app }, assertion);
    expect([late.status, late.headers['grantry-reason']]).toEqual([400, 'identity_assertion_invalid']);
  });

  test('a public client on a page can read the answer, on its own origin only', async () => {
    const scene = await sceneWith({
      client: { token_endpoint_auth_method: 'none', web_origins: ['https://app.example.com'] },
    });
    const from = async (origin: string) =>
      server
        .requestToken({
          grant_type: JWT_BEARER,
          client_id: scene.app.id,
          assertion: await assertionOf(scene),
        })
        .set('Origin', origin);
    const own = await from('https://app.example.com');
    expect([own.status, own.headers['access-control-allow-origin']]).toEqual([
      200,
      'https://app.example.com',
    ]);
    const foreign = await from('https://evil.example.com');
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([400, undefined]);
  });
});

describe('a token bound to a key', () => {
  const proofOf = async (key: { privateKey: KeyObject; publicKey: KeyObject }) =>
    new SignJWT({ htm: 'POST', htu: `${server.tenant.issuer}oauth/token`, jti: unique('proof') })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(key.publicKey) })
      .setIssuedAt(Math.floor(Date.now() / 1000))
      .sign(key.privateKey);

  test('is given to whoever proves one, and an assertion that is bound to one needs it', async () => {
    const scene = await sceneWith();
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jkt = await calculateJwkThumbprint(await exportJWK(key.publicKey));
    const bound = await assertionOf(scene, { cnf: { jkt } });
    const parameters = {
      grant_type: JWT_BEARER,
      client_id: scene.app.id,
      client_secret: scene.app.secret,
      assertion: bound,
    };
    const answer = await server.requestToken(parameters).set('DPoP', await proofOf(key));
    expect([answer.status, answer.body.token_type]).toEqual([200, 'DPoP']);
    expect(claimsOf(answer)['cnf']).toEqual({ jkt });
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const refusals = [
      await show(scene, bound),
      await server.requestToken(parameters).set('DPoP', await proofOf(other)),
      await show(scene, await assertionOf(scene, { cnf: { 'x5t#S256': 'abc' } })),
    ];
    expect(refusals.map(({ status, body }) => [status, body.error])).toEqual([
      [400, 'invalid_grant'],
      [400, 'invalid_grant'],
      [400, 'invalid_grant'],
    ]);
  });
});

describe('the organization', () => {
  const member = async (scene: Scene, settings: object = {}) => {
    const organization = await givenOrganization(server, settings);
    const { connection, user } = scene;
    const joins = { connection_id: connection.id, assign_membership_on_login: false };
    await bodyOf(server.api('post', `organizations/${organization}/enabled_connections`, joins), 201);
    await bodyOf(server.api('post', `organizations/${organization}/members`, { members: [user.id] }), 204);
    return organization;
  };

  test('of the connection is that of the token, where the user is a member', async () => {
    const scene = await sceneWith({ client: { organization_usage: 'allow' } });
    const organization = await member(scene);
    expect(claimsOf(await exchangeWith(scene))).toMatchObject({ org_id: organization });
  });

  test('does not count for a stranger, and keeps one out where the client requires it', async () => {
    const scene = await sceneWith({ client: { organization_usage: 'allow' } });
    const organization = await member(scene);
    const members = { members: [scene.user.id] };
    await bodyOf(server.api('delete', `organizations/${organization}/members`, members), 204);
    const answer = await exchangeWith(scene);
    expect(answer.status).toBe(200);
    expect(claimsOf(answer)).not.toHaveProperty('org_id');
    await bodyOf(server.api('patch', `clients/${scene.app.id}`, { organization_usage: 'require' }), 200);
    const refused = await exchangeWith(scene);
    expect([refused.status, refused.headers['grantry-reason']]).toEqual([403, 'not_a_member']);
  });

  test('has to be named where the connection is for several', async () => {
    const scene = await sceneWith({ client: { organization_usage: 'allow' } });
    const [first] = [await member(scene), await member(scene)];
    const unclear = await exchangeWith(scene);
    expect([unclear.status, unclear.headers['grantry-reason']]).toEqual([400, 'organization_required']);
    expect(claimsOf(await exchangeWith(scene, {}, { organization: first ?? '' }))['org_id']).toBe(first);
  });

  test('keeps out third parties that it does not allow', async () => {
    const scene = await sceneWith();
    const app = await givenThirdParty(server, 'strict', {
      ...SWITCHED_ON,
      grant_types: ['authorization_code'],
    });
    await givenGrant(server, app, scene.api, { subject_type: 'user', scope: ['read'] });
    const organization = await member(scene);
    const refused = await exchangeWith({ ...scene, app });
    expect([refused.status, refused.body]).toEqual([
      403,
      {
        error: 'access_denied',
        error_description: `client ${app.id} is not enabled for the ${organization} organization`,
      },
    ]);
    const opened = { third_party_client_access: 'allow' };
    await bodyOf(server.api('patch', `organizations/${organization}`, opened), 200);
    expect(claimsOf(await exchangeWith({ ...scene, app }))['org_id']).toBe(organization);
  });
});

describe('keys of the issuer', () => {
  test('are found by its discovery document where no address is configured', async () => {
    const scene = await sceneWith({ connection: { options: { jwks_uri: undefined }, strategy: 'oidc' } });
    for (const _ of [1, 2]) expect((await exchangeWith(scene)).status).toBe(200);
    expect(scene.issuer.asked).toEqual({ keys: 1, discovery: 1 });
    expect(scene.user.id).toMatch(/^oidc\|enterprise-\d+\|00u-\d+$/);
  });

  test('can be of other algorithms, as far as the connection has them', async () => {
    const scene = await sceneWith({ connection: { options: { id_token_signed_response_algs: ['RS256'] } } });
    scene.issuer.keys = [newIssuerKey('RS256'), newIssuerKey('ES256')];
    const by = (index: number) => scene.issuer.sign(claimsFor(scene), {}, scene.issuer.keys[index]);
    expect((await show(scene, await by(0))).status).toBe(200);
    expect((await show(scene, await by(1))).status).toBe(401);
  });
});

describe('post-login Actions', () => {
  test('run, are told the protocol, and cannot give what an assertion never gives', async () => {
    const scene = await sceneWith();
    const code = `exports.onExecutePostLogin = async (event, api) => {
      if (event.client.client_id !== '${scene.app.id}') return;
      api.accessToken.setCustomClaim('https://acme.example.com/protocol', event.transaction.protocol);
      api.accessToken.setCustomClaim('https://acme.example.com/connection', event.connection.name);
      api.accessToken.addScope('openid');
      api.accessToken.addScope('offline_access');
      api.accessToken.addScope('write');
    };`;
    const action = {
      name: unique('action'),
      supported_triggers: [{ id: 'post-login', version: 'v3' }],
      code,
      deploy: true,
    };
    const { id } = await bodyOf<{ id: string }>(server.api('post', 'actions/actions', action), 201);
    const bindings = { bindings: [{ ref: { type: 'action_id', value: id }, display_name: 'x' }] };
    await bodyOf(server.api('patch', 'actions/triggers/post-login/bindings', bindings), 200);
    const answer = await exchangeWith(scene);
    await bodyOf(server.api('patch', 'actions/triggers/post-login/bindings', { bindings: [] }), 200);
    expect(answer.body).toMatchObject({ scope: 'read write' });
    expect(answer.body).not.toHaveProperty('id_token');
    expect(answer.body).not.toHaveProperty('refresh_token');
    expect(claimsOf(answer)).toMatchObject({
      aud: scene.api.identifier,
      'https://acme.example.com/protocol': 'oauth2-identity-assertion-authorization-grant',
      'https://acme.example.com/connection': scene.connection.name,
    });
  });
});

describe('the log', () => {
  test('has a row for a token, with its rules and without the assertion', async () => {
    const scene = await sceneWith();
    const assertion = await assertionOf(scene, { scope: 'read nosuch' });
    await show(scene, assertion);
    const [row] = await logsOf(server, scene.app, 'idjag_exchange_succeeded');
    expect(row).toMatchObject({ user_id: scene.user.id, scope: 'read' });
    expect(row?.details?.dropped).toMatchObject([{ scope: 'nosuch', source: 'US-12' }]);
    expect(row?.details?.rules).toContain('consent TX-18');
    expect(JSON.stringify(row)).not.toContain(assertion.split('.')[2]);
  });

  test('has a row for a refusal, and another type where the JWT is no identity assertion', async () => {
    const scene = await sceneWith();
    const tokens = [
      await assertionOf(scene, { client_id: 'somebody-else' }),
      await assertionOf(scene, {}, { typ: 'JWT' }),
    ];
    for (const token of tokens) await show(scene, token);
    const rows = [
      ...(await logsOf(server, scene.app, 'idjag_exchange_failed')),
      ...(await logsOf(server, scene.app, 'jwt_bearer_exchange_failed')),
    ];
    expect(rows.map(({ details }) => details?.because)).toEqual([
      'it is for another client',
      'it is too long, or its typ is not oauth-id-jag+jwt',
    ]);
    for (const token of tokens) expect(JSON.stringify(rows)).not.toContain(token.split('.')[2]);
  });
});

test('a user whom a custom token exchange has made can be spoken for', async () => {
  const scene = await sceneWith();
  const maker = await givenExchangeApp(server);
  const issuer = provider.newIssuer();
  const connection = await givenIssuerConnection(server, issuer, [maker, scene.app]);
  const named = { user_id: `${connection.name}|00u7`, email: 'seven@example.com' };
  const how = { creationBehavior: 'create_if_not_exists', updateBehavior: 'none' };
  const given = [connection.name, named, how].map((value) => JSON.stringify(value)).join(', ');
  const type = await givenProfile(server, `api.authentication.setUserByConnection(${given});`);
  await bodyOf(server.api('patch', `resource-servers/${scene.api.id}`, SKIPS_CONSENT), 200);
  const parameters = { subject_token: 'x', subject_token_type: type, audience: scene.api.identifier };
  expect((await swapWith(server, maker, parameters)).status).toBe(200);
  const user = { id: `okta|${connection.name}|00u7`, sub: '00u7' };
  const answer = await exchangeWith({ ...scene, issuer, connection, user });
  expect(claimsOf(answer)['sub']).toBe(user.id);
});
