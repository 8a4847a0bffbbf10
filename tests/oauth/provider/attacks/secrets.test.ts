// What the server writes down: nothing that opens anything, and no line that is not its own (RFC 9700 section 4.2.4; OWASP,
// Logging Cheat Sheet).

import { startServer, type TestServer } from '../../../support/server.js';
import { givenApi } from '../../given.js';
import {
  authorizeUrl,
  Browser,
  exchange,
  givenApp,
  givenUser,
  logIn,
  newPkce,
  parameterOf,
  PASSWORD,
  requestToken,
  signIn,
} from '../given.js';

let server: TestServer;
let written = '';
// oxlint-disable-next-line typescript/unbound-method -- they are put back as they were
const originals = { out: process.stdout.write, error: process.stderr.write };
beforeAll(async () => {
  const collect = (chunk: string | Uint8Array): boolean => {
    written += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  process.stdout.write = collect;
  process.stderr.write = collect;
  server = await startServer({ env: { LOG_LEVEL: 'trace' } });
});
afterAll(async () => {
  await server.close();
  process.stdout.write = originals.out;
  process.stderr.write = originals.error;
});

describe('the log', () => {
  test('has no password, code, token, verifier, cookie or secret, of a login that succeeds or one that fails', async () => {
    const secrets = new Set<string>();
    const [app, user, api] = [
      await givenApp(server),
      await givenUser(server),
      await givenApi(server, { allow_offline_access: true }),
    ];
    secrets.add(app.secret).add(PASSWORD);
    const { verifier, challenge } = newPkce();
    secrets.add(verifier);
    const state = 'the-secret-state-of-the-application';
    const browser = new Browser(server.url);
    const address = authorizeUrl(server, app, {
      audience: api.identifier,
      scope: 'openid offline_access read',
      state,
      nonce: 'the-secret-nonce',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const wrong = 'a-Password-typed-wrongly-1';
    secrets.add(wrong).add(state).add('the-secret-nonce');
    await signIn(browser, await browser.open(address), user, wrong);
    secrets.add(browser.cookies('/u/login')['grantry_login'] ?? '');
    const end = await logIn(browser, address, user);
    secrets.add(browser.cookies()['grantry_session'] ?? '');
    const code = parameterOf(end, 'code');
    secrets.add(code);
    const { body } = await exchange(server, app, code, { code_verifier: verifier });
    for (const name of ['access_token', 'id_token', 'refresh_token']) secrets.add(String(body[name]));
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) };
    await requestToken(server, app, refresh);
    await requestToken(server, app, { ...refresh, refresh_token: `${String(body.refresh_token)}x` });
    await exchange(server, app, code, { code_verifier: verifier });
    await requestToken(server, { id: app.id, secret: 'a-Secret-that-is-wrong' }, refresh);
    secrets.add('a-Secret-that-is-wrong');
    await requestToken(server, app, {
      grant_type: 'password',
      username: user.email,
      password: wrong,
      scope: 'openid',
    });
    await server
      .request()
      .get('/userinfo')
      .set('Authorization', `Bearer ${String(body.access_token)}`);
    await browser.open(`/v2/logout?client_id=${app.id}`);

    const rows = await server.api('get', 'logs?per_page=100&sort=date:-1');
    expect(rows.body.length).toBeGreaterThan(8);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(rows.text).not.toContain(secret);
      expect(written).not.toContain(secret);
    }
  });

  test('has no line of anybody else', async () => {
    const app = await givenApp(server);
    const forged = '\r\n{"level":50,"msg":"forged"}\n\u001b[2J';
    const before = written.length;
    for (const name of ['state', 'scope', 'audience', 'organization', 'login_hint', 'client_id']) {
      await new Browser(server.url).open(authorizeUrl(server, app, { [name]: forged }));
    }
    await requestToken(server, { id: forged, secret: forged }, { grant_type: forged });
    const lines = written
      .slice(before)
      .split('\n')
      .filter((line) => line !== '' && !line.includes('oidc-provider'));
    for (const line of lines) expect(JSON.parse(line)).not.toHaveProperty('msg', 'forged');
    const rows = (await server.api('get', 'logs?per_page=20&sort=date:-1')).body as object[];
    for (const row of rows) expect(row).not.toHaveProperty('msg');
  });
});

describe('whoever has not logged in', () => {
  const count = async (): Promise<number> => {
    const before = new Date('2100-01-01T00:00:00Z');
    return server.storage.prune({ logs: new Date(0), now: before });
  };

  test('leaves nothing behind with a cookie of a session that is none', async () => {
    const app = await givenApp(server);
    await count();
    for (let at = 0; at < 5; at += 1) {
      const browser = new Browser(server.url);
      browser.setCookie('grantry_session', `invented-${at}`);
      const end = await browser.open(authorizeUrl(server, app, { prompt: 'none' }));
      expect(parameterOf(end, 'error')).toBe('login_required');
    }
    expect(await count()).toBe(0);
  });

  test('leaves one row for each login that was begun, which is gone after an hour', async () => {
    const app = await givenApp(server);
    await count();
    for (let at = 0; at < 3; at += 1) await new Browser(server.url).open(authorizeUrl(server, app));
    const inAnHour = new Date(Date.now() + 3_601_000);
    expect(await server.storage.prune({ logs: new Date(0), now: inAnHour })).toBe(3);
  });

  test('leaves a session for a form that is gone after an hour', async () => {
    await count();
    await new Browser(server.url).open('/activate');
    const inAnHour = new Date(Date.now() + 3_601_000);
    expect(await server.storage.prune({ logs: new Date(0), now: inAnHour })).toBe(1);
  });
});
