// What backchannel requests are about: an application that asks users who are elsewhere.

import type { Response } from 'supertest';
import type { TestServer } from '../../support/server.js';
import { bodyOf, type TestClient } from '../given.js';
import { type Browser, givenApp, type Page, requestToken, signIn, type TestUser } from './given.js';

export const CIBA = 'urn:openid:params:grant-type:ciba';

export const givenAsker = (server: TestServer, settings: object = {}): Promise<TestClient> =>
  givenApp(server, {
    name: 'Acme Bank',
    oidc_conformant: true,
    grant_types: [CIBA, 'refresh_token'],
    ...settings,
  });

export const hintOf = (server: TestServer, userId: string): string =>
  JSON.stringify({ format: 'iss_sub', iss: `${server.url}/`, sub: userId });

/** A request for the approval of a user. @param parameters an empty one is left out. */
export async function ask(
  server: TestServer,
  client: TestClient,
  user: Pick<TestUser, 'id'>,
  parameters: Record<string, string> = {},
): Promise<Response> {
  const all = {
    client_id: client.id,
    client_secret: client.secret,
    login_hint: hintOf(server, user.id),
    scope: 'openid',
    binding_message: 'Order 7',
    ...parameters,
  };
  const given = Object.entries(all).filter(([, value]) => value !== '');
  return server.request().post('/bc-authorize').type('form').send(Object.fromEntries(given));
}

/** The secret of a request that is made. */
export async function asked(...request: Parameters<typeof ask>): Promise<string> {
  const answer = await ask(...request);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
  return (answer.body as { auth_req_id: string }).auth_req_id;
}

export const poll = (server: TestServer, client: TestClient, secret: string): Promise<Response> =>
  requestToken(server, client, { grant_type: CIBA, auth_req_id: secret });

/** What a script says in the place of the user. */
export async function answer(
  server: TestServer,
  secret: string,
  decision: 'approve' | 'deny',
): Promise<void> {
  await bodyOf(server.request().post('/_grantry/approve').send({ auth_req_id: secret, decision }), 204);
}

/** Opens the page, and signs in where it asks for that. */
export async function approvalsOf(browser: Browser, user: TestUser, address = '/u/approvals'): Promise<Page> {
  const page = await browser.open(address);
  return page.html.includes('name="password"') ? signIn(browser, page, user) : page;
}
