// An application of users, as small as one can be: it sends a browser to log in, takes the answer at its callback on loopback,
// exchanges the code, and shows what it got.

import express from 'express';
import { listen } from '../../pages/in-browser.js';
import type { TestServer } from '../../support/server.js';
import type { TestClient } from '../given.js';
import { authorizeUrl, exchange, newPkce, type TokenAnswer } from './given.js';

export interface Application {
  readonly callback: string;
  /** Where a browser is sent to when it is signed out. */
  readonly signedOut: string;
  /** The address that starts a login. */
  login(parameters?: Record<string, string>): string;
  /** What came to the callback, in order, without the code. */
  readonly answers: readonly Readonly<Record<string, string>>[];
  /** The tokens of the logins that went well, in order. */
  readonly tokens: readonly TokenAnswer[];
}

/** Serves an application whose client there is yet to be: `become` says which it is. */
export async function startApplication(
  server: TestServer,
): Promise<Application & { become(client: TestClient): void }> {
  let client: TestClient = { id: '', secret: '' };
  const verifiers = new Map<string, string>();
  const answers: Record<string, string>[] = [];
  const tokens: TokenAnswer[] = [];
  const site = express().use(express.urlencoded({ extended: false }));
  const page = (text: string): string => `<!doctype html><title>Shop</title><h1>${text}</h1>`;
  /** Takes what came to the callback, and says what became of it. */
  async function receive({ code, ...answer }: Record<string, string>): Promise<string> {
    answers.push(answer);
    const verifier = verifiers.get(answer['state'] ?? '');
    if (code === undefined || verifier === undefined) return `No code: ${answer['error']}`;
    const exchanged = await exchange(server, client, code, {
      redirect_uri: callback,
      code_verifier: verifier,
    });
    if (exchanged.status !== 200) return `No token: ${exchanged.text}`;
    tokens.push(exchanged.body as TokenAnswer);
    return 'Signed in';
  }
  site.all('/callback', (req, res, next) => {
    const given = { ...(req.query as object), ...(req.body as object) } as Record<string, string>;
    receive(given).then((text) => res.send(page(text)), next);
  });
  site.get('/signed-out', (_req, res) => res.send(page('Signed out')));
  site.get('/favicon.ico', (_req, res) => res.status(204).end());
  const url = await listen(site);
  const callback = `${url}/callback`;
  return {
    callback,
    signedOut: `${url}/signed-out`,
    answers,
    tokens,
    become(given) {
      client = given;
    },
    login(parameters = {}) {
      const { verifier, challenge } = newPkce();
      const state = String(verifiers.size + 1);
      verifiers.set(state, verifier);
      return authorizeUrl(server, client, {
        redirect_uri: callback,
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...parameters,
      });
    },
  };
}
