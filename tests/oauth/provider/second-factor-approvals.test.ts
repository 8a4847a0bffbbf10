// A second factor of a user who approves elsewhere: asked for on the page, demanded by the tenant or by an Action.

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, type TestClient } from '../given.js';
import { answer, approvalsOf, asked, givenAsker, poll } from './backchannel-given.js';
import {
  givenPostLogin,
  Browser,
  claimsOf,
  givenUser,
  type LogRow,
  movingClock,
  type Page,
  type TestUser,
} from './given.js';
import {
  givenAuthenticatorApp,
  givenFactor,
  givenMfaApp,
  givenPolicy,
  oneTimePassword,
} from './second-factor-given.js';

const clock = movingClock();
let server: TestServer;
let app: TestClient;
let user: TestUser;
let secret: string;

beforeAll(async () => {
  server = await startServer({ now: clock.now, env: { TEST_LOGIN: 'on' } });
  await givenFactor(server, 'otp');
  await givenPolicy(server, 'all-applications');
  app = await givenAsker(server);
  user = await givenUser(server);
  ({ secret } = await givenAuthenticatorApp(server, await givenMfaApp(server), user, clock));
});
beforeEach(() => givenPolicy(server, 'all-applications'));
afterAll(async () => {
  clock.stop();
  await server.close();
});

function nextCode(): string {
  clock.forward(30);
  return oneTimePassword(secret, clock.now());
}

/** A request, and the page on which its user has signed in and pressed "Approve". */
async function approveAs(of: TestUser): Promise<{ request: string; browser: Browser; page: Page }> {
  const request = await asked(server, app, of);
  const browser = new Browser(server.url);
  const page = await approvalsOf(browser, of);
  return { request, browser, page: await browser.submit(page, { decision: 'approve' }) };
}

const stateOf = async (request: string): Promise<string> => {
  const { body } = await poll(server, app, request);
  return String(body.error ?? 'tokens');
};

test('is shown before the approval counts, and the tokens say so', async () => {
  const { request, browser, page } = await approveAs(user);
  expect(page.html).toContain('name="otp"');
  expect(await stateOf(request)).toBe('authorization_pending');

  const wrong = await browser.submit(page, { otp: '000000', decision: 'continue' });
  expect([wrong.status, wrong.html.includes('name="otp"')]).toEqual([400, true]);
  clock.forward(30);
  expect(await stateOf(request)).toBe('authorization_pending');

  const done = await browser.submit(wrong, { otp: nextCode(), decision: 'continue' });
  expect(done.status).toBe(200);
  const { body } = await poll(server, app, request);
  expect(claimsOf(body.id_token)).toMatchObject({ sub: user.id, amr: ['mfa'] });
  const rows = await bodyOf<LogRow[]>(server.api('get', 'logs?per_page=20'), 200);
  expect(rows.map(({ type }) => type)).toEqual(expect.arrayContaining(['gd_auth_failed', 'gd_auth_succeed']));
});

test('is asked for at each approval, whatever the browser has shown before', async () => {
  const { browser, page } = await approveAs(user);
  await browser.submit(page, { otp: nextCode(), decision: 'continue' });

  const second = await asked(server, app, user);
  const next = await browser.submit(await browser.open('/u/approvals'), { decision: 'approve' });
  expect(next.html).toContain('name="otp"');
  expect(await stateOf(second)).toBe('authorization_pending');
  await answer(server, second, 'deny');
});

test('approves nothing but what was shown before it', async () => {
  const { request, browser, page } = await approveAs(user);
  const action = /action="([^"]*)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const csrf = /name="xsrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '';
  const forged = await browser.open(action.replace(/shown=[^&]*/, 'shown=somethingelse'), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ xsrf: csrf, otp: nextCode(), decision: 'continue' }).toString(),
  });
  expect(forged.status).toBe(400);
  expect(await stateOf(request)).toBe('authorization_pending');
  await answer(server, request, 'deny');
});

test('is not needed to refuse', async () => {
  const request = await asked(server, app, user);
  const browser = new Browser(server.url);
  await browser.submit(await approvalsOf(browser, user), { decision: 'deny' });
  expect(await stateOf(request)).toBe('access_denied');
});

test('cannot be set up in the middle of an approval', async () => {
  const other = await givenUser(server);
  const { request, page } = await approveAs(other);
  expect(page.status).toBe(403);
  expect(page.html).not.toMatch(/otpauth:|name="otp"/);
  expect(await stateOf(request)).toBe('authorization_pending');
});

// An Action runs when the tokens are due: the user is elsewhere by then, and has nothing to show a factor on.
test('that an Action demands refuses the tokens of whoever has not shown one', async () => {
  await givenPolicy(server);
  await givenPostLogin(server, `api.multifactor.enable('any');`);

  const { request } = await approveAs(user);
  const refused = await poll(server, app, request);
  expect([refused.status, refused.body.error]).toEqual([403, 'mfa_required']);
  expect(refused.body).not.toHaveProperty('mfa_token');

  // Whatever approves for a script has shown everything.
  const scripted = await asked(server, app, user);
  await answer(server, scripted, 'approve');
  expect(await stateOf(scripted)).toBe('tokens');
});
