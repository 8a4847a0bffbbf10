// A browser, and servers for it to visit.

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
