// Through the pages by hand: where the keyboard goes, and what forms send to whom.

import express from 'express';
import { continuePage } from '../../src/pages/continue.js';
import { formPostPage } from '../../src/pages/form-post.js';
import { loginPage } from '../../src/pages/login.js';
import { pageAssetRoutes } from '../../src/pages/routes.js';
import { formPostHeaders, pageHeaders } from '../../src/pages/security-policy.js';
import { closeAll, complaintsOf, describeInBrowser, inView, listen } from './in-browser.js';
import { specimens } from './specimens.js';

describeInBrowser('in a browser', () => {
  let url: string;
  /** Where the application redirects to. */
  let elsewhere: string;
  /** What the forms sent. */
  const sent: { path: string; fields: Record<string, string> }[] = [];

  beforeAll(async () => {
    elsewhere = await listen((_req, res) =>
      res.setHeader('Content-Type', 'text/html').end('<h1>Elsewhere</h1>'),
    );
    const callbacks = express().use(express.urlencoded({ extended: false }));
    callbacks.all('/callback', (req, res) => {
      sent.push({ path: 'callback', fields: { ...(req.body as object), ...(req.query as object) } });
      res.redirect(`${elsewhere}/`);
    });
    const application = await listen(callbacks);

    const site = express().use(pageAssetRoutes(), express.urlencoded({ extended: false }));
    site.get('/empty', (_req, res) => res.set(pageHeaders()).send(specimens()['login-empty']));
    site.get('/login', (req, res) => {
      const form = { action: `/login${req.query['then'] === undefined ? '' : '?then'}`, csrfToken: 't' };
      res.set(pageHeaders(req.query['then'] === undefined ? {} : { leadsTo: `${application}/callback` }));
      res.send(loginPage({ ...form, application: { name: 'Acme' }, identifierKind: 'email' }));
    });
    site.post('/login', (req, res) => {
      sent.push({ path: 'login', fields: req.body as Record<string, string> });
      if (req.query['then'] === undefined) res.set(pageHeaders()).send(continuePage({ url: '/resume' }));
      else res.redirect(303, `${application}/callback?code=1`);
    });
    site.get('/resume', (_req, res) => res.redirect(303, `${application}/callback?code=1`));
    site.get('/form-post', (_req, res) => {
      res.set(formPostHeaders());
      res.send(formPostPage({ action: `${application}/callback`, fields: { code: '"2"', state: 'a&b' } }));
    });
    url = await listen(site);
  });
  afterAll(closeAll);
  beforeEach(() => {
    sent.length = 0;
  });

  test('the keyboard goes through a form in the order in which it is read', async () => {
    await inView({}, async (page) => {
      await page.goto(`${url}/empty`);
      const focused: string[] = [];
      for (let step = 0; step < 9; step++) {
        focused.push(
          await page.locator(':focus').evaluate((element) => element.id || element.textContent?.trim() || ''),
        );
        await page.keyboard.press('Tab');
      }
      expect(focused.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
        expect.stringContaining('There is a problem'),
        'Choose where your account is',
        'Enter your email address',
        'Enter your password',
        'connection',
        'username',
        'password',
        'Sign in',
        'Cancel',
      ]);
    });
  });

  test('a mistake in the summary leads to its field', async () => {
    await inView({}, async (page) => {
      await page.goto(`${url}/empty`);
      await page.getByRole('link', { name: 'Enter your password' }).press('Enter');
      await page.waitForURL(`${url}/empty#password`);
      await page.keyboard.type('x');
      expect(await page.getByLabel('Password').inputValue()).toBe('x');
    });
  });

  test('Enter signs in, and the application that is reached may redirect on to another origin', async () => {
    await inView({}, async (page) => {
      const complaints = complaintsOf(page);
      await page.goto(`${url}/login`);
      // The field has the focus by itself, though not at once.
      await page.locator('#username:focus').waitFor();
      await page.keyboard.type('jane@example.com');
      await page.keyboard.press('Tab');
      await page.keyboard.type('secret');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${elsewhere}/`);
      const fields = { xsrf: 't', username: 'jane@example.com', password: 'secret', decision: 'continue' };
      expect(sent).toEqual([
        { path: 'login', fields },
        { path: 'callback', fields: { code: '1' } },
      ]);
      expect(complaints).toEqual([]);
    });
  });

  test('Cancel says so, though nothing is filled in', async () => {
    await inView({}, async (page) => {
      await page.goto(`${url}/login`);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.waitForURL(`${elsewhere}/`);
      expect(sent[0]?.fields).toMatchObject({ decision: 'cancel' });
    });
  });

  test('a form post sends itself, to where the application may redirect from', async () => {
    await inView({}, async (page) => {
      const complaints = complaintsOf(page);
      await page.goto(`${url}/form-post`, { waitUntil: 'commit' });
      await page.waitForURL(`${elsewhere}/`);
      expect(sent).toEqual([{ path: 'callback', fields: { code: '"2"', state: 'a&b' } }]);
      expect(complaints).toEqual([]);
    });
  });

  test('a form post has a button where there are no scripts', async () => {
    await inView({ scripts: false }, async (page) => {
      await page.goto(`${url}/form-post`);
      expect(sent).toEqual([]);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(`${elsewhere}/`);
      expect(sent).toHaveLength(1);
    });
  });

  test('a policy that is broken would be seen', async () => {
    await inView({}, async (page) => {
      const complaints = complaintsOf(page);
      await page.route('**/broken', (route) =>
        route.fulfill({
          headers: { ...pageHeaders() },
          body: '<p style="color: red">not by this policy</p>',
        }),
      );
      await page.goto(`${url}/broken`);
      expect(complaints.join('\n')).toContain('Content Security Policy');
    });
  });

  test('a redirect straight from a form reaches the application, but no further', async () => {
    await inView({}, async (page) => {
      await page.goto(`${url}/login?then`);
      const blocked = page.waitForEvent('console', (message) => message.text().includes('form-action'));
      await page.getByRole('button', { name: 'Sign in' }).click();
      await blocked;
      expect(sent.map(({ path }) => path)).toEqual(['login', 'callback']);
    });
  });
});
