// What logins are about: an application with a callback, a user with a password, and a browser that goes through the pages.

import { createHash, randomBytes } from 'node:crypto';
import type { Response } from 'supertest';
import { Browser, type Page } from '../../support/browser.js';
import type { TestServer } from '../../support/server.js';
import { bodyOf, givenApi, givenClient, type TestApi, type TestClient, unique } from '../given.js';

export { Browser, type Page };

/** No part of the server, and nothing answers there. */
export const CALLBACK = 'https://shop.example.com/callback';
export const PASSWORD = 'correct-Horse-battery-9';

export interface TestUser {
  readonly id: string;
  readonly email: string;
}

const USER_GRANTS = [
  'authorization_code',
  'refresh_token',
  'implicit',
  'password',
  'http://auth0.com/oauth/grant-type/password-realm',
  'urn:ietf:params:oauth:grant-type:device_code',
];

/** The one connection that users of tests are in. */
export const CONNECTION = 'Test-Users';

async function givenConnection(server: TestServer): Promise<string> {
  const found = await bodyOf<{ id: string }[]>(server.api('get', `connections?name=${CONNECTION}`), 200);
  if (found[0]) return found[0].id;
  const body = { name: CONNECTION, strategy: 'auth0', is_domain_connection: true };
  return (await bodyOf<{ id: string }>(server.api('post', 'connections', body), 201)).id;
}

/** A first-party application with a secret, whose users are those of `givenUser`. */
export async function givenApp(server: TestServer, settings: object = {}): Promise<TestClient> {
  const client = await givenClient(server, {
    app_type: 'regular_web',
    callbacks: [CALLBACK],
    grant_types: USER_GRANTS,
    ...settings,
  });
  const connection = await givenConnection(server);
  await bodyOf(
    server.api('patch', `connections/${connection}/clients`, [{ client_id: client.id, status: true }]),
    204,
  );
  return client;
}

/** A user with `PASSWORD`. */
export async function givenUser(server: TestServer, settings: object = {}): Promise<TestUser> {
  await givenConnection(server);
  const email = `${unique('user')}@example.com`;
  const made = await bodyOf<{ user_id: string }>(
    server.api('post', 'users', { connection: CONNECTION, email, password: PASSWORD, ...settings }),
    201,
  );
  return { id: made.user_id, email };
}

/** Lets a client ask for an API on behalf of users. Answers the id of the client grant. */
export async function givenUserGrant(
  server: TestServer,
  client: TestClient,
  api: Pick<TestApi, 'identifier'>,
  scope: readonly string[],
  settings: object = {},
): Promise<string> {
  const body = {
    client_id: client.id,
    audience: api.identifier,
    subject_type: 'user',
    scope,
    ...settings,
  };
  return (await bodyOf<{ id: string }>(server.api('post', 'client-grants', body), 201)).id;
}

/** An API that gives refresh tokens, and that clients need a client grant for. */
export const givenOfflineApi = (server: TestServer, settings: object = {}): Promise<TestApi> =>
  givenApi(server, {
    subject_type_authorization: {
      user: { policy: 'require_client_grant' },
      client: { policy: 'require_client_grant' },
    },
    allow_offline_access: true,
    ...settings,
  });

export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
}

export function newPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The address of a login. @param parameters replace the defaults; an empty one is left out. */
export function authorizeUrl(
  server: TestServer,
  client: Pick<TestClient, 'id'>,
  parameters: Record<string, string> = {},
): string {
  const all = {
    client_id: client.id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: 'the-state',
    ...parameters,
  };
  const given = Object.entries(all).filter(([, value]) => value !== '');
  return `${server.url}/authorize?${new URLSearchParams(given).toString()}`;
}

/** Fills in the login page. */
export const signIn = (browser: Browser, page: Page, user: TestUser, password = PASSWORD): Promise<Page> =>
  browser.submit(page, { username: user.email, password, decision: 'continue' });

/** Goes through a login, agreeing to whatever is asked. @returns where it ends. */
export async function logIn(
  browser: Browser,
  address: string,
  user: TestUser,
  password = PASSWORD,
): Promise<Page> {
  let page = await browser.open(address);
  // A form that goes elsewhere is the answer.
  for (let steps = 0; steps < 5 && /<form[^>]* action="\//.test(page.html); steps += 1) {
    page = page.html.includes('name="password"')
      ? await signIn(browser, page, user, password)
      : await browser.submit(page, { decision: 'accept' });
  }
  return page;
}

/** The parameter of the address that a login ended at. */
export function parameterOf(page: Page, name: string): string {
  const value = page.url.searchParams.get(name) ?? new URLSearchParams(page.url.hash.slice(1)).get(name);
  if (value === null)
    throw new Error(`no ${name} in ${page.url.href} (${page.status}): ${page.html.slice(0, 3000)}`);
  return value;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
  readonly scope?: string;
  readonly expires_in: number;
  readonly token_type: string;
}

/** A token request of a client with a secret. */
export const requestToken = (
  server: TestServer,
  client: TestClient,
  parameters: Record<string, string>,
): Promise<Response> =>
  server
    .requestToken({
      client_id: client.id,
      ...(client.secret !== '' && { client_secret: client.secret }),
      ...parameters,
    })
    .then((answer) => answer);

export const exchange = (
  server: TestServer,
  client: TestClient,
  code: string,
  parameters: Record<string, string> = {},
): Promise<Response> =>
  requestToken(server, client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    ...parameters,
  });

/** A whole login in a browser of its own. */
export async function tokensOf(
  server: TestServer,
  client: TestClient,
  user: TestUser,
  parameters: Record<string, string> = {},
): Promise<TokenAnswer> {
  const page = await logIn(new Browser(server.url), authorizeUrl(server, client, parameters), user);
  const answer = await exchange(server, client, parameterOf(page, 'code'));
  if (answer.status !== 200) throw new Error(`expected tokens, got ${answer.status}: ${answer.text}`);
  return answer.body as TokenAnswer;
}

/** A refresh of a client with a secret. */
export const refresh = (
  server: TestServer,
  client: TestClient,
  token: string | undefined,
  parameters: Record<string, string> = {},
): Promise<Response> =>
  requestToken(server, client, {
    grant_type: 'refresh_token',
    refresh_token: token ?? 'there is none',
    ...parameters,
  });

export interface LogRow {
  readonly type: string;
  readonly description?: string;
  readonly ip?: string;
  readonly user_id?: string;
  readonly scope?: string;
  readonly details?: {
    readonly dropped?: { scope: string; source: string }[];
    readonly because?: string;
    readonly rules?: readonly string[];
  };
}

/** The newest rows about a client, newest first. */
export const logsOf = (server: TestServer, client: TestClient, type: string): Promise<LogRow[]> =>
  bodyOf(server.api('get', `logs?q=${encodeURIComponent(`client_id:${client.id} AND type:${type}`)}`), 200);

const realNow = Date.now;

/**
 * A clock for server and library, which both ask `Date.now`: pass `clock.now` to `startServer`. Moving it moves both.
 */
export function movingClock(): { now: () => Date; forward: (seconds: number) => void; stop: () => void } {
  let ahead = 0;
  Date.now = () => realNow() + ahead;
  return {
    now: () => new Date(Date.now()),
    forward: (seconds) => void (ahead += seconds * 1000),
    stop: () => void (Date.now = realNow),
  };
}

/** The claims of a token, unverified. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

/** Puts Actions in force at logins, in place of those before. */
export async function givenPostLogin(server: TestServer, ...bodies: string[]): Promise<void> {
  const bindings: object[] = [];
  for (const body of bodies) {
    const action = await bodyOf<{ id: string }>(
      server.api('post', 'actions/actions', {
        name: unique('action'),
        supported_triggers: [{ id: 'post-login', version: 'v3' }],
        code: `exports.onExecutePostLogin = async (event, api) => { ${body} };`,
      }),
      201,
    );
    await bodyOf(server.api('post', `actions/actions/${action.id}/deploy`), 200);
    bindings.push({ ref: { type: 'action_id', value: action.id }, display_name: unique('binding') });
  }
  await bodyOf(server.api('patch', 'actions/triggers/post-login/bindings', { bindings }), 200);
}
