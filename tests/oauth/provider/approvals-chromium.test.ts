// Approving in a real browser: what works, what axe finds, and that nothing breaks the pages' policy. With LIVE_PAGES_FOLDER,
// pictures of the pages are written there.

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
} from '../../pages/in-browser.js';
import { startServer, type TestServer } from '../../support/server.js';
import { givenApi, type TestApi, type TestClient } from '../given.js';
import { asked, givenAsker, poll } from './backchannel-given.js';
import { givenUser, givenUserGrant, PASSWORD, type TestUser } from './given.js';

const folder = process.env['LIVE_PAGES_FOLDER'];

describeInBrowser('in a browser', () => {
  let server: TestServer;
  let app: TestClient;
  let api: TestApi;
  let user: TestUser;

  beforeAll(async () => {
    server = await startServer();
    app = await givenAsker(server);
    api = await givenApi(server, {
      name: 'Payments',
      scopes: [{ value: 'create:payments', description: 'Pay from your account' }],
      subject_type_authorization: { user: { policy: 'require_client_grant' } },
      authorization_details: [{ type: 'payment' }],
    });
    await givenUserGrant(server, app, api, ['create:payments'], { authorization_details_types: ['payment'] });
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  }, 60_000);
  beforeEach(async () => {
    user = await givenUser(server);
  });
  afterAll(async () => {
    await closeAll();
    await server.close();
  });

  const payment = (binding_message: string): Promise<string> =>
    asked(server, app, user, {
      audience: api.identifier,
      scope: 'openid create:payments',
      binding_message,
      authorization_details: JSON.stringify([
        {
          type: 'payment',
          instructedAmount: { amount: 2500, currency: 'USD' },
          beneficiary: 'Hanna Herwitz',
        },
      ]),
    });
  async function signIn(page: Page, who: TestUser): Promise<void> {
    await page.getByLabel('Email or username').fill(who.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name }).click();
  const reaches = (page: Page, heading: string): Promise<void> =>
    page.getByRole('heading', { level: 1, name: heading }).waitFor();

  /** Holds a page against what all of them promise. */
  async function holdsUp(page: Page, name: string): Promise<void> {
    expect(await findings(page)).toEqual([]);
    expect(await measure(page)).toEqual({ overflow: 0, small: [] });
    if (folder !== undefined) {
      await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
    }
  }

  /** A window whose complaints fail the test. */
  const visit = (view: View, use: (page: Page) => Promise<void>): Promise<void> =>
    inView(view, async (page) => {
      const complaints = complaintsOf(page);
      await use(page);
      expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
    });

  test.each<[string, View]>([
    ['light', { width: NARROW }],
    ['dark', { width: NARROW, scheme: 'dark' }],
    ['without scripts', { scripts: false }],
  ])('a user signs in, reads what is asked, and approves: %s', async (name, view) => {
    const secret = await payment('Order 7: 25.00 USD');
    await visit(view, async (page) => {
      const holds = (step: string) =>
        view.scripts === false ? Promise.resolve() : holdsUp(page, `approve-${name}-${step}`);
      await page.goto(`${server.url}/u/approvals`);
      await reaches(page, 'Sign in');
      await holds('sign-in');
      await signIn(page, user);
      await reaches(page, 'Acme Bank asks for your approval');
      await page.getByText('Order 7: 25.00 USD').waitFor();
      await page.getByText('Pay from your account').waitFor();
      await page.getByText('Hanna Herwitz').waitFor();
      await holds('request');
      await press(page, 'Approve');
      await reaches(page, 'Approved');
      await holds('approved');
    });
    expect((await poll(server, app, secret)).body.scope).toBe('openid create:payments');
  });

  test('of two requests one is denied by the keyboard, and the other one is left', async () => {
    const first = await payment('Order 1');
    const second = await payment('Order 2');
    await visit({ width: NARROW }, async (page) => {
      await page.goto(`${server.url}/u/approvals`);
      await signIn(page, user);
      await reaches(page, 'Requests for your approval');
      await holdsUp(page, 'list');
      await page.getByRole('link', { name: 'Look at the request of Acme Bank' }).first().click();
      await page.getByText('Order 2').waitFor();
      await page.getByRole('button', { name: 'Deny' }).press('Enter');
      await reaches(page, 'Denied');
      await page.getByRole('link', { name: 'See all requests' }).click();
      await page.getByText('Order 1').waitFor();
    });
    expect((await poll(server, app, second)).body.error).toBe('access_denied');
    expect((await poll(server, app, first)).body.error).toBe('authorization_pending');
  });

  test('whoever is signed in as somebody else changes the account, and is back at the request', async () => {
    const secret = await payment('Order 3');
    const other = await givenUser(server);
    await visit({}, async (page) => {
      await page.goto(`${server.url}/u/approvals`);
      await signIn(page, other);
      await reaches(page, 'Requests for your approval');
      await page.getByText('Nobody asks for your approval now').waitFor();
      await press(page, 'Use another account');
      await reaches(page, 'Sign in');
      await signIn(page, user);
      await page.getByText('Order 3').waitFor();
      await press(page, 'Approve');
      await reaches(page, 'Approved');
    });
    expect((await poll(server, app, secret)).status).toBe(200);
  });

  test('a second answer in another window is told that it came too late, and the keyboard begins there', async () => {
    await payment('Order 4');
    await visit({}, async (page) => {
      await page.goto(`${server.url}/u/approvals`);
      await signIn(page, user);
      await reaches(page, 'Acme Bank asks for your approval');
      const twin = await page.context().newPage();
      await twin.goto(`${server.url}/u/approvals`);
      await press(twin, 'Deny');
      await reaches(twin, 'Denied');
      await press(page, 'Approve');
      await page.getByRole('alert').getByText('has been answered').waitFor();
      await page.locator('.problems:focus').waitFor();
      await holdsUp(page, 'too-late');
    });
  });
});
