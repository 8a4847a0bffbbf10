// What is never told: secrets in the log (design.md D6), and the reason where the operator wants none.

import { startServer, type TestServer } from '../support/server.js';
import { askWithAssertion, claimsFor, givenKeyClient, newKeyPair, signedBy } from './assertions.js';
import { askToken, bodyOf, givenJoined } from './given.js';

async function everyRow(server: TestServer): Promise<string> {
  const rows: { log_id: string }[] = [];
  for (;;) {
    const from = rows.at(-1)?.log_id;
    const path = `logs?take=100${from === undefined ? '' : `&from=${from}`}`;
    const page = await bodyOf<{ log_id: string }[]>(server.api('get', path), 200);
    if (page.length === 0) return JSON.stringify(rows);
    rows.push(...page);
  }
}

test('no secret, assertion, key or token that anybody sends or gets is in any row', async () => {
  const server = await startServer();
  try {
    const chosen = 'a-secret-that-an-administrator-chose';
    const apiSecret = 'a-signing-secret-that-somebody-chose';
    const { client, api } = await givenJoined(server, {
      api: { signing_alg: 'HS256', signing_secret: apiSecret },
    });
    const key = newKeyPair();
    const keyClient = await givenKeyClient(server, key);
    const assertion = await signedBy(keyClient, claimsFor(server, keyClient, new Date()));
    const refusedAssertion = await signedBy(
      keyClient,
      claimsFor(server, keyClient, new Date(), { aud: 'https://other.example.com/' }),
    );
    const header = Buffer.from(`${client.id}:wrong-in-the-header`).toString('base64');

    const first = await askToken(server, client, api);
    await bodyOf(server.api('patch', `clients/${client.id}`, { client_secret: chosen }), 200);
    const second = await askToken(server, { ...client, secret: chosen }, api);
    const rotated = await bodyOf<{ client_secret: string }>(
      server.api('post', `clients/${client.id}/rotate-secret`),
      200,
    );
    const third = await askWithAssertion(server, keyClient, assertion);
    await askWithAssertion(server, keyClient, assertion);
    await askWithAssertion(server, keyClient, refusedAssertion);
    await askToken(server, client, api, { client_secret: 'wrong-in-the-body' });
    await server
      .requestToken({ grant_type: 'client_credentials', audience: api.identifier })
      .set('Authorization', `Basic ${header}`);
    await server.api('patch', `clients/${client.id}`, { client_secret: chosen, nosuch: true });

    const tokens = [first, second, third].map((answer) => answer.body.access_token as string);
    const told = {
      chosen,
      apiSecret,
      made: client.secret,
      rotated: rotated.client_secret,
      assertion,
      refusedAssertion,
      header,
      wrongInHeader: 'wrong-in-the-header',
      wrongInBody: 'wrong-in-the-body',
      key: key.pem.split('\n')[1] ?? '',
      token1: tokens[0] ?? '',
      token2: tokens[1] ?? '',
      token3: tokens[2] ?? '',
      signature: assertion.split('.')[2] ?? '',
    };
    const rows = await everyRow(server);
    const empty = Object.values(told).filter((secret) => secret.length < 10);
    const found = Object.entries(told).filter(([, secret]) => rows.includes(secret));
    expect({ empty, found, isComplete: rows.includes('client_assertion_replayed') }).toEqual({
      empty: [],
      found: [],
      isComplete: true,
    });
  } finally {
    await server.close();
  }
});

describe('where the reason header is off', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ reasonHeader: false });
  });
  afterAll(() => server.close());

  test.each<[what: string, parameters: Record<string, string>, status: number]>([
    ['a token', {}, 200],
    ['a refusal by the policy', { scope: 'nosuch' }, 403],
    ['a failed authentication', { client_secret: 'wrong' }, 401],
    ['a malformed request', { grant_type: '' }, 400],
  ])('%s says nothing more than OAuth has it', async (_what, parameters, status) => {
    const { client, api } = await givenJoined(server);
    const answer = await askToken(server, client, api, parameters);
    expect(answer.status).toBe(status);
    expect(answer.headers).not.toHaveProperty('grantry-reason');
  });
});
