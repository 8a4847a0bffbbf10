// A browser, and servers for it to visit.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumProgram } from '../support/chromium.js';

/** Where there is no browser, such a suite is skipped; a test of tests/reference/ fails in CI then. */
export const describeInBrowser = chromiumProgram === undefined ? describe.skip : describe;

const servers: Server[] = [];

/** The address of a server that `closeAll` ends. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let browser: Promise<Browser> | undefined;

function launched(): Promise<Browser> {
  return (browser ??= chromium.launch({
    ...(chromiumProgram === undefined ? {} : { executablePath: chromiumProgram }),
    // Its sandbox needs rights that containers do not give.
    args: ['--no-sandbox', '--disable-quic'],
  }));
}

export async function closeAll(): Promise<void> {
  await (await browser)?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
}

export interface View {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  readonly forcedColors?: boolean;
  readonly scripts?: boolean;
}

export const WIDE = 1280;
/** What is left of 1280 by 1024 at 400 percent (WCAG 2.2, 1.4.10). */
export const NARROW = 320;

/** Opens a page in a window of its own. */
export async function inView<T>(view: View, use: (page: Page) => Promise<T>): Promise<T> {
  const { width = WIDE, scheme = 'light', forcedColors = false, scripts = true } = view;
  const context = await (
    await launched()
  ).newContext({
    viewport: { width, height: width === WIDE ? 900 : 256 },
    colorScheme: scheme,
    forcedColors: forcedColors ? 'active' : 'none',
    javaScriptEnabled: scripts,
    reducedMotion: 'reduce',
  });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** What a browser complains about from now on, breaches of the policy among it. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on a page. */
export async function findings(page: Page): Promise<string[]> {
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
export function measure(page: Page): Promise<{ overflow: number; small: string[] }> {
  return page.evaluate(() => {
    const { document: shown } = globalThis as unknown as { document: BrowserDocument };
    const controls = [
      ...shown.querySelectorAll(
        'button, a, .option, input:not([type=hidden], [type=radio], [type=checkbox])',
      ),
    ];
    return {
      overflow: shown.documentElement.scrollWidth - shown.documentElement.clientWidth,
      small: controls
        .filter((control) => control.getBoundingClientRect().height < 44)
        .map((control) => control.outerHTML),
    };
  });
}

/** What the functions above use of a browser's document: Node's types have none. */
interface BrowserDocument {
  readonly documentElement: { readonly scrollWidth: number; readonly clientWidth: number };
  querySelectorAll(selector: string): Iterable<{
    readonly outerHTML: string;
    getBoundingClientRect(): { readonly height: number };
  }>;
}
