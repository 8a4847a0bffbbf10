// What a custom token exchange is refused for, before and beside what its Action says (token-issuance.md TX-1, TX-3).

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenApi, givenClient, givenThirdParty, type TestApi, type TestClient } from '../given.js';
import { EXCHANGE, givenExchangeApp, givenProfile, SKIPS_CONSENT, swapWith } from './exchange-given.js';
import { givenOfflineApi, givenUser, givenUserGrant, logsOf, type TestUser } from './given.js';

let server: TestServer;
let user: TestUser;
let app: TestClient;
let api: TestApi;
let type: string;

const BY_ID = 'api.authentication.setUserById(event.transaction.subject_token);';

beforeAll(async () => {
  server = await startServer({ reasonHeader: true });
  user = await givenUser(server);
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

describe('who and what may not', () => {
  const unauthorized = {
    error: 'unauthorized_client',
    error_description: `Grant type '${EXCHANGE}' not allowed for the client.`,
    error_uri: 'https://auth0.com/docs/clients/client-grant-types',
  };

  test.each([
    ['without the permission', { token_exchange: null }],
    [
      'with that for the other kind only',
      { token_exchange: { allow_any_profile_of_type: ['on_behalf_of_token_exchange'] } },
    ],
    ['that is not oidc_conformant', { oidc_conformant: false }],
  ])('TX-1: a client %s', async (_what, settings) => {
    const other = await givenExchangeApp(server, settings);
    const answer = await swap({}, other);
    expect([answer.status, answer.body]).toEqual([403, unauthorized]);
    expect(await logsOf(server, other, 'fecte')).toHaveLength(1);
  });

  test.each(['strict', 'permissive'] as const)('TX-1: a %s third party', async (mode) => {
    const other = await givenThirdParty(server, mode, { callbacks: ['https://x.example.com/'] });
    const path = `clients/${other.id}`;
    await server.api('patch', path, {
      token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
    });
    const answer = await swap({}, other);
    expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
  });

  test('a type that no profile is for, and a token type that is not issued', async () => {
    const combination = {
      error: 'invalid_request',
      error_description: 'Invalid subject_token_type and requested_token_type combination.',
    };
    for (const parameters of [
      { subject_token_type: 'urn:acme:nobody' },
      { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      { subject_token_type: type.toUpperCase() },
      { requested_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
    ]) {
      const answer = await swap(parameters);
      expect([answer.status, answer.body]).toEqual([400, combination]);
    }
  });

  test.each([
    ['subject_token', { subject_token: '' }],
    ['subject_token_type', { subject_token_type: '' }],
    ['actor_token_type', { actor_token: 'x' }],
    ['actor_token', { actor_token_type: 'urn:example:x' }],
  ])('without %s', async (name, parameters) => {
    const answer = await swap(parameters);
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: 'invalid_request', error_description: `Missing required parameter: ${name}` },
    ]);
  });

  test('TX-3: an API that does not let consent be skipped', async () => {
    const asks = await givenApi(server, {
      skip_consent_for_verifiable_first_party_clients: false,
    });
    const answer = await swap({ audience: asks.identifier, scope: 'read' });
    expect([answer.status, answer.body]).toEqual([
      403,
      { error: 'consent_required', error_description: 'Consent required' },
    ]);
  });

  test('an API without a client grant: the Action does not even run', async () => {
    const closed = await givenOfflineApi(server, SKIPS_CONSENT);
    const own = await givenProfile(server, `api.access.deny('ran', 'it ran');`);
    const answer = await swap({ subject_token_type: own, audience: closed.identifier });
    expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
  });

  test('a wrong secret, and a profile that has gone', async () => {
    expect((await swap({ client_secret: 'wrong' })).status).toBe(401);
    const listed = await bodyOf<{ token_exchange_profiles: { id: string; subject_token_type: string }[] }>(
      server.api('get', 'token-exchange-profiles'),
      200,
    );
    const found = listed.token_exchange_profiles.find(
      ({ subject_token_type }) => subject_token_type === type,
    );
    await bodyOf(server.api('delete', `token-exchange-profiles/${found?.id}`), 204);
    const answer = await swap();
    type = await givenProfile(server, BY_ID);
    expect([answer.status, answer.headers['grantry-reason']]).toEqual([400, 'exchange_profile_unknown']);
  });

  test('where Actions are switched off nobody can say who it is', async () => {
    const off = await startServer({ env: { ACTIONS: 'off' } });
    const one = await givenExchangeApp(off);
    const own = await givenProfile(off, BY_ID);
    const answer = await swapWith(off, one, { subject_token: 'x', subject_token_type: own });
    await off.close();
    expect([answer.status, answer.body.error]).toEqual([500, 'server_error']);
  });
});

test('a plain client of an API still exchanges on behalf of users only', async () => {
  const plain = await givenClient(server, {
    app_type: 'resource_server',
    resource_server_identifier: api.identifier,
  });
  expect((await swap({}, plain)).status).toBe(403);
});
