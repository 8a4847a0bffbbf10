// Logins in a real browser, from an application on loopback and back to it: what works, what every page on the way looks like
// to axe, and that nothing breaks the pages' policy. With LIVE_PAGES_FOLDER, pictures of the pages are written there.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import {
  closeAll,
  complaintsOf,
  describeInBrowser,
  findings,
  inView,
  measure,
  NARROW,
  type View,
  WIDE,
} from '../../pages/in-browser.js';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenApi, type TestApi, type TestClient } from '../given.js';
import { type Application, startApplication } from './application.js';
import { CONNECTION, givenApp, givenUser, givenUserGrant, PASSWORD, type TestUser } from './given.js';

const folder = process.env['LIVE_PAGES_FOLDER'];

describeInBrowser('in a browser', () => {
  let server: TestServer;
  let application: Application;
  let app: TestClient;
  let api: TestApi;
  let member: TestUser;
  const organizations: string[] = [];

  beforeAll(async () => {
    server = await startServer();
    const started = await startApplication(server);
    app = await givenApp(server, {
      name: 'Acme Shop',
      callbacks: [started.callback],
      allowed_logout_urls: [started.signedOut],
    });
    started.become(app);
    application = started;
    api = await givenApi(server, {
      name: 'Orders',
      scopes: [
        { value: 'read:orders', description: 'Read your orders' },
        { value: 'write:orders', description: 'Change your orders' },
      ],
      subject_type_authorization: { user: { policy: 'require_client_grant' } },
      allow_offline_access: true,
    });
    await givenUserGrant(server, app, api, ['read:orders']);
    member = await givenUser(server);
    const [connection] = await bodyOf<{ id: string }[]>(
      server.api('get', `connections?name=${CONNECTION}`),
      200,
    );
    for (const name of ['acme', 'globex']) {
      const display_name = name === 'acme' ? 'Acme Corporation' : 'Globex';
      const enabled_connections = [{ connection_id: connection?.id }];
      const body = { name, display_name, enabled_connections };
      const { id } = await bodyOf<{ id: string }>(server.api('post', 'organizations', body), 201);
      await bodyOf(server.api('post', `organizations/${id}/members`, { members: [member.id] }), 204);
      organizations.push(id);
    }
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  }, 60_000);
  afterAll(async () => {
    await closeAll();
    await server.close();
  });

  const asksForOrders = (parameters: Record<string, string> = {}): string =>
    application.login({
      audience: api.identifier,
      scope: 'openid profile offline_access read:orders write:orders',
      ...parameters,
    });

  async function signIn(page: Page, user: TestUser, password = PASSWORD): Promise<void> {
    await page.getByLabel('Email or username').fill(user.email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name }).click();
  const reaches = (page: Page, heading: string): Promise<void> =>
    page.getByRole('heading', { level: 1, name: heading }).waitFor();

  /** A window whose complaints fail the test. */
  const visit = (view: View, use: (page: Page) => Promise<void>): Promise<void> =>
    inView(view, async (page) => {
      const complaints = complaintsOf(page);
      await use(page);
      // What a browser says of an answer with a status of 400 and above, which pages with mistakes have.
      expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
    });

  async function usage(behavior: string, usage = 'require'): Promise<void> {
    const settings = { organization_usage: usage, organization_require_behavior: behavior };
    await bodyOf(server.api('patch', `clients/${app.id}`, settings), 200);
  }
  afterEach(() => usage('no_prompt', 'deny'));

  test('a user signs in after a wrong password, consents, and the application has the narrowed token', async () => {
    const user = await givenUser(server);
    await visit({}, async (page) => {
      await page.goto(asksForOrders());
      await signIn(page, user, 'not the password');
      await page.getByRole('alert').getByText('Wrong email address, username or password').waitFor();
      expect(await page.getByLabel('Email or username').inputValue()).toBe(user.email);
      expect(await page.getByLabel('Password').inputValue()).toBe('');
      await signIn(page, user);
      await reaches(page, 'Acme Shop wants to use your account');
      await page.getByText('Read your orders').waitFor();
      // What the grant does not have is not asked for.
      expect(await page.getByText('Change your orders').count()).toBe(0);
      await press(page, 'Accept');
      await reaches(page, 'Signed in');
      expect(application.tokens.at(-1)?.scope).toBe('openid profile offline_access read:orders');

      // Once more: neither is asked again.
      await page.goto(asksForOrders());
      await reaches(page, 'Signed in');
    });
  });

  test('a user refuses, at either page', async () => {
    const user = await givenUser(server);
    await visit({}, async (page) => {
      await page.goto(asksForOrders());
      await press(page, 'Cancel');
      await reaches(page, 'No code: access_denied');
      expect(application.answers.at(-1)?.['error_description']).toBe('User cancelled the login');
      await page.goto(asksForOrders());
      await signIn(page, user);
      await press(page, 'Decline');
      await reaches(page, 'No code: access_denied');
      expect(application.answers.at(-1)?.['error_description']).toBe('User did not authorize the request');
    });
  });

  test('a user switches to another account at the consent', async () => {
    const [one, other] = [await givenUser(server), await givenUser(server)];
    await visit({}, async (page) => {
      await page.goto(asksForOrders());
      await signIn(page, one);
      await page.getByText(one.email).waitFor();
      await press(page, 'Use another account');
      await signIn(page, other);
      await page.getByText(other.email).waitFor();
      await press(page, 'Accept');
      await reaches(page, 'Signed in');
      const answer = await server
        .request()
        .get('/userinfo')
        .auth(application.tokens.at(-1)?.access_token ?? '', { type: 'bearer' });
      expect(answer.body.sub).toBe(other.id);
    });
  });

  test('a member of two organizations chooses one', async () => {
    await usage('post_login_prompt');
    await visit({}, async (page) => {
      await page.goto(asksForOrders());
      await signIn(page, member);
      await reaches(page, 'Choose an organization');
      await press(page, 'Continue');
      await page.getByRole('alert').getByText('Choose an organization').waitFor();
      await page.getByLabel('Globex').check();
      await press(page, 'Continue');
      await press(page, 'Accept');
      await reaches(page, 'Signed in');
      expect(application.tokens.at(-1)).toMatchObject({ scope: expect.stringContaining('read:orders') });
    });
  });

  test('an organization is named before the login, and the login is through it', async () => {
    await usage('pre_login_prompt');
    await visit({}, async (page) => {
      await page.goto(asksForOrders());
      await page.getByLabel('Organization name').fill('nosuch');
      await press(page, 'Continue');
      await page.getByRole('alert').getByText('There is no organization of this name').waitFor();
      await page.getByLabel('Organization name').fill('Acme');
      await press(page, 'Continue');
      await page.getByText('as a member of').waitFor();
      await signIn(page, member);
      await press(page, 'Accept');
      await reaches(page, 'Signed in');
    });
  });

  const askForDevice = async (): Promise<{ user_code: string; device_code: string }> => {
    const asked = { client_id: app.id, client_secret: app.secret, audience: api.identifier };
    return bodyOf(
      server
        .request()
        .post('/oauth/device/code')
        .type('form')
        .send({ ...asked, scope: 'openid read:orders write:orders' }),
      200,
    );
  };

  test('a user connects a device', async () => {
    const user = await givenUser(server);
    const device = await askForDevice();
    await visit({}, async (page) => {
      await page.goto(`${server.url}/activate`);
      await page.getByLabel('Code').fill('BBBB-BBBB');
      await press(page, 'Continue');
      await page.getByRole('alert').getByText('There is no such code').waitFor();
      await page.getByLabel('Code').fill(device.user_code.toLowerCase().replace('-', ' '));
      await press(page, 'Continue');
      await reaches(page, 'Connect Acme Shop?');
      await press(page, 'Yes, connect it');
      await signIn(page, user);
      await press(page, 'Accept');
      await reaches(page, 'Device connected');
    });
    const answer = await server.requestToken({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: app.id,
      client_secret: app.secret,
      device_code: device.device_code,
    });
    expect([answer.status, answer.body.scope]).toEqual([200, 'openid read:orders']);
  });

  test('a user signs out, and is asked again then', async () => {
    const user = await givenUser(server);
    await visit({}, async (page) => {
      await page.goto(application.login());
      await signIn(page, user);
      await press(page, 'Accept');
      await reaches(page, 'Signed in');
      const returning = { client_id: app.id, post_logout_redirect_uri: application.signedOut };
      await page.goto(`${server.url}/oidc/logout?${new URLSearchParams(returning).toString()}`);
      await press(page, 'Yes, sign out');
      await reaches(page, 'Signed out');
      await page.goto(application.login());
      await reaches(page, 'Sign in');
    });
  });

  test('the keyboard is enough', async () => {
    const user = await givenUser(server);
    await visit({}, async (page) => {
      await page.goto(asksForOrders());
      // With its first frame, which a user sees before typing, the page puts the focus there by itself.
      await page.locator('input[name=username]:focus').waitFor();
      await page.keyboard.type(user.email);
      await page.keyboard.press('Tab');
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Enter');
      await reaches(page, 'Acme Shop wants to use your account');
      const passed: (string | null)[] = [];
      while (passed.at(-1) !== 'Accept' && passed.length < 5) {
        await page.keyboard.press('Tab');
        passed.push(await page.locator(':focus').textContent());
      }
      expect(passed).toEqual(['Accept']);
      await page.keyboard.press('Enter');
      await reaches(page, 'Signed in');
    });
  });

  test.each([true, false])('an answer is posted to the application (scripts: %p)', async (scripts) => {
    const user = await givenUser(server);
    await visit({ scripts }, async (page) => {
      await page.goto(asksForOrders({ response_mode: 'form_post' }));
      await signIn(page, user);
      await press(page, 'Accept');
      if (!scripts) await press(page, 'Continue');
      await reaches(page, 'Signed in');
      expect(page.url()).toBe(application.callback);
    });
  });

  const views: readonly View[] = [
    { width: WIDE, scheme: 'light' },
    { width: WIDE, scheme: 'dark' },
    { width: NARROW, scheme: 'light' },
    { width: NARROW, scheme: 'dark' },
  ];
  test.each(views)(
    'no page of the server has findings at $width px in $scheme',
    async (view) => {
      const user = await givenUser(server);
      const device = await askForDevice();
      await visit(view, async (page) => {
        const look = async (name: string): Promise<void> => {
          if (folder !== undefined) {
            const picture = path.join(folder, `${name}.${view.width}.${view.scheme}.png`);
            await page.screenshot({ path: picture, fullPage: true });
          }
          const found = { name, findings: await findings(page), ...(await measure(page)) };
          expect(found).toEqual({ name, findings: [], overflow: 0, small: [] });
        };
        await page.goto(asksForOrders());
        await reaches(page, 'Sign in');
        await look('login');
        await signIn(page, user, 'wrong');
        await page.getByRole('alert').waitFor();
        await look('login-wrong');
        await signIn(page, user);
        await reaches(page, 'Acme Shop wants to use your account');
        await look('consent');
        await press(page, 'Accept');
        await reaches(page, 'Signed in');

        await page.goto(`${server.url}/activate`);
        await look('device');
        await page.getByLabel('Code').fill(device.user_code);
        await press(page, 'Continue');
        await look('device-confirm');
        await press(page, 'Yes, connect it');
        await reaches(page, 'Device connected');
        await look('device-done');

        await page.goto(`${server.url}/oidc/logout?client_id=${app.id}`);
        await reaches(page, 'Sign out?');
        await look('logout');
        await press(page, 'Yes, sign out');
        await reaches(page, 'You are signed out');
        await look('signed-out');

        await usage('post_login_prompt');
        await page.goto(asksForOrders());
        await signIn(page, member);
        await reaches(page, 'Choose an organization');
        await look('organizations');
        await page.goto(`${server.url}/v2/logout`);
        await usage('pre_login_prompt');
        await page.goto(asksForOrders());
        await reaches(page, 'Your organization');
        await look('organization-name');
        await page.getByLabel('Organization name').fill('acme');
        await press(page, 'Continue');
        await reaches(page, 'Sign in');
        await look('login-organization');
        await usage('no_prompt', 'deny');

        await page.goto(asksForOrders({ redirect_uri: 'https://elsewhere.example.com/' }));
        await look('error');
        await page.context().clearCookies();
        await page.goto(`${server.url}/u/login`);
        await look('expired');
      });
    },
    60_000,
  );
});
