// A second factor on this server's own pages: shown, set up, demanded by the tenant, by the request or by an Action.

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenApi, type TestApi, type TestClient } from '../given.js';
import {
  givenPostLogin,
  authorizeUrl,
  Browser,
  claimsOf,
  exchange,
  givenUser,
  movingClock,
  type Page,
  parameterOf,
  refresh,
  requestToken,
  signIn,
  type TestUser,
} from './given.js';
import {
  askWithPassword,
  givenAuthenticatorApp,
  givenFactor,
  givenMfaApp,
  givenPolicy,
  mfaApi,
  mfaTokenOf,
  oneTimePassword,
  OTP,
} from './second-factor-given.js';

const clock = movingClock();
let server: TestServer;
let app: TestClient;
let api: TestApi;
let user: TestUser;
let secret: string;
let recoveryCode: string;

beforeAll(async () => {
  server = await startServer({ now: clock.now, env: { TEST_LOGIN: 'on' } });
  for (const factor of ['otp', 'recovery-code']) await givenFactor(server, factor);
  app = await givenMfaApp(server);
  api = await givenApi(server, {
    allow_offline_access: true,
    skip_consent_for_verifiable_first_party_clients: true,
  });
  user = await givenUser(server);
  await givenPolicy(server, 'all-applications');
  const enrolled = await givenAuthenticatorApp(server, app, user, clock);
  ({ secret } = enrolled);
  recoveryCode = enrolled.recoveryCode ?? '';
});
beforeEach(() => givenPolicy(server, 'all-applications'));
afterAll(async () => {
  clock.stop();
  await server.close();
});

function nextCode(of = secret): string {
  clock.forward(30);
  return oneTimePassword(of, clock.now());
}

const login = (parameters: Record<string, string> = {}): string =>
  authorizeUrl(server, app, { audience: api.identifier, scope: 'openid read', ...parameters });

/** A login up to the page that asks for a second factor. */
async function openLogin(
  of = user,
  parameters: Record<string, string> = {},
): Promise<{ browser: Browser; page: Page }> {
  const browser = new Browser(server.url);
  return { browser, page: await signIn(browser, await browser.open(login(parameters)), of) };
}

const code = (browser: Browser, page: Page, otp = nextCode()): Promise<Page> =>
  browser.submit(page, { otp, decision: 'continue' });

/** What users read, without the tags between. */
const textOf = ({ html }: Page): string => html.replaceAll(/<[^>]*>/g, '');

const givenActions = (...bodies: string[]): Promise<void> => givenPostLogin(server, ...bodies);

describe('a user with an authenticator app', () => {
  test('is asked for a code after the password, and then lets the application in', async () => {
    const { browser, page } = await openLogin();
    expect(page.html).toContain('name="otp"');
    expect(page.html).not.toContain('otpauth:');
    const end = await code(browser, page);
    const answer = await exchange(server, app, parameterOf(end, 'code'));
    expect(answer.status).toBe(200);
    // The platform's page "Configure Step-up Authentication for Web Apps".
    expect(claimsOf(answer.body.id_token)).toMatchObject({ sub: user.id, amr: ['mfa'] });
  });

  test('gets no code of the application without it', async () => {
    const { browser, page } = await openLogin();
    // Whatever else is sent.
    for (const fields of [
      { decision: 'accept' },
      { decision: 'continue', saved: 'yes' },
      { recovery_code: '' },
    ]) {
      const next = await browser.submit(page, fields);
      expect(next.url.origin).toBe(server.url);
      expect(next.status).toBe(400);
    }
  });

  test('is told when it is wrong, and can try again', async () => {
    const { browser, page } = await openLogin();
    const wrong = await code(browser, page, '000000');
    expect([wrong.status, wrong.title]).toEqual([400, expect.stringMatching(/^Error:/)]);
    expect(parameterOf(await code(browser, wrong), 'code')).not.toBe('');
  });

  test('a code of this login is good once', async () => {
    const otp = nextCode();
    const [one, two] = [await openLogin(), await openLogin()];
    expect(parameterOf(await code(one.browser, one.page, otp), 'code')).not.toBe('');
    expect((await code(two.browser, two.page, otp)).status).toBe(400);
  });

  test('cannot be guessed', async () => {
    const guessed = await givenUser(server);
    const theirs = await givenAuthenticatorApp(server, app, guessed, clock);
    const { browser, page } = await openLogin(guessed);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await code(browser, page, '000000')).status).toBe(400);
    }
    expect((await code(browser, page, nextCode(theirs.secret))).status).toBe(429);
  });

  test('can cancel', async () => {
    const { browser, page } = await openLogin();
    const end = await browser.submit(page, { decision: 'cancel' });
    expect(parameterOf(end, 'error')).toBe('access_denied');
  });

  test('CSRF: a form without the token of the login is not listened to', async () => {
    const { browser, page } = await openLogin();
    const answer = await browser.request(page.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ otp: nextCode(), xsrf: 'forged' }).toString(),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('name="otp"');
  });

  test('is asked before the consent', async () => {
    const asking = await givenApi(server, { skip_consent_for_verifiable_first_party_clients: false });
    const { browser, page } = await openLogin(user, { audience: asking.identifier });
    expect(page.html).toContain('name="otp"');
    const consent = await code(browser, page);
    expect(consent.html).toContain('value="accept"');
    expect(parameterOf(await browser.submit(consent, { decision: 'accept' }), 'code')).not.toBe('');
  });
});

describe('a recovery code', () => {
  test('stands in for the app, once, and the next one is shown', async () => {
    const { browser, page } = await openLogin();
    const asked = await browser.submit(page, { decision: 'use_recovery_code' });
    expect(asked.html).toContain('name="recovery_code"');
    expect((await browser.submit(asked, { recovery_code: 'A'.repeat(24) })).status).toBe(400);
    const shown = await browser.submit(asked, { recovery_code: recoveryCode });
    const next = /[A-Z2-7]{24}/.exec(textOf(shown))?.[0] ?? '';
    expect(next).not.toBe(recoveryCode);
    const unconfirmed = await browser.submit(shown, { decision: 'continue' });
    expect(unconfirmed.status).toBe(400);
    // That page has another one, and the one before is no good.
    recoveryCode = /[A-Z2-7]{24}/.exec(textOf(unconfirmed))?.[0] ?? '';
    expect(recoveryCode).not.toBe(next);
    const end = await browser.submit(unconfirmed, { saved: 'yes', decision: 'continue' });
    expect(parameterOf(end, 'code')).not.toBe('');
    // The session knows of it.
    expect(parameterOf(await browser.open(login({ prompt: 'none' })), 'code')).not.toBe('');
    const again = await openLogin();
    const form = await again.browser.submit(again.page, { decision: 'use_recovery_code' });
    expect((await again.browser.submit(form, { recovery_code: next })).status).toBe(400);
    const last = await again.browser.submit(form, { recovery_code: recoveryCode });
    expect(last.status).toBe(200);
  });
});

describe('a user without a second factor', () => {
  test('sets an app up, keeps a recovery code, and goes on', async () => {
    const fresh = await givenUser(server);
    const { browser, page } = await openLogin(fresh);
    const key = /[A-Z2-7]{32}/.exec(textOf(page))?.[0] ?? '';
    expect(page.html).toContain('<svg');
    // A mistake does not change what was scanned.
    const wrong = await code(browser, page, '000000');
    expect(textOf(wrong)).toContain(key);
    const shown = await code(browser, wrong, nextCode(key));
    expect(textOf(shown)).toMatch(/[A-Z2-7]{24}/);
    const end = await browser.submit(shown, { saved: 'yes', decision: 'continue' });
    const answer = await exchange(server, app, parameterOf(end, 'code'));
    expect(claimsOf(answer.body.id_token)).toMatchObject({ amr: ['mfa'] });
    expect(parameterOf(await browser.open(login({ prompt: 'none' })), 'code')).not.toBe('');
    const rows = await bodyOf<{ type: string; user_id: string }[]>(
      server.api('get', 'logs?q=type:gd_enrollment_complete'),
      200,
    );
    expect(rows[0]).toMatchObject({ user_id: fresh.id });
  });

  test('is never shown a key that somebody else has begun to set up', async () => {
    const fresh = await givenUser(server);
    const token = await mfaTokenOf(server, app, fresh);
    const begun = await mfaApi(server, 'post', 'associate', token, { authenticator_types: ['otp'] });
    const { page } = await openLogin(fresh);
    const key = /[A-Z2-7]{32}/.exec(textOf(page))?.[0] ?? '';
    expect(key).not.toBe(begun.body.secret);
    const late = await requestToken(server, app, {
      grant_type: OTP,
      mfa_token: token,
      otp: nextCode(begun.body.secret),
    });
    expect(late.status).toBe(403);
  });
});

describe('a browser that has shown one', () => {
  async function signedIn(): Promise<Browser> {
    const { browser, page } = await openLogin();
    await code(browser, page);
    return browser;
  }

  test('is not asked by the tenant again', async () => {
    const browser = await signedIn();
    expect(parameterOf(await browser.open(login({ prompt: 'none' })), 'code')).not.toBe('');
  });

  test('is asked again when the password is', async () => {
    const browser = await signedIn();
    const page = await signIn(browser, await browser.open(login({ prompt: 'login' })), user);
    expect(page.html).toContain('name="otp"');
  });

  test('MF-6: is asked again by an Action that does not let it be remembered', async () => {
    await givenPolicy(server);
    await givenActions("api.multifactor.enable('any')");
    const browser = await signedIn();
    const silent = await browser.open(login({ prompt: 'none' }));
    expect([parameterOf(silent, 'error'), parameterOf(silent, 'error_description')]).toEqual([
      'interaction_required',
      'Multifactor authentication required',
    ]);
    const page = await browser.open(login());
    expect(parameterOf(await code(browser, page), 'code')).not.toBe('');
    await givenActions("api.multifactor.enable('any', { allowRememberBrowser: true })");
    expect(parameterOf(await browser.open(login({ prompt: 'none' })), 'code')).not.toBe('');
    await givenActions();
  });

  test("another user's in the same login counts for nothing", async () => {
    const other = await givenUser(server);
    const asking = await givenApi(server, { skip_consent_for_verifiable_first_party_clients: false });
    const { browser, page } = await openLogin(user, { audience: asking.identifier });
    const consent = await code(browser, page);
    const again = await browser.submit(consent, { decision: 'switch_account' });
    const next = await signIn(browser, again, other);
    // The other one has none yet, and has to set one up.
    expect(next.html).toContain('name="otp"');
    expect(next.html).toContain('<svg');
  });
});

describe('without a policy', () => {
  beforeEach(() => givenPolicy(server));

  test('nobody is asked', async () => {
    const { page } = await openLogin();
    const answer = await exchange(server, app, parameterOf(page, 'code'));
    expect(claimsOf(answer.body.id_token)).not.toHaveProperty('amr');
  });

  test('MF-2: a request can want one', async () => {
    const acr = { acr_values: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor' };
    const { browser, page } = await openLogin(user, acr);
    const end = await code(browser, page);
    const answer = await exchange(server, app, parameterOf(end, 'code'));
    expect(claimsOf(answer.body.id_token)).toMatchObject({ amr: ['mfa'] });
    // What was shown once is good for the next request that wants one.
    expect(parameterOf(await browser.open(login({ ...acr, prompt: 'none' })), 'code')).not.toBe('');
  });

  test('MF-6: an Action can want one, knows what was shown, and what it says counts after it', async () => {
    await givenActions(`
      const methods = event.authentication.methods.map(({ name }) => name);
      if (!methods.includes('mfa')) api.multifactor.enable('any');
      api.idToken.setCustomClaim('https://example.com/methods', methods);
      api.idToken.setCustomClaim('https://example.com/factors', event.user.enrolledFactors);`);
    const { browser, page } = await openLogin();
    expect(page.html).toContain('name="otp"');
    const end = await code(browser, page);
    const answer = await exchange(server, app, parameterOf(end, 'code'));
    expect(claimsOf(answer.body.id_token)).toMatchObject({
      amr: ['mfa'],
      'https://example.com/methods': ['pwd', 'mfa'],
      'https://example.com/factors': [{ type: 'otp' }],
    });
    const password = await askWithPassword(server, app, user);
    expect([password.status, password.body.error]).toEqual([403, 'mfa_required']);
    await givenActions();
  });

  test('MF-6: a refresh is asked whenever an Action wants one', async () => {
    const scope = 'openid read offline_access';
    const { browser, page } = await openLogin(user, {
      scope,
      acr_values: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
    });
    const tokens = await exchange(server, app, parameterOf(await code(browser, page), 'code'));
    expect((await refresh(server, app, tokens.body.refresh_token)).status).toBe(200);
    await givenActions("api.multifactor.enable('any', { allowRememberBrowser: true })");
    const refused = await refresh(server, app, tokens.body.refresh_token);
    expect([refused.status, refused.body.error]).toEqual([403, 'mfa_required']);
    const answer = await requestToken(server, app, {
      grant_type: OTP,
      mfa_token: refused.body.mfa_token,
      otp: nextCode(),
    });
    expect(answer.status).toBe(200);
    await givenActions();
  });

  test.each([
    ["api.multifactor.enable('duo')", 500],
    ['api.multifactor.enable()', 500],
    ["api.authentication.challengeWith({ type: 'otp' })", 500],
  ])('%s refuses: this server cannot ask for that', async (body, status) => {
    await givenActions(body);
    const answer = await askWithPassword(server, app, user);
    await givenActions();
    expect(answer.status).toBe(status);
  });
});

test('scripts can sign in as if a second factor had been shown', async () => {
  const browser = new Browser(server.url);
  for (const [mfa, error] of [
    [false, 'interaction_required'],
    [true, null],
  ] as const) {
    await browser.request('/_grantry/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: user.id, mfa }),
    });
    const end = await browser.open(login({ prompt: 'none' }));
    expect(end.url.searchParams.get('error')).toBe(error);
  }
});
