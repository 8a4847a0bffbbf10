// An assertion is used once: token-issuance.md 7.2 ("`jti` single use"), RFC 7523 section 3, item 7. On both databases,
// since it is the database that tells a first use from a second.

import { engines } from '../support/engines.js';
import { startServer, type TestServer } from '../support/server.js';
import { askWithAssertion, claimsFor, givenKeyClient, newKeyPair, signedBy } from './assertions.js';
import { refusalOf, unique } from './given.js';

const key = newKeyPair();

const replayed = {
  status: 401,
  body: {
    error: 'invalid_client',
    error_description: 'The client assertion has been used before',
  },
  reason: 'client_assertion_replayed',
};

describe.each(engines)('an assertion on the $name database', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine });
  });
  afterAll(() => server.close());

  test('is refused the second time', async () => {
    const client = await givenKeyClient(server, key);
    const assertion = await signedBy(client, claimsFor(server, client, new Date()));
    expect((await askWithAssertion(server, client, assertion)).status).toBe(200);
    expect(refusalOf(await askWithAssertion(server, client, assertion))).toEqual(replayed);
  });

  test('is refused with a jti that another one had', async () => {
    const client = await givenKeyClient(server, key);
    const claims = claimsFor(server, client, new Date());
    await askWithAssertion(server, client, await signedBy(client, claims));
    const again = await signedBy(client, { ...claims, exp: Number(claims.exp) - 60 });
    expect(refusalOf(await askWithAssertion(server, client, again))).toEqual(replayed);
  });

  test('is used also by a request that is refused for another reason', async () => {
    const client = await givenKeyClient(server, key);
    const assertion = await signedBy(client, claimsFor(server, client, new Date()));
    await askWithAssertion(server, client, assertion, { scope: 'nosuch' });
    expect(refusalOf(await askWithAssertion(server, client, assertion))).toEqual(replayed);
  });

  test('is not used by a request that it does not authenticate', async () => {
    const client = await givenKeyClient(server, key);
    const claims = claimsFor(server, client, new Date());
    const forged = await signedBy({ ...client, ...newKeyPair() }, claims);
    await askWithAssertion(server, client, forged);
    const genuine = await signedBy(client, claims);
    expect((await askWithAssertion(server, client, genuine)).status).toBe(200);
  });

  test('that is sent 20 times at once is answered with exactly one token', async () => {
    const client = await givenKeyClient(server, key);
    const assertion = await signedBy(client, claimsFor(server, client, new Date()));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => askWithAssertion(server, client, assertion)),
    );
    const granted = answers.filter(({ status }) => status === 200);
    const others = answers.filter(({ status }) => status !== 200);
    expect(granted).toHaveLength(1);
    expect(others.map(refusalOf)).toEqual(Array.from({ length: 19 }, () => replayed));
  });

  test('may have the jti of another client', async () => {
    const [one, two] = await Promise.all([givenKeyClient(server, key), givenKeyClient(server, key)]);
    const jti = unique('shared');
    const assertions = await Promise.all(
      [one, two].map((client) => signedBy(client, claimsFor(server, client, new Date(), { jti }))),
    );
    expect((await askWithAssertion(server, one, assertions[0] ?? '')).status).toBe(200);
    expect((await askWithAssertion(server, two, assertions[1] ?? '')).status).toBe(200);
  });
});

// On servers of their own: nothing may be left of it for the requests that follow.
test.each(engines)('a jti that no column can hold is refused and harms nothing ($name)', async (engine) => {
  const server = await startServer({ engine });
  try {
    const client = await givenKeyClient(server, key);
    const poisoned = await signedBy(client, claimsFor(server, client, new Date(), { jti: 'a\0b' }));
    const refused = await askWithAssertion(server, client, poisoned);
    const sound = await signedBy(client, claimsFor(server, client, new Date()));
    const next = await askWithAssertion(server, client, sound);
    expect([refused.status, next.status]).toEqual([401, 200]);
  } finally {
    await server.close();
  }
});
