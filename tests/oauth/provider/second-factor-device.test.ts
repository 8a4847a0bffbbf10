// A second factor on a paired device (token-issuance.md CB-5): what the platform does with an app of its own, a browser that the
// user has paired does here.

import type { Response } from 'supertest';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenApi, type TestApi, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  claimsOf,
  exchange,
  givenUser,
  logsOf,
  movingClock,
  type Page,
  parameterOf,
  requestToken,
  signIn,
  type TestUser,
} from './given.js';
import {
  askWithPassword,
  givenFactor,
  givenMfaApp,
  givenPolicy,
  mfaApi,
  mfaTokenOf,
  OOB,
} from './second-factor-given.js';

const clock = movingClock();
let server: TestServer;
let app: TestClient;
let api: TestApi;
let user: TestUser;
/** The user's phone. */
let phone: Browser;

beforeAll(async () => {
  server = await startServer({ now: clock.now, env: { TEST_LOGIN: 'on' } });
  await givenFactor(server, 'push-notification');
  await givenPolicy(server, 'all-applications');
  app = await givenMfaApp(server);
  api = await givenApi(server, { skip_consent_for_verifiable_first_party_clients: true });
  user = await givenUser(server);
  phone = await givenDevice(user);
});
// A user is asked five times a minute.
beforeEach(() => clock.forward(61));
afterAll(async () => {
  clock.stop();
  await server.close();
});

const PUSH = { authenticator_types: ['oob'], oob_channels: ['auth0'] };
const poll = (token: string, code: string, of: TestClient = app): Promise<Response> => {
  clock.forward(6);
  return requestToken(server, of, { grant_type: OOB, mfa_token: token, oob_code: code });
};

/** A browser that has been paired with a user, by the MFA API and the link that it answers. */
async function givenDevice(of: TestUser, browser = new Browser(server.url)): Promise<Browser> {
  const token = await mfaTokenOf(server, app, of);
  const begun = await mfaApi(server, 'post', 'associate', token, PUSH);
  const { oob_code: code, barcode_uri: link } = begun.body as { oob_code: string; barcode_uri: string };
  const page = await browser.open(link);
  await browser.submit(page, { decision: 'pair' });
  const tokens = await poll(token, code);
  if (tokens.status !== 200) throw new Error(`the device could not be paired: ${tokens.text}`);
  return browser;
}

const waitingOn = (browser: Browser): Promise<Page> => browser.open('/u/device');
const decide = async (browser: Browser, decision: 'approve' | 'deny'): Promise<Page> =>
  browser.submit(await waitingOn(browser), { decision });

async function challenged(of = user): Promise<{ token: string; code: string }> {
  const token = await mfaTokenOf(server, app, of);
  const answer = await server
    .request()
    .post('/mfa/challenge')
    .send({ client_id: app.id, client_secret: app.secret, mfa_token: token, challenge_type: 'oob' });
  expect([answer.status, answer.body]).toEqual([
    200,
    { challenge_type: 'oob', oob_code: expect.any(String) },
  ]);
  return { token, code: String(answer.body.oob_code) };
}

describe('pairing', () => {
  test('leaves a cookie that no script reads and no other site sends', async () => {
    const token = await mfaTokenOf(server, app, await givenUser(server));
    const { body } = await mfaApi(server, 'post', 'associate', token, PUSH);
    const browser = new Browser(server.url);
    const page = await browser.open(body.barcode_uri);
    const answer = await browser.request(body.barcode_uri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        xsrf: /name="xsrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '',
        decision: 'pair',
      }).toString(),
    });
    const cookie = answer.headers.getSetCookie().find((each) => each.startsWith('grantry_device='));
    expect(cookie).toMatch(/; path=\/.*; samesite=strict; httponly/i);
  });

  test('begins with a link, and is done when the browser there says yes', async () => {
    const other = await givenUser(server);
    const refused = await askWithPassword(server, app, other);
    expect(refused.body.mfa_requirements).toEqual({ enroll: [{ type: 'push-notification' }] });
    const token = String(refused.body.mfa_token);
    const begun = await mfaApi(server, 'post', 'associate', token, PUSH);
    expect([begun.status, begun.body]).toEqual([
      200,
      {
        authenticator_type: 'oob',
        oob_channel: 'auth0',
        oob_code: expect.any(String),
        barcode_uri: expect.stringMatching(`^${server.url}/u/pair\\?token=[\\w-]{43}$`),
      },
    ]);
    const pending = await poll(token, begun.body.oob_code);
    expect([pending.status, pending.body]).toEqual([
      400,
      {
        error: 'authorization_pending',
        error_description: 'Authorization pending: please repeat the request in a few seconds.',
      },
    ]);
    const browser = new Browser(server.url);
    const page = await browser.open(begun.body.barcode_uri);
    expect(page.html).toContain(other.email);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const done = await browser.submit(page, { decision: 'pair' });
    expect(done.html).toContain('/u/device');
    expect((await poll(token, begun.body.oob_code)).status).toBe(200);
    // The link is good once, and for one browser.
    const late = await new Browser(server.url).open(begun.body.barcode_uri);
    expect(late.status).toBe(400);
  });

  test('is not done by opening the link, nor by a form of another browser', async () => {
    const other = await givenUser(server);
    const token = await mfaTokenOf(server, app, other);
    const begun = await mfaApi(server, 'post', 'associate', token, PUSH);
    const page = await new Browser(server.url).open(begun.body.barcode_uri);
    const stranger = new Browser(server.url);
    await stranger.open(begun.body.barcode_uri);
    const forged = await stranger.submit(page, { decision: 'pair' });
    expect(forged.status).toBe(400);
    const { body } = await poll(token, begun.body.oob_code);
    expect(body.error).toBe('authorization_pending');
  });

  test('can be cancelled, and ends after five minutes', async () => {
    const other = await givenUser(server);
    const token = await mfaTokenOf(server, app, other);
    const begun = await mfaApi(server, 'post', 'associate', token, PUSH);
    const browser = new Browser(server.url);
    const page = await browser.open(begun.body.barcode_uri);
    await browser.submit(page, { decision: 'cancel' });
    expect((await poll(token, begun.body.oob_code)).body.error).toBe('authorization_pending');
    clock.forward(301);
    expect((await browser.submit(page, { decision: 'pair' })).status).toBe(400);
    const over = await poll(token, begun.body.oob_code);
    expect([over.status, over.body.error]).toEqual([403, 'expired_token']);
  });

  test.each(['', 'nosuch', '%00', 'x'.repeat(5000)])('the link with %j leads nowhere', async (token) => {
    expect((await new Browser(server.url).open(`/u/pair?token=${token}`)).status).toBe(400);
  });

  test('one browser can be of several users', async () => {
    const other = await givenUser(server);
    const shared = await givenDevice(other, await givenDevice(await givenUser(server)));
    const { token, code } = await challenged(other);
    await decide(shared, 'approve');
    expect((await poll(token, code)).status).toBe(200);
    const { body } = await server.api('get', `users/${encodeURIComponent(other.id)}/authentication-methods`);
    expect(JSON.stringify(body)).not.toContain(shared.cookies()['grantry_device']);
  });
});

describe('CB-5: a login on a paired device', () => {
  test('waits, and comes to tokens when the user says yes', async () => {
    const { token, code } = await challenged();
    expect((await poll(token, code)).body.error).toBe('authorization_pending');
    const page = await waitingOn(phone);
    expect(page.html).toContain(user.email);
    expect(page.html).toContain('127.0.0.1');
    await phone.submit(page, { decision: 'approve' });
    const answer = await poll(token, code);
    expect(answer.status).toBe(200);
    expect(claimsOf(answer.body.id_token)).toMatchObject({ sub: user.id, amr: ['mfa'] });
    expect((await logsOf(server, app, 'seoobft'))[0]).toMatchObject({ user_id: user.id });
    // Used up.
    expect((await poll(token, code)).status).not.toBe(200);
  });

  test('is refused when the user says no', async () => {
    const { token, code } = await challenged();
    await decide(phone, 'deny');
    const answer = await poll(token, code);
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: 'access_denied', error_description: 'MFA Authorization rejected.' },
    ]);
  });

  test('polled too fast has to slow down', async () => {
    const { token, code } = await challenged();
    await poll(token, code);
    const again = await requestToken(server, app, { grant_type: OOB, mfa_token: token, oob_code: code });
    expect([again.status, again.body]).toMatchObject([400, { error: 'slow_down', interval: 10 }]);
  });

  test('comes to tokens once, with real concurrency', async () => {
    const { token, code } = await challenged();
    await decide(phone, 'approve');
    clock.forward(6);
    const ask = () => requestToken(server, app, { grant_type: OOB, mfa_token: token, oob_code: code });
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('is shown to nobody else, and answered by nobody else', async () => {
    const other = await givenDevice(await givenUser(server));
    const { token, code } = await challenged();
    expect((await waitingOn(other)).html).not.toContain(user.email);
    const theirs = await waitingOn(phone);
    expect((await other.submit(theirs, { decision: 'approve' })).status).toBe(400);
    // A browser that is not paired, and one with a key that somebody made up.
    const stranger = new Browser(server.url);
    expect((await waitingOn(stranger)).status).toBe(403);
    stranger.setCookie('grantry_device', 'A'.repeat(43));
    expect((await stranger.submit(theirs, { decision: 'approve' })).status).toBe(403);
    expect((await poll(token, code)).body.error).toBe('authorization_pending');
  });

  test('a session of the user, made by the password alone, does not approve it', async () => {
    const { token, code } = await challenged();
    const session = new Browser(server.url);
    await session.request('/_grantry/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: user.id }),
    });
    const page = await session.open('/u/approvals');
    expect(page.html).not.toContain('127.0.0.1');
    const [pending] = await server.storage.approvals.pendingOf(user.id, 'second_factor', clock.now(), 1);
    const named = await session.open(`/u/approvals?consent=${pending?.id ?? ''}`);
    await session.submit(named, { decision: 'approve', consent: pending?.id ?? '', shown: '' });
    expect((await poll(token, code)).body.error).toBe('authorization_pending');
  });

  test.each([
    ['of nothing', () => 'nosuch'],
    ['of another user', async () => (await challenged(await givenPaired())).code],
  ])('a code %s is refused', async (_name, code) => {
    const token = await mfaTokenOf(server, app, user);
    const answer = await poll(token, await code());
    expect([answer.status, answer.body.error_description]).toEqual([
      400,
      "The oob_code doesn't match the mfa_token",
    ]);
  });

  async function givenPaired(): Promise<TestUser> {
    const other = await givenUser(server);
    await givenDevice(other);
    return other;
  }

  test('a user is asked five times a minute at most', async () => {
    const token = await mfaTokenOf(server, app, user);
    const ask = () =>
      server
        .request()
        .post('/mfa/challenge')
        .send({ client_id: app.id, client_secret: app.secret, mfa_token: token });
    const answers = await Promise.all(Array.from({ length: 7 }, ask));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });

  test('a device whose pairing was taken back approves nothing', async () => {
    const other = await givenUser(server);
    const device = await givenDevice(other);
    const all = await server.storage.config.authenticators.listOf(other.id);
    await server.storage.write(async ({ authenticators }) => ({
      result: await authenticators.delete(other.id, all[0]?.id ?? ''),
      entry: null,
    }));
    expect((await waitingOn(device)).status).toBe(403);
  });

  test('a script can answer, where the server was started for it', async () => {
    const { token, code } = await challenged();
    await bodyOf(
      server.request().post('/_grantry/approve').send({ auth_req_id: code, decision: 'approve' }),
      204,
    );
    expect((await poll(token, code)).status).toBe(200);
  });
});

describe('a login on the pages', () => {
  const login = (): string => authorizeUrl(server, app, { audience: api.identifier, scope: 'openid read' });

  async function openLogin(): Promise<{ browser: Browser; page: Page }> {
    const browser = new Browser(server.url);
    return { browser, page: await signIn(browser, await browser.open(login()), user) };
  }

  test('waits for the device, and goes on by itself', async () => {
    const { browser, page } = await openLogin();
    expect(page.html).toMatch(/http-equiv="refresh" content="5"/);
    expect((await browser.open(page.url)).url.origin).toBe(server.url);
    await decide(phone, 'approve');
    const end = await browser.open(page.url);
    const answer = await exchange(server, app, parameterOf(end, 'code'));
    expect(claimsOf(answer.body.id_token)).toMatchObject({ amr: ['mfa'] });
  });

  test('says so when it is refused, and can ask again', async () => {
    const { browser, page } = await openLogin();
    await decide(phone, 'deny');
    const refused = await browser.open(page.url);
    expect(refused.title).toMatch(/^Error:/);
    const again = await browser.submit(refused, { decision: 'ask_again' });
    expect(again.title).not.toMatch(/^Error:/);
    await decide(phone, 'approve');
    expect(parameterOf(await browser.open(again.url), 'code')).not.toBe('');
  });

  test("another login's approval is not this one's", async () => {
    const { browser, page } = await openLogin();
    const other = await challenged();
    // The newest stands first.
    await decide(phone, 'approve');
    expect((await poll(other.token, other.code)).status).toBe(200);
    expect((await browser.open(page.url)).url.origin).toBe(server.url);
  });
});
