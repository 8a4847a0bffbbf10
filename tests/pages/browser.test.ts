// The pages as a browser shows them: under their policy, in both colour schemes, wide and narrow, and by the keyboard.
// With PAGES_FOLDER, each page and its pictures are also written there, to be looked at.

import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type axe from 'axe-core';
import express from 'express';
import { type Browser, chromium, type Page } from 'playwright-core';
import { continuePage } from '../../src/pages/continue.js';
import { formPostPage } from '../../src/pages/form-post.js';
import { loginPage } from '../../src/pages/login.js';
import { pageAssetRoutes, stylesheet } from '../../src/pages/routes.js';
import { formPostHeaders, pageHeaders } from '../../src/pages/security-policy.js';
import { chromiumProgram } from '../support/chromium.js';
import { specimens } from './specimens.js';

const folder = process.env['PAGES_FOLDER'];
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pages = specimens();
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3);
const long = specimens((text) => text + LONG);

/** By which a page goes on by itself: without it, it stays and can be looked at. */
const GOES_ON = /<script>.*?<\/script>|<meta http-equiv="refresh"[^>]*>/;

test('there is a browser to test with, in CI', () => {
  expect(process.env['CI'] === undefined || chromiumProgram !== undefined).toBe(true);
});

async function listen(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

(chromiumProgram === undefined ? describe.skip : describe)('in a browser', () => {
  let browser: Browser;
  let url: string;
  let application: string;
  let elsewhere: string;
  const servers: Server[] = [];
  /** What the forms sent. */
  const sent: { path: string; fields: Record<string, string> }[] = [];

  beforeAll(async () => {
    const other = await listen((_req, res) =>
      res.setHeader('Content-Type', 'text/html').end('<h1>Elsewhere</h1>'),
    );
    elsewhere = other.url;
    // An application that sends its user on to another origin.
    const callbacks = express().use(express.urlencoded({ extended: false }));
    callbacks.all('/callback', (req, res) => {
      sent.push({ path: 'callback', fields: { ...(req.body as object), ...(req.query as object) } });
      res.redirect(`${elsewhere}/`);
    });
    const app = await listen(callbacks);
    application = app.url;

    const site = express().use(pageAssetRoutes(), express.urlencoded({ extended: false }));
    site.get('/page/:name', (req, res) => {
      const html = (req.query['long'] === undefined ? pages : long)[req.params.name];
      res.set(pageHeaders()).send(html?.replace(GOES_ON, ''));
    });
    site.get('/login', (_req, res) => {
      const form = { action: '/login', csrfToken: 't', application: { name: 'Acme' } };
      res.set(pageHeaders()).send(loginPage({ ...form, identifierKind: 'email' }));
    });
    site.post('/login', (req, res) => {
      sent.push({ path: 'login', fields: req.body as Record<string, string> });
      res.set(pageHeaders()).send(continuePage({ url: '/resume' }));
    });
    site.get('/resume', (_req, res) => res.redirect(303, `${application}/callback?code=1`));
    site.get('/form-post', (_req, res) => {
      res.set(formPostHeaders());
      res.send(formPostPage({ action: `${application}/callback`, fields: { code: '"2"', state: 'a&b' } }));
    });
    const own = await listen(site);
    url = own.url;
    servers.push(other.server, app.server, own.server);
    browser = await chromium.launch({
      ...(chromiumProgram === undefined ? {} : { executablePath: chromiumProgram }),
      // Its sandbox needs rights that containers do not give.
      args: ['--no-sandbox', '--disable-quic'],
    });
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
  beforeEach(() => {
    sent.length = 0;
  });

  interface View {
    readonly width: number;
    readonly scheme: 'light' | 'dark';
    readonly forced?: boolean;
  }
  const wide = 1280;
  /** What is left of 1280 by 1024 at 400 percent (WCAG 2.2, 1.4.10). */
  const narrow = 320;

  async function inView<T>(
    { width, scheme, forced = false }: View,
    use: (page: Page) => Promise<T>,
  ): Promise<T> {
    const context = await browser.newContext({
      viewport: { width, height: width === wide ? 900 : 256 },
      colorScheme: scheme,
      forcedColors: forced ? 'active' : 'none',
      reducedMotion: 'reduce',
    });
    try {
      const page = await context.newPage();
      return await use(page);
    } finally {
      await context.close();
    }
  }

  /** What a browser complains about, breaches of the policy among it. */
  function complaintsOf(page: Page): string[] {
    const complaints: string[] = [];
    page.on('console', (message) => {
      complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    return complaints;
  }

  async function findings(page: Page): Promise<string[]> {
    await page.evaluate(axeSource);
    const violations = await page.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as { axe: typeof axe };
      return (await checker.run()).violations;
    });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
    );
  }

  /** How far the page is wider than the window, and which controls are too small for a finger. */
  function measure(page: Page): Promise<{ overflow: number; small: string[] }> {
    return page.evaluate(() => {
      const { document: shown } = globalThis as unknown as { document: BrowserDocument };
      const controls = [
        ...shown.querySelectorAll('button, a, .option, input:not([type=hidden], [type=radio])'),
      ];
      return {
        overflow: shown.documentElement.scrollWidth - shown.documentElement.clientWidth,
        small: controls
          .filter((control) => control.getBoundingClientRect().height < 44)
          .map((control) => control.outerHTML),
      };
    });
  }

  const views: readonly View[] = [
    { width: wide, scheme: 'light' },
    { width: wide, scheme: 'dark' },
    { width: narrow, scheme: 'light' },
  ];
  test.each(views)(
    'no page has findings at $width px in $scheme',
    async (view) => {
      await inView(view, async (page) => {
        const complaints = complaintsOf(page);
        for (const name of Object.keys(pages)) {
          await page.goto(`${url}/page/${name}`);
          if (folder !== undefined) {
            const picture = path.join(folder, `${name}.${view.width}.${view.scheme}.png`);
            await page.screenshot({ path: picture, fullPage: true });
          }
          expect({ name, findings: await findings(page), ...(await measure(page)) }).toEqual({
            name,
            findings: [],
            overflow: 0,
            small: [],
          });
        }
        expect(complaints).toEqual([]);
      });
    },
    120_000,
  );

  test('a long word does not widen a page', async () => {
    await inView({ width: narrow, scheme: 'light' }, async (page) => {
      for (const name of Object.keys(long)) {
        await page.goto(`${url}/page/${name}?long`);
        expect({ name, overflow: (await measure(page)).overflow }).toEqual({ name, overflow: 0 });
      }
    });
  }, 60_000);

  test('what has only a colour has an edge where colours are the system’s', async () => {
    await inView({ width: wide, scheme: 'light', forced: true }, async (page) => {
      for (const name of ['login-wrong', 'consent-third-party', 'organization-choice']) {
        await page.goto(`${url}/page/${name}`);
        expect(await findings(page)).toEqual([]);
        const border = await page
          .locator('button')
          .first()
          .evaluate((button) => {
            const page = globalThis as unknown as {
              getComputedStyle(of: unknown): { borderTopStyle: string };
            };
            return page.getComputedStyle(button).borderTopStyle;
          });
        expect(border).toBe('solid');
        if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.forced.png`) });
      }
    });
  });

  test('the keyboard goes through a form in the order in which it is read', async () => {
    await inView(views[0] as View, async (page) => {
      await page.goto(`${url}/page/login-empty`);
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
    await inView(views[0] as View, async (page) => {
      await page.goto(`${url}/page/login-empty`);
      await page.getByRole('link', { name: 'Enter your password' }).press('Enter');
      await page.keyboard.type('x');
      expect(await page.getByLabel('Password').inputValue()).toBe('x');
    });
  });

  test('Enter signs in, and the application that is reached may redirect on to another origin', async () => {
    await inView(views[0] as View, async (page) => {
      const complaints = complaintsOf(page);
      await page.goto(`${url}/login`);
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
    await inView(views[0] as View, async (page) => {
      await page.goto(`${url}/login`);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.waitForURL(`${elsewhere}/`);
      expect(sent[0]?.fields).toMatchObject({ decision: 'cancel' });
    });
  });

  test('a form post sends itself, to where the application may redirect from', async () => {
    await inView(views[0] as View, async (page) => {
      const complaints = complaintsOf(page);
      await page.goto(`${url}/form-post`, { waitUntil: 'commit' });
      await page.waitForURL(`${elsewhere}/`);
      expect(sent).toEqual([{ path: 'callback', fields: { code: '"2"', state: 'a&b' } }]);
      expect(complaints).toEqual([]);
    });
  });

  test('a form post has a button where there are no scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${url}/form-post`);
    expect(sent).toEqual([]);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${elsewhere}/`);
    expect(sent).toHaveLength(1);
    await context.close();
  });

  test('a policy that is broken would be seen', async () => {
    await inView(views[0] as View, async (page) => {
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

  test('pages are written where they are asked for', () => {
    if (folder === undefined) return;
    writeFileSync(path.join(folder, 'pages.css'), stylesheet().body);
    for (const [name, html] of Object.entries(pages)) {
      writeFileSync(path.join(folder, `${name}.html`), html.replace(stylesheet().path, 'pages.css'));
    }
  });
});

/** What the functions above use of a browser's document: Node's types have none. */
interface BrowserDocument {
  readonly documentElement: { readonly scrollWidth: number; readonly clientWidth: number };
  querySelectorAll(selector: string): Iterable<{
    readonly outerHTML: string;
    getBoundingClientRect(): { readonly height: number };
  }>;
}
