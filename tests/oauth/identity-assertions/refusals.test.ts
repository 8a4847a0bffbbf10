// What cross app access is attacked with, and what it refuses: whoever may not ask, assertions that are none, of others or for
// others, and what the policy does not give (token-issuance.md TX-18; RFC 7523 section 3, RFC 8725).

import { createHmac } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { Response } from 'supertest';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenClient, givenThirdParty } from '../given.js';
import { requestToken } from '../provider/given.js';
import {
  assertionOf,
  claimsFor,
  exchangeWith,
  givenEnterpriseUser,
  givenScene,
  JWT_BEARER,
  type Scene,
  show,
  SWITCHED_ON,
} from './given.js';
import { ID_JAG, IdentityProvider, newIssuerKey } from './identity-provider.js';

let server: TestServer;
let provider: IdentityProvider;
let scene: Scene;
beforeAll(async () => {
  server = await startServer({ reasonHeader: true });
  provider = await IdentityProvider.start();
  scene = await givenScene(server, provider.newIssuer());
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

const seen = ({ status, body, headers }: Response) => [status, body.error, headers['grantry-reason']];
const INVALID = {
  error: 'invalid_grant',
  error_description: 'Assertion is invalid or has expired',
};
const now = (): number => Math.floor(Date.now() / 1000);
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('what all of these are about would be granted', async () => {
  expect((await exchangeWith(scene)).status).toBe(200);
});

describe.each<[about: string, changes: () => Record<string, unknown>]>([
  ['is for another server', () => ({ aud: 'https://other.example.com/' })],
  ['is for this server by another name', () => ({ aud: server.tenant.issuer.slice(0, -1) })],
  ['is for its token endpoint', () => ({ aud: `${server.tenant.issuer}oauth/token` })],
  ['is for others, too', () => ({ aud: [server.tenant.issuer, 'https://other.example.com/'] })],
  ['is for nobody', () => ({ aud: undefined })],
  ['is for another client', () => ({ client_id: server.management.id })],
  ['is for several clients', () => ({ client_id: [scene.app.id] })],
  ['is for no client', () => ({ client_id: undefined })],
  ['is of an issuer that nobody trusts', () => ({ iss: 'https://evil.example.com' })],
  ['is of an issuer with a slash more', () => ({ iss: `${scene.issuer.issuer}/` })],
  ['is of no issuer', () => ({ iss: undefined })],
  ['is of this server', () => ({ iss: server.tenant.issuer })],
  ['is of an issuer that no column could hold', () => ({ iss: 'https://\0.example.com' })],
  ['has expired', () => ({ iat: now() - 600, exp: now() - 300 })],
  ['never expires', () => ({ exp: undefined })],
  ['is good for too long', () => ({ exp: now() + 200_000 })],
  ['is of the future', () => ({ iat: now() + 120, exp: now() + 300 })],
  ['does not say when it was made', () => ({ iat: undefined })],
  ['is not valid yet', () => ({ nbf: now() + 120 })],
  ['has no id', () => ({ jti: undefined })],
  ['is about nobody', () => ({ sub: undefined })],
  ['is about somebody of no name', () => ({ sub: '' })],
  ['is about somebody whom no column could hold', () => ({ sub: 'a\0b' })],
  ['is about a subject without an end', () => ({ sub: 's'.repeat(300) })],
  ['has scopes that are none', () => ({ scope: ['read'] })],
  ['has scopes with a line break', () => ({ scope: 'read\nwrite' })],
  ['has a resource that is none', () => ({ resource: { is: 'none' } })],
  ['has too many resources', () => ({ resource: Array.from({ length: 21 }, (_, i) => `https://${i}`) })],
  ['has an empty list of resources', () => ({ resource: [] })],
  ['names a tenant of a shared issuer', () => ({ tenant: 'acme' })],
  ['names a tenant of this server', () => ({ aud_tenant: 'acme' })],
  ['is narrowed to details', () => ({ authorization_details: [{ type: 'payment' }] })],
])('an assertion that %s', (_, changes) => {
  test('is invalid', async () => {
    const answer = await exchangeWith(scene, changes());
    expect([answer.status, answer.body]).toEqual([400, INVALID]);
    expect(answer.headers['grantry-reason']).toBe('identity_assertion_invalid');
  });
});

describe('a JWT that is no identity assertion', () => {
  test.each(['JWT', 'at+jwt', 'oauth-id-jag', `x/${ID_JAG}`])('of type %s is invalid', async (typ) => {
    const answer = await show(scene, await assertionOf(scene, {}, { typ }));
    expect([answer.status, answer.body]).toEqual([400, INVALID]);
  });

  test('of no type is invalid', async () => {
    const { typ: _, ...header } = { typ: '', alg: 'ES256', kid: scene.issuer.keys[0]?.kid };
    const [, claims, signature] = (await assertionOf(scene)).split('.');
    expect(seen(await show(scene, `${encoded(header)}.${claims}.${signature}`))[0]).toBe(400);
  });

  test.each(['x', 'a.b', 'a.b.c', 'a.b.c.d.e', '..', '{}'])('%s is invalid', async (text) => {
    const answer = await show(scene, text);
    expect([answer.status, answer.body]).toEqual([400, INVALID]);
  });

  test('of more than 8192 bytes is not even looked at', async () => {
    const assertion = await assertionOf(scene, { filler: 'x'.repeat(9000) });
    expect((await show(scene, assertion)).body).toEqual(INVALID);
  });

  test('none at all is a mistake', async () => {
    const answer = await requestToken(server, scene.app, { grant_type: JWT_BEARER });
    expect(answer.body).toEqual({
      error: 'invalid_request',
      error_description: 'Missing required parameter: assertion',
    });
  });

  test('two of them are a mistake', async () => {
    const one = await assertionOf(scene);
    const form = new URLSearchParams([
      ['grant_type', JWT_BEARER],
      ['client_id', scene.app.id],
      ['client_secret', scene.app.secret],
      ['assertion', one],
      ['assertion', one],
    ]);
    const answer = await server.request().post('/oauth/token').type('form').send(form.toString());
    expect(seen(answer)).toEqual([400, 'invalid_request', 'request_malformed']);
  });

  test("an assertion of the client's own key is none of the issuer", async () => {
    const id = await requestToken(server, scene.app, {
      grant_type: JWT_BEARER,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertionOf(scene),
    });
    expect(id.status).not.toBe(200);
  });
});

describe('a signature', () => {
  const unsigned = [401, INVALID];
  const answerTo = async (assertion: string) => {
    const { status, body } = await show(scene, assertion);
    return [status, body as unknown];
  };
  const forged = (header: object, changes: object = {}) =>
    `${encoded({ typ: ID_JAG, ...header })}.${encoded({ ...claimsFor(scene), ...changes })}`;

  test('of none does not hold', async () => {
    expect(await answerTo(`${forged({ alg: 'none' })}.`)).toEqual(unsigned);
  });

  test('with the public key as a shared secret does not hold', async () => {
    const [key] = scene.issuer.keys;
    const pem = key?.publicKey.export({ type: 'spki', format: 'pem' }) ?? '';
    const input = forged({ alg: 'HS256', kid: key?.kid });
    const signature = createHmac('sha256', pem).update(input).digest('base64url');
    expect(await answerTo(`${input}.${signature}`)).toEqual(unsigned);
  });

  test('with a key that the issuer does not publish does not hold, by whatever name', async () => {
    const foreign = newIssuerKey();
    expect(await answerTo(await scene.issuer.sign(claimsFor(scene), {}, foreign))).toEqual(unsigned);
    const kid = scene.issuer.keys[0]?.kid ?? '';
    expect(await answerTo(await scene.issuer.sign(claimsFor(scene), { kid }, foreign))).toEqual(unsigned);
  });

  test('with a key that the assertion brings along, or points to, does not hold', async () => {
    const foreign = newIssuerKey();
    const jwk = foreign.publicKey.export({ format: 'jwk' });
    const before = scene.issuer.asked.keys;
    const headers = [{ jwk }, { jku: `${provider.url}/evil/keys` }, { x5u: `${provider.url}/evil/cert` }];
    for (const header of headers) {
      expect(await answerTo(await scene.issuer.sign(claimsFor(scene), header as object, foreign))).toEqual(
        unsigned,
      );
    }
    expect(scene.issuer.asked.keys).toBe(before);
  });

  test('of other claims does not hold', async () => {
    const [header, , signature] = (await assertionOf(scene)).split('.');
    const claims = encoded({ ...claimsFor(scene), scope: 'read write delete' });
    expect(await answerTo(`${header}.${claims}.${signature}`)).toEqual(unsigned);
  });

  test('of another trusted issuer does not hold', async () => {
    const other = await givenScene(server, provider.newIssuer());
    const assertion = await other.issuer.sign(claimsFor(scene));
    expect(await answerTo(assertion)).toEqual(unsigned);
    expect(decodeJwt(assertion).iss).toBe(scene.issuer.issuer);
  });

  test('with an extension that has to be understood does not hold', async () => {
    const assertion = await assertionOf(scene);
    const [, claims, signature] = assertion.split('.');
    const header = encoded({ typ: ID_JAG, alg: 'ES256', kid: scene.issuer.keys[0]?.kid, crit: ['x'], x: 1 });
    expect(await answerTo(`${header}.${claims}.${signature}`)).toEqual(unsigned);
  });
});

describe('a client', () => {
  test('that it is not gets nothing, and nobody is asked for keys', async () => {
    const fresh = await givenScene(server, provider.newIssuer());
    const assertion = await assertionOf(fresh);
    const wrong = await show({ server, app: { ...fresh.app, secret: 'wrong' } }, assertion);
    expect(seen(wrong)).toEqual([401, 'access_denied', 'client_authentication_failed']);
    const none = await show({ server, app: { ...fresh.app, secret: '' } }, assertion);
    expect(seen(none)).toEqual([401, 'access_denied', 'client_authentication_failed']);
    expect(fresh.issuer.asked).toEqual({ keys: 0, discovery: 0 });
  });

  test.each([
    ['that has it switched off', { identity_assertion_authorization_grant: { active: false } }],
    ['that never had it switched on', { identity_assertion_authorization_grant: undefined }],
    [
      'that lists the grant type alone',
      { identity_assertion_authorization_grant: undefined, grant_types: [JWT_BEARER] },
    ],
  ])('%s gets nothing, and nobody is asked for keys', async (_, client) => {
    const fresh = await givenScene(server, provider.newIssuer(), { client });
    const answer = await exchangeWith(fresh);
    expect(seen(answer)).toEqual([403, 'unauthorized_client', 'identity_assertion_not_allowed']);
    expect(fresh.issuer.asked).toEqual({ keys: 0, discovery: 0 });
  });

  test('that is a permissive third party gets nothing', async () => {
    const app = await givenThirdParty(server, 'permissive', SWITCHED_ON);
    const answer = await exchangeWith({ ...scene, app });
    expect(seen(answer)).toEqual([403, 'unauthorized_client', 'identity_assertion_not_allowed']);
  });

  test("shows another client's assertion in vain", async () => {
    const thief = await givenClient(server, { app_type: 'regular_web', ...SWITCHED_ON });
    expect((await show({ server, app: thief }, await assertionOf(scene))).body).toEqual(INVALID);
  });
});

describe('a connection', () => {
  const patch = (id: string, body: object) => bodyOf(server.api('patch', `connections/${id}`, body), 200);

  test('that is switched off again speaks for nobody', async () => {
    const fresh = await givenScene(server, provider.newIssuer());
    expect((await exchangeWith(fresh)).status).toBe(200);
    for (const role of [{ status: 'disabled' }, null]) {
      await patch(fresh.connection.id, { cross_app_access_resource_app: role });
      expect(seen(await exchangeWith(fresh))).toEqual([400, 'invalid_grant', 'identity_assertion_invalid']);
    }
    await patch(fresh.connection.id, { cross_app_access_resource_app: { status: 'enabled' } });
    expect((await exchangeWith(fresh)).status).toBe(200);
  });

  test('that has another issuer now speaks for nobody of the old one', async () => {
    const fresh = await givenScene(server, provider.newIssuer());
    const { issuer, jwksUri } = provider.newIssuer();
    await patch(fresh.connection.id, { options: { issuer, jwks_uri: jwksUri } });
    expect(seen(await exchangeWith(fresh))).toEqual([400, 'invalid_grant', 'identity_assertion_invalid']);
  });

  test('that is deleted speaks for nobody', async () => {
    const fresh = await givenScene(server, provider.newIssuer());
    await bodyOf(server.api('delete', `connections/${fresh.connection.id}`), 202);
    expect(seen(await exchangeWith(fresh))[0]).toBe(400);
  });

  test('that is not enabled for the client does not let it in', async () => {
    const fresh = await givenScene(server, provider.newIssuer());
    const clients = [{ client_id: fresh.app.id, status: false }];
    await bodyOf(server.api('patch', `connections/${fresh.connection.id}/clients`, clients), 204);
    expect(seen(await exchangeWith(fresh))).toEqual([403, 'access_denied', 'connection_not_enabled']);
  });
});

describe('a user', () => {
  test('who has never logged in is not made', async () => {
    const answer = await exchangeWith(scene, { sub: 'nobody', email: 'nobody@example.com' });
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'User not found' },
    ]);
    const id = `okta|${scene.connection.name}|nobody`;
    expect((await server.api('get', `users/${encodeURIComponent(id)}`)).status).toBe(404);
  });

  test('of another connection is not spoken for', async () => {
    const other = await givenScene(server, provider.newIssuer());
    expect((await exchangeWith(scene, { sub: other.user.sub })).body.error_description).toBe(
      'User not found',
    );
    // Whose id has the form that one of this connection would have.
    const stranger = `${scene.connection.name}|${other.user.sub}`;
    expect((await exchangeWith(other, { sub: stranger })).body.error_description).toBe('User not found');
  });

  test('who is blocked gets nothing', async () => {
    const user = await givenEnterpriseUser(server, scene.connection);
    expect((await exchangeWith({ ...scene, user })).status).toBe(200);
    await bodyOf(server.api('patch', `users/${encodeURIComponent(user.id)}`, { blocked: true }), 200);
    expect(seen(await exchangeWith({ ...scene, user }))).toEqual([403, 'access_denied', 'user_blocked']);
  });

  test('is not told of to a client that may not have the API', async () => {
    const closed = await givenScene(server, provider.newIssuer(), {
      api: { subject_type_authorization: { user: { policy: 'deny_all' }, client: { policy: 'deny_all' } } },
    });
    for (const sub of [closed.user.sub, 'nobody']) {
      expect(seen(await exchangeWith(closed, { sub }))).toEqual([403, 'access_denied', 'policy_denies_all']);
    }
  });
});

describe('the policy', () => {
  test('wants a client grant where the API does', async () => {
    const policy = { user: { policy: 'require_client_grant' }, client: { policy: 'require_client_grant' } };
    const closed = await givenScene(server, provider.newIssuer(), {
      api: { subject_type_authorization: policy },
    });
    expect(seen(await exchangeWith(closed))).toEqual([403, 'access_denied', 'client_grant_missing']);
    const grant = { client_id: closed.app.id, audience: closed.api.identifier, scope: ['write'] };
    await bodyOf(server.api('post', 'client-grants', { ...grant, subject_type: 'user' }), 201);
    const refused = await exchangeWith(closed);
    expect([refused.status, refused.body]).toEqual([
      403,
      { error: 'access_denied', error_description: 'Client has not been granted scopes: read' },
    ]);
    expect((await exchangeWith(closed, { scope: 'read write' })).body.scope).toBe('write');
  });

  test.each([
    ['another API than that of the assertion', () => 'https://other.example.com'],
    ['/userinfo', () => `${server.tenant.issuer}userinfo`],
  ])('gives no token for %s', async (_, audience) => {
    const answer = await exchangeWith(scene, {}, { audience: audience() });
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'invalid_request',
        error_description: 'The audience is not the one that the assertion is for',
      },
    ]);
  });

  test('gives no token without an API, or for one that is not there', async () => {
    expect(seen(await exchangeWith(scene, { resource: undefined }))).toEqual([
      400,
      'invalid_request',
      'audience_missing',
    ]);
    const parameters = { audience: scene.api.identifier };
    expect(seen(await exchangeWith(scene, { resource: undefined }, parameters))).toEqual([
      400,
      'invalid_request',
      'audience_not_asserted',
    ]);
    for (const resource of ['https://gone.example.com', `${server.tenant.issuer}userinfo`]) {
      expect(seen(await exchangeWith(scene, { resource }))).toEqual([
        403,
        'access_denied',
        'resource_server_unknown',
      ]);
    }
  });

  test('gives no token that is good for OpenID Connect', async () => {
    expect(seen(await exchangeWith(scene, { scope: 'openid profile' }))).toEqual([
      403,
      'access_denied',
      'scopes_not_permitted',
    ]);
  });
});
