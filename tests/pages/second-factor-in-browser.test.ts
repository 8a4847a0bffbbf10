// The pages of multi-factor authentication by hand: what a camera reads, what is copied, what forms send.

import express from 'express';
import type { Page } from 'playwright-core';
import { pageAssetRoutes } from '../../src/pages/routes.js';
import { enrolmentPage, newRecoveryCodePage, oneTimePasswordPage } from '../../src/pages/second-factor.js';
import { pageHeaders } from '../../src/pages/security-policy.js';
import {
  closeAll,
  complaintsOf,
  describeInBrowser,
  inView,
  listen,
  NARROW,
  type View,
  WIDE,
} from './in-browser.js';
import { decoded } from './qr-code.js';

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const uri = `otpauth://totp/Acme%20Orders:jane.doe%40example.com?secret=${secret}&issuer=Acme%20Orders&algorithm=SHA1&digits=6&period=30`;
const model = { action: '/mfa', csrfToken: 't', application: { name: 'Acme' }, user: { name: 'jane' } };

/** What this file uses of a browser's own: Node's types have none. */
interface BrowserGlobals {
  createImageBitmap(this: void, of: Blob): Promise<{ readonly width: number; readonly height: number }>;
  readonly OffscreenCanvas: new (
    width: number,
    height: number,
  ) => {
    getContext(kind: '2d'): {
      drawImage(image: unknown, x: number, y: number): void;
      getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
    };
  };
  getSelection(): { selectAllChildren(of: unknown): void; toString(): string };
}

/** The code on a page, and what is around it, as a camera sees them. */
async function seen(page: Page): Promise<string | undefined> {
  const box = await page.getByRole('img').boundingBox();
  if (box === null) return undefined;
  const clip = { x: box.x - 16, y: box.y - 16, width: box.width + 32, height: box.height + 32 };
  const screenshot = await page.screenshot({ fullPage: true, clip });
  // A page without a policy, to read the picture's pixels.
  await page.goto('about:blank');
  const picture = await page.evaluate(async (base64) => {
    const { createImageBitmap, OffscreenCanvas } = globalThis as unknown as BrowserGlobals;
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const { width, height } = image;
    const canvas = new OffscreenCanvas(width, height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    // As text, which is handed over far faster than so many numbers.
    const { data } = canvas.getImageData(0, 0, width, height);
    const pixels = btoa(Array.from(data, (byte) => String.fromCodePoint(byte)).join(''));
    return { width, height, pixels };
  }, screenshot.toString('base64'));
  return decoded(
    Uint8ClampedArray.from(Buffer.from(picture.pixels, 'base64')),
    picture.width,
    picture.height,
  );
}

describeInBrowser('in a browser', () => {
  let url: string;
  /** What the forms sent. */
  const sent: unknown[] = [];

  beforeAll(async () => {
    const site = express().use(pageAssetRoutes(), express.urlencoded({ extended: false }));
    const show = (path: string, html: string) =>
      site.get(path, (_req, res) => {
        res.set(pageHeaders()).send(html);
      });
    show('/enrolment', enrolmentPage({ ...model, uri, secret }));
    show('/otp', oneTimePasswordPage({ ...model, offersRecoveryCode: true }));
    show('/recovery-code', newRecoveryCodePage({ ...model, code: 'X8RZ4K2PWQ7N3MTB5HJD9FLC' }));
    site.post('/mfa', (req, res) => {
      sent.push(req.body);
      res.send('<p>sent</p>');
    });
    url = await listen(site);
  });
  afterAll(closeAll);
  beforeEach(() => {
    sent.length = 0;
  });

  test.each<View>([
    { width: WIDE, scheme: 'light' },
    { width: WIDE, scheme: 'dark' },
    { width: NARROW, scheme: 'dark' },
    { width: WIDE, scheme: 'dark', forcedColors: true },
  ])('a camera reads the key off the screen: %j', async (view) => {
    await inView(view, async (page) => {
      const complaints = complaintsOf(page);
      await page.goto(`${url}/enrolment`);
      expect(await seen(page)).toBe(uri);
      expect(complaints).toEqual([]);
    });
  });

  test.each([
    ['/enrolment', secret],
    ['/recovery-code', 'X8RZ4K2PWQ7N3MTB5HJD9FLC'],
  ])('what is copied on %s has no spaces', async (path, code) => {
    await inView({}, async (page) => {
      await page.goto(`${url}${path}`);
      const copied = await page.locator('.groups').evaluate((groups) => {
        const selection = (globalThis as unknown as BrowserGlobals).getSelection();
        selection.selectAllChildren(groups);
        return selection.toString();
      });
      expect(copied).toBe(code);
    });
  });

  test('a code is typed without a click, and Enter sends it', async () => {
    await inView({}, async (page) => {
      await page.goto(`${url}/otp`);
      // The field has the focus by itself, though not at once.
      await page.locator('#otp:focus').waitFor();
      await page.keyboard.type('123 456');
      await page.keyboard.press('Enter');
      await page.getByText('sent').waitFor();
      expect(sent).toEqual([{ xsrf: 't', otp: '123 456', decision: 'continue' }]);
    });
  });

  test('the way out needs no code', async () => {
    await inView({}, async (page) => {
      await page.goto(`${url}/otp`);
      await page.getByRole('button', { name: 'Use a recovery code' }).click();
      await page.getByText('sent').waitFor();
      expect(sent).toEqual([{ xsrf: 't', otp: '', decision: 'use_recovery_code' }]);
    });
  });

  test('a box is ticked by the keyboard, and its state is sent', async () => {
    await inView({}, async (page) => {
      for (const isTicked of [false, true]) {
        await page.goto(`${url}/recovery-code`);
        await page.keyboard.press('Tab');
        if (isTicked) await page.keyboard.press('Space');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await page.getByText('sent').waitFor();
      }
      expect(sent).toEqual([
        { xsrf: 't', decision: 'continue' },
        { xsrf: 't', saved: 'yes', decision: 'continue' },
      ]);
    });
  });
});
