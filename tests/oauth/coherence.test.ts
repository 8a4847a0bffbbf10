// A change of the configuration is in force for the very next token request (token-endpoint.ts; design.md D8: "a coherent
// cache"), whichever process it went through.

import { engines } from '../support/engines.js';
import { startServer, type TestServer } from '../support/server.js';
import { askWithAssertion, claimsFor, givenKeyClient, newKeyPair, signedBy } from './assertions.js';
import { changes, quotaChanges } from './coherence-rows.js';
import { seenIn } from './coherence-scenes.js';
import { askToken, bodyOf, givenGrant, givenJoined, type TestApi, type TestClient } from './given.js';
import { type Peer, startPeer } from './peer.js';

/** Who is changed while the first server is asked. PostgreSQL with one server is a part of PostgreSQL with two. */
const arrangements = engines.map((engine) => ({
  engine,
  name: engine.name === 'embedded' ? 'on the embedded database' : 'through another server on PostgreSQL',
}));

describe.each(arrangements)('a change $name', ({ engine }) => {
  let server: TestServer;
  let peer: Peer | null = null;
  let changed: Pick<TestServer, 'api' | 'requestToken'>;
  beforeAll(async () => {
    server = await startServer({ engine });
    if (engine.name === 'postgresql') peer = await startPeer(server);
    changed = peer ?? server;
  });
  afterAll(async () => {
    await peer?.close();
    await server.close();
  });

  test.each([...changes, ...quotaChanges])('is in force for the next request when $change', async (row) => {
    const { ask, change } = await row.given(server);
    const before = await ask(server);
    const done = await change(changed);
    const after = await ask(server);
    expect(done.status).toBeLessThan(300);
    expect([before, after].map((answer) => seenIn(row, answer))).toEqual([row.before, row.after]);
  });

  /** 50 requests at once, at every server there is. */
  const fifty = (client: TestClient, api: TestApi) =>
    Array.from({ length: 50 }, (_, index) => askToken(index % 2 === 0 ? server : changed, client, api));

  test('is in force for the next request while 50 others are in flight', async () => {
    const { client, api, grantId } = await givenJoined(server);
    await Promise.all(fifty(client, api));

    const inFlight = Promise.all(fifty(client, api));
    await bodyOf(changed.api('delete', `client-grants/${grantId}`), 204);
    const next = await Promise.all(fifty(client, api));

    expect(next.map((answer) => answer.headers['grantry-reason'])).toEqual(
      next.map(() => 'client_grant_missing'),
    );
    const reasons = (await inFlight).map((answer) => answer.headers['grantry-reason'] as unknown);
    expect(['granted', 'client_grant_missing']).toEqual(expect.arrayContaining(reasons));
  });

  test('divides the log: every row names a configuration under which its decision was right', async () => {
    const { client, api, grantId } = await givenJoined(server);
    const inFlight = Promise.all(fifty(client, api));
    await bodyOf(changed.api('delete', `client-grants/${grantId}`), 204);
    await inFlight;

    interface Row {
      readonly type: string;
      readonly config_version: number;
      readonly details: { request?: { path: string } };
    }
    const path = `/api/v2/client-grants/${grantId}`;
    const writes = await bodyOf<Row[]>(server.api('get', 'logs?q=type:sapi&per_page=100'), 200);
    const deletion = writes.find(({ details }) => details.request?.path === path)?.config_version;
    const asked = await bodyOf<Row[]>(server.api('get', `logs?q=client_id:${client.id}&per_page=100`), 200);
    const late = asked.filter(
      ({ type, config_version }) => type === 'seccft' && config_version >= Number(deletion),
    );
    const refused = asked.filter(
      ({ type, config_version }) => type === 'feccft' && config_version < Number(deletion),
    );
    expect({ deletion, rows: asked.length, late, refused }).toEqual({
      deletion: expect.any(Number) as unknown,
      rows: 50,
      late: [],
      refused: [],
    });
  });

  test('that is undone is undone for the next request, ten times over', async () => {
    const { client, api, grantId } = await givenJoined(server);
    let current = grantId;
    for (let round = 0; round < 10; round++) {
      await bodyOf(changed.api('delete', `client-grants/${current}`), 204);
      const without = await askToken(server, client, api);
      current = await givenGrant(server, client, api);
      const having = await askToken(changed, client, api);
      expect([without.status, having.status]).toEqual([403, 200]);
    }
  });

  test('of who has used an assertion is one too', async () => {
    const client = await givenKeyClient(server, newKeyPair());
    const assertion = await signedBy(client, claimsFor(server, client, new Date()));
    const first = await askWithAssertion(server, client, assertion);
    const second = await askWithAssertion(changed, client, assertion);
    expect([first, second].map((answer) => answer.headers['grantry-reason'] as unknown)).toEqual([
      'granted',
      'client_assertion_replayed',
    ]);
  });

  test('of how many tokens a quota has left is one too, with 30 requests at once', async () => {
    const settings = { token_quota: { client_credentials: { per_hour: 10 } } };
    const { client, api } = await givenJoined(server, { client: settings });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => askToken(index % 2 === 0 ? server : changed, client, api)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  });
});
