// The page on which users approve: who gets to see what, and whose answer counts.

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, type TestApi, type TestClient, unique } from '../given.js';
import { answer, approvalsOf, asked, givenAsker, poll } from './backchannel-given.js';
import {
  Browser,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  type LogRow,
  logIn,
  authorizeUrl,
  PASSWORD,
  type Page,
  signIn,
  type TestUser,
} from './given.js';

let server: TestServer;
let app: TestClient;
let api: TestApi;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ env: { TEST_LOGIN: 'on' } });
  app = await givenAsker(server);
  api = await givenOfflineApi(server, { name: 'Payments' });
  await givenUserGrant(server, app, api, ['read', 'write']);
});
afterAll(() => server.close());
beforeEach(async () => {
  user = await givenUser(server);
});

const fieldOf = ({ html }: Page, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
const stateOf = async (secret: string): Promise<string> =>
  String((await poll(server, app, secret)).body.error ?? 'tokens');
const GONE = 'That request has been answered or has ended, or it is for another account';

/** Sends a form of one's own making. */
const send = (browser: Browser, fields: Record<string, string>, path = '/u/approvals'): Promise<Page> =>
  browser.open(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });

describe('signing in', () => {
  test('nothing is shown before, and a wrong password and an unknown user are one answer', async () => {
    await asked(server, app, user, { binding_message: 'Secret 7' });
    const browser = new Browser(server.url);
    const page = await browser.open('/u/approvals');
    expect(page.title).toBe('Sign in');
    expect(page.html).not.toMatch(/Secret 7|Acme Bank/);
    const wrong = await signIn(browser, page, user, 'wrong-Horse-battery-9');
    const unknown = await signIn(browser, wrong, { ...user, email: 'nobody@example.com' });
    for (const again of [wrong, unknown]) {
      expect(again.status).toBe(400);
      expect(again.html).toContain('Wrong email address, username or password');
    }
    const right = await signIn(browser, unknown, user);
    expect(right.html).toContain('Secret 7');
    const rows = await bodyOf<LogRow[]>(server.api('get', 'logs?per_page=10'), 200);
    expect(rows.map(({ type }) => type)).toEqual(expect.arrayContaining(['s', 'fp', 'fu']));
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
  });

  test('what is left out is said, and a blocked user is told no more than that it does not work', async () => {
    const browser = new Browser(server.url);
    const page = await browser.submit(await browser.open('/u/approvals'), { username: '', password: '' });
    expect(page.html).toContain('Enter your password');
    await bodyOf(server.api('patch', `users/${encodeURIComponent(user.id)}`, { blocked: true }), 200);
    expect((await signIn(browser, page, user)).html).toContain('Wrong email address');
  });

  test('guessing is limited as at every login', async () => {
    const browser = new Browser(server.url);
    let page = await browser.open('/u/approvals');
    for (let n = 0; n < 10; n += 1) page = await signIn(browser, page, user, `guess-${n}`);
    const locked = await signIn(browser, page, user);
    expect([locked.status, locked.html.includes('Too many attempts')]).toEqual([429, true]);
  });

  test('a session of a login at an application is enough, and signing in here makes a new one', async () => {
    await asked(server, app, user, { binding_message: 'Order 12' });
    const browser = new Browser(server.url);
    await logIn(browser, authorizeUrl(server, await givenApp(server)), user);
    const before = browser.cookies()['grantry_session'];
    const page = await browser.open('/u/approvals');
    expect(page.html).toContain('Order 12');
    const left = await browser.submit(page, { decision: 'switch_account' });
    expect(left.title).toBe('Sign in');
    await signIn(browser, left, user);
    expect(browser.cookies()['grantry_session']).not.toBe(before);
  });

  test('a cookie that somebody planted before is not that of the session', async () => {
    const browser = new Browser(server.url);
    browser.setCookie('grantry_session', 'planted');
    await approvalsOf(browser, user);
    expect(browser.cookies()['grantry_session']).not.toBe('planted');
    const thief = new Browser(server.url);
    thief.setCookie('grantry_session', 'planted');
    expect((await thief.open('/u/approvals')).title).toBe('Sign in');
  });

  test('a form of another site signs nobody in', async () => {
    const victim = new Browser(server.url);
    const own = new Browser(server.url);
    const xsrf = fieldOf(await own.open('/u/approvals'), 'xsrf');
    for (const token of [xsrf, '', 'x'.repeat(43)]) {
      const fields = { username: user.email, password: PASSWORD, decision: 'continue', xsrf: token };
      const page = await send(victim, fields);
      expect([page.status, page.html.includes('open for too long')]).toEqual([400, true]);
    }
    expect(victim.cookies()['grantry_session']).toBeUndefined();
  });

  test('the names of connections are shown for the link of one request only', async () => {
    const name = unique('Staff');
    await bodyOf(server.api('post', 'connections', { name, strategy: 'auth0' }), 201);
    const password = 'another-Horse-battery-7';
    const email = `${unique('staff')}@example.com`;
    await bodyOf(server.api('post', 'users', { connection: name, email, password }), 201);
    const browser = new Browser(server.url);
    const page = await browser.open('/u/approvals');
    expect(page.html).not.toContain(name);
    // Users of every connection can sign in all the same.
    const list = await signIn(browser, page, { id: '', email }, password);
    expect(list.html).toContain(email);
  });
});

describe('what is shown', () => {
  test('one request at once, several as a list, and each under the link of the platform', async () => {
    const browser = new Browser(server.url);
    await asked(server, app, user, { binding_message: 'First' });
    const page = await approvalsOf(browser, user);
    expect(page.title).toBe('Approve a request of Acme Bank?');
    await asked(server, app, user, { binding_message: 'Second', audience: api.identifier });
    const list = await browser.open('/u/approvals');
    expect(list.title).toBe('Requests for your approval');
    expect(list.html).toMatch(/Second[^]*First/);
    const [, id = ''] = /consent=(cns_\w+)/.exec(list.html) ?? [];
    for (const address of [`/u/approvals?consent=${id}`, `/bc-verify?consent=${id}`]) {
      const one = await browser.open(address);
      expect(one.html).toContain('Second');
      expect(one.html).toContain('Payments');
      expect(one.html).not.toContain('First');
    }
    await browser.submit(await browser.open(`/bc-verify?consent=${id}`), { decision: 'deny' });
    expect((await browser.open('/u/approvals')).html).toContain('First');
  });

  test('scopes by RBAC, as they may be had', async () => {
    const guarded = await givenOfflineApi(server, { enforce_policies: true });
    await givenUserGrant(server, app, guarded, ['read', 'write']);
    const permissions = [{ resource_server_identifier: guarded.identifier, permission_name: 'write' }];
    await bodyOf(
      server.api('post', `users/${encodeURIComponent(user.id)}/permissions`, { permissions }),
      201,
    );
    await asked(server, app, user, { audience: guarded.identifier, scope: 'openid read write' });
    const { html } = await approvalsOf(new Browser(server.url), user);
    expect(html).toContain('<bdi>write</bdi>');
    expect(html).not.toContain('<bdi>read</bdi>');
  });

  test('nothing of another user, of nobody, or of what no database keeps', async () => {
    const other = await givenUser(server);
    const secret = await asked(server, app, other, { binding_message: 'Private 9' });
    const theirs = new Browser(server.url);
    const id = fieldOf(await approvalsOf(theirs, other), 'consent');
    const browser = new Browser(server.url);
    await approvalsOf(browser, user);
    for (const named of [id, 'cns_nosuch', secret, '%00', 'a'.repeat(5000)]) {
      const page = await browser.open(`/u/approvals?consent=${named}`);
      expect(page.html).toContain(GONE);
      expect(page.html).not.toContain('Private 9');
    }
  });

  test('pages are kept by no cache, in no frame, and have no script', async () => {
    const browser = new Browser(server.url);
    await asked(server, app, user);
    for (const page of [await browser.open('/u/approvals'), await approvalsOf(browser, user)]) {
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(page.html).not.toContain('<script');
    }
  });
});

describe('whose answer counts', () => {
  test('a form without the token of the session decides nothing', async () => {
    const secret = await asked(server, app, user);
    const browser = new Browser(server.url);
    const page = await approvalsOf(browser, user);
    const [consent, shown] = [fieldOf(page, 'consent'), fieldOf(page, 'shown')];
    for (const xsrf of [
      '',
      'x'.repeat(43),
      fieldOf(await new Browser(server.url).open('/u/approvals'), 'xsrf'),
    ]) {
      const again = await send(browser, { consent, shown, decision: 'approve', xsrf });
      expect([again.status, again.html.includes('Look at it again')]).toEqual([400, true]);
    }
    expect(await stateOf(secret)).toBe('authorization_pending');
  });

  test('another user cannot answer, with a session and a token of their own', async () => {
    const secret = await asked(server, app, user);
    const page = await approvalsOf(new Browser(server.url), user);
    const [consent, shown] = [fieldOf(page, 'consent'), fieldOf(page, 'shown')];
    const thief = new Browser(server.url);
    const own = await approvalsOf(thief, await givenUser(server));
    for (const decision of ['approve', 'deny']) {
      const told = await send(thief, { consent, shown, decision, xsrf: fieldOf(own, 'xsrf') });
      expect([told.status, told.html.includes(GONE)]).toEqual([400, true]);
    }
    expect(await stateOf(secret)).toBe('authorization_pending');
  });

  test('the form of a session that has ended counts for nothing, whoever is there now', async () => {
    const secret = await asked(server, app, user);
    const browser = new Browser(server.url);
    const page = await approvalsOf(browser, user);
    await browser.submit(page, { decision: 'switch_account' });
    expect((await browser.submit(page, { decision: 'approve' })).status).toBe(400);
    await approvalsOf(browser, await givenUser(server));
    expect((await browser.submit(page, { decision: 'approve' })).status).toBe(400);
    expect(await stateOf(secret)).toBe('authorization_pending');
  });

  test('an address alone decides nothing, nor does an answer that is none', async () => {
    const secret = await asked(server, app, user);
    const browser = new Browser(server.url);
    const page = await approvalsOf(browser, user);
    const consent = fieldOf(page, 'consent');
    await browser.open(`/u/approvals?consent=${consent}&decision=approve&shown=${fieldOf(page, 'shown')}`);
    expect((await browser.submit(page, { decision: 'maybe' })).status).toBe(400);
    expect(await stateOf(secret)).toBe('authorization_pending');
  });

  test('the first answer stands', async () => {
    const secret = await asked(server, app, user);
    const browser = new Browser(server.url);
    const page = await approvalsOf(browser, user);
    expect((await browser.submit(page, { decision: 'deny' })).title).toBe('Denied');
    expect((await browser.submit(page, { decision: 'approve' })).html).toContain(GONE);
    expect(await stateOf(secret)).toBe('access_denied');
  });
});

describe('what is approved is what was shown', () => {
  test('scopes that a form names are not listened to', async () => {
    const secret = await asked(server, app, user, { audience: api.identifier, scope: 'openid read' });
    const browser = new Browser(server.url);
    const page = await approvalsOf(browser, user);
    await browser.submit(page, { decision: 'approve', scope: 'openid read write', scopes: 'write' });
    expect((await poll(server, app, secret)).body.scope).toBe('openid read');
  });

  test('a page that has become untrue is shown anew, and approves nothing', async () => {
    const own = await givenAsker(server);
    const grant = await givenUserGrant(server, own, api, ['read']);
    const secret = await asked(server, own, user, { audience: api.identifier, scope: 'openid read write' });
    const browser = new Browser(server.url);
    const page = await approvalsOf(browser, user);
    expect(page.html).not.toContain('<bdi>write</bdi>');
    await bodyOf(server.api('patch', `client-grants/${grant}`, { scope: ['read', 'write'] }), 200);
    const again = await browser.submit(page, { decision: 'approve' });
    expect(again.status).toBe(400);
    expect(again.html).toContain('What is asked has changed');
    expect(again.html).toContain('<bdi>write</bdi>');
    await browser.submit(again, { decision: 'approve' });
    expect((await poll(server, own, secret)).body.scope).toBe('openid read write');
  });

  test('what may not be had any more can be denied, and not approved', async () => {
    const own = await givenAsker(server);
    const grant = await givenUserGrant(server, own, api, ['read']);
    const secret = await asked(server, own, user, { audience: api.identifier, scope: 'openid read' });
    const browser = new Browser(server.url);
    const open = await approvalsOf(browser, user);
    await bodyOf(server.api('delete', `client-grants/${grant}`), 204);
    const closed = await browser.open('/u/approvals');
    expect(closed.html).toContain('This cannot be approved any more');
    expect(closed.html).not.toContain('value="approve"');
    for (const page of [open, closed]) {
      expect((await browser.submit(page, { decision: 'approve' })).status).toBe(400);
    }
    expect((await browser.submit(closed, { decision: 'deny' })).title).toBe('Denied');
    expect((await poll(server, own, secret)).body.error).toBe('access_denied');
  });
});

describe('POST /_grantry/approve, for test suites', () => {
  const say = (body: object) => server.request().post('/_grantry/approve').send(body);

  test('answers the newest request for a user, or the one with a message', async () => {
    const first = await asked(server, app, user, { binding_message: 'One' });
    const second = await asked(server, app, user, { binding_message: 'Two' });
    await bodyOf(say({ user_id: user.id, binding_message: 'One', decision: 'deny' }), 204);
    await bodyOf(say({ user_id: user.id, decision: 'approve' }), 204);
    expect(await stateOf(first)).toBe('access_denied');
    expect(await stateOf(second)).toBe('tokens');
  });

  test('refuses what names nothing that can be answered', async () => {
    const secret = await asked(server, app, user);
    await answer(server, secret, 'deny');
    for (const body of [
      { auth_req_id: secret, decision: 'approve' },
      { auth_req_id: 'nosuch', decision: 'approve' },
      { user_id: user.id, decision: 'approve' },
      { user_id: '\u0000', decision: 'approve' },
      { auth_req_id: secret },
      { decision: 'approve' },
      {},
    ]) {
      expect((await say(body)).status).toBe(400);
    }
    const asForm = server.request().post('/_grantry/approve').type('form');
    expect((await asForm.send({ auth_req_id: secret, decision: 'approve' })).status).toBe(400);
  });
});
