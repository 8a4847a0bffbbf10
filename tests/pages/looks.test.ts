// How the pages look: under their policy, in both colour schemes, wide and narrow.
// With PAGES_FOLDER, each page and its pictures are also written there, to be looked at.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import express from 'express';
import { pageAssetRoutes, stylesheet } from '../../src/pages/routes.js';
import { pageHeaders } from '../../src/pages/security-policy.js';
import {
  closeAll,
  complaintsOf,
  describeInBrowser,
  findings,
  inView,
  listen,
  measure,
  NARROW,
  type View,
  WIDE,
} from './in-browser.js';
import { specimens } from './specimens.js';

const folder = process.env['PAGES_FOLDER'];
const pages = specimens();
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3);
const long = specimens((text) => text + LONG);

/** By which a page goes on by itself: without it, it stays and can be looked at. */
const GOES_ON = /<script>.*?<\/script>|<meta http-equiv="refresh"[^>]*>/;

describeInBrowser('in a browser', () => {
  let url: string;

  beforeAll(async () => {
    const site = express().use(pageAssetRoutes());
    site.get('/page/:name', (req, res) => {
      const html = (req.query['long'] === undefined ? pages : long)[req.params.name];
      res.set(pageHeaders()).send(html?.replace(GOES_ON, ''));
    });
    url = await listen(site);
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  });
  afterAll(closeAll);

  const views: readonly View[] = [
    { width: WIDE, scheme: 'light' },
    { width: WIDE, scheme: 'dark' },
    { width: NARROW, scheme: 'light' },
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
    await inView({ width: NARROW, scheme: 'light' }, async (page) => {
      for (const name of Object.keys(long)) {
        await page.goto(`${url}/page/${name}?long`);
        expect({ name, overflow: (await measure(page)).overflow }).toEqual({ name, overflow: 0 });
      }
    });
  }, 60_000);

  test('what has only a colour has an edge where colours are the system’s', async () => {
    await inView({ width: WIDE, scheme: 'light', forcedColors: true }, async (page) => {
      for (const name of ['login-wrong', 'consent-third-party', 'organization-choice']) {
        await page.goto(`${url}/page/${name}`);
        expect(await findings(page)).toEqual([]);
        const border = await page
          .locator('button')
          .first()
          .evaluate((button) => {
            const { getComputedStyle } = globalThis as unknown as {
              getComputedStyle: (of: unknown) => { borderTopStyle: string };
            };
            return getComputedStyle(button).borderTopStyle;
          });
        expect(border).toBe('solid');
        if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.forced.png`) });
      }
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
