import { createHash, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { startServer } from '../../tests/support/start-server.mjs';
import { httpRequest, load, ratio, rawSignatures, residentMegabytes, say } from '../measure.mjs';

const AUDIENCE = 'https://api.example.com/';
const CALLBACK = 'https://app.example.com/callback';
const PASSWORD = 'correct-Horse-battery-9';
const CONNECTIONS = 16;
const MANY_CONNECTIONS = 64;
const USERS = 50;
const SECONDS = 5;
const FORM = 'application/x-www-form-urlencoded';

/** @typedef {{ status: number; headers: import('node:http').IncomingHttpHeaders; body: any }} Answer */

/** One request over kept connections. */
function asker(/** @type {string} */ url) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  /** @returns {Promise<Answer>} */
  return (
    /** @type {string} */ method,
    /** @type {string} */ path,
    /** @type {{ headers?: Record<string, string>; body?: string }} */ { headers = {}, body } = {},
  ) =>
    new Promise((resolve, reject) => {
      const sent = request(new URL(path, url), { method, headers, agent }, (res) => {
        let text = '';
        res.on('data', (chunk) => (text += chunk));
        res.on('end', () => {
          const isJson = res.headers['content-type']?.includes('json');
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            body: isJson ? JSON.parse(text) : text,
          });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

/** A tenant with one API, applications and users, made as anybody makes one. */
async function tenant(
  /** @type {string} */ url,
  /** @type {ReturnType<typeof asker>} */ ask,
  /** @type {string} */ token,
) {
  const manage = async (
    /** @type {string} */ method,
    /** @type {string} */ path,
    /** @type {object} */ body,
  ) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await ask(method, `/api/v2/${path}`, { headers, body: JSON.stringify(body) });
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  await manage('POST', 'resource-servers', {
    identifier: AUDIENCE,
    name: 'API',
    scopes: ['read', 'write', 'delete'].map((value) => ({ value })),
    allow_offline_access: true,
    skip_consent_for_verifiable_first_party_clients: true,
  });
  const app = (/** @type {string} */ rotation_type) =>
    manage('POST', 'clients', {
      name: rotation_type,
      app_type: 'regular_web',
      callbacks: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token', 'password'],
      refresh_token: {
        rotation_type,
        expiration_type: rotation_type === 'rotating' ? 'expiring' : 'non-expiring',
      },
    });
  const [kept, rotating] = [await app('non-rotating'), await app('rotating')];
  const machine = await manage('POST', 'clients', { name: 'machine', app_type: 'non_interactive' });
  await manage('POST', 'client-grants', {
    client_id: machine.client_id,
    audience: AUDIENCE,
    scope: ['read'],
  });
  await manage('POST', 'connections', {
    name: 'Users',
    strategy: 'auth0',
    enabled_clients: [kept.client_id, rotating.client_id],
  });
  const users = [];
  for (let n = 0; n < USERS; n += 1) {
    const body = { connection: 'Users', email: `user-${n}@example.com`, password: PASSWORD };
    users.push(await manage('POST', 'users', body));
  }
  return { manage, kept, rotating, machine, users };
}

/** How often so many workers finish a task in a second. */
async function rate(
  /** @type {(worker: number) => Promise<void>} */ task,
  seconds = SECONDS,
  workers = CONNECTIONS,
) {
  let done = 0;
  const run = async (/** @type {number} */ until) => {
    await Promise.all(
      Array.from({ length: workers }, async (_, worker) => {
        while (performance.now() < until) {
          await task(worker);
          done += 1;
        }
      }),
    );
  };
  await run(performance.now() + 2000);
  done = 0;
  const begin = performance.now();
  await run(begin + seconds * 1000);
  return Math.round((done * 1000) / (performance.now() - begin));
}

export async function logins() {
  const server = await startServer({ env: { TEST_LOGIN: 'on' } });
  const { url, port } = server;
  const ask = asker(url);
  const { manage, kept, rotating, machine, users } = await tenant(url, ask, await server.token());

  const token = async (/** @type {any} */ app, /** @type {Record<string, string>} */ parameters) => {
    const all = { client_id: app.client_id, client_secret: app.client_secret, ...parameters };
    const body = new URLSearchParams(all).toString();
    const answer = await ask('POST', '/oauth/token', { headers: { 'content-type': FORM }, body });
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const passwordLogin = (/** @type {any} */ app, /** @type {number} */ n) =>
    token(app, {
      grant_type: 'password',
      username: `user-${n % USERS}@example.com`,
      password: PASSWORD,
      audience: AUDIENCE,
      scope: 'read write offline_access',
    });

  say('### Logins\n');
  say(`${USERS} users, ${CONNECTIONS} connections. An access token each, signed with RS256; no ID tokens.\n`);
  say('| what | per second | of raw signatures |');
  say('| --- | --- | --- |');
  const raw = await rawSignatures(CONNECTIONS);
  const row = (/** @type {string} */ what, /** @type {number} */ perSecond) =>
    say(`| ${what} | ${perSecond} | ${ratio(perSecond, raw)} |`);
  say(`| raw signatures | ${Math.round(raw)} | 1.00 |`);

  const cookies = [];
  for (const { user_id } of users.slice(0, CONNECTIONS)) {
    const { headers } = await ask('POST', '/_grantry/login', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id }),
    });
    cookies.push(headers['set-cookie']?.[0]?.split(';')[0] ?? '');
  }
  row(
    'code flow with PKCE: session there, consent not needed, code exchanged',
    await rate(async (worker) => {
      const verifier = randomBytes(32).toString('base64url');
      const query = new URLSearchParams({
        client_id: kept.client_id,
        response_type: 'code',
        redirect_uri: CALLBACK,
        audience: AUDIENCE,
        scope: 'read write',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      const end = await ask('GET', `/authorize?${query}`, { headers: { cookie: cookies[worker] ?? '' } });
      const code = new URL(end.headers.location ?? '', url).searchParams.get('code');
      if (code === null) throw new Error(`${end.status} ${end.headers.location}`);
      const exchange = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        code_verifier: verifier,
      };
      await token(kept, exchange);
    }),
  );

  const requests = [];
  for (let n = 0; n < USERS; n += 1) {
    const { refresh_token } = await passwordLogin(kept, n);
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: kept.client_id,
      client_secret: kept.client_secret,
      refresh_token,
    }).toString();
    requests.push(httpRequest('POST', '/oauth/token', { type: FORM, body }));
  }
  const refreshesAt = async (/** @type {number} */ connections) => {
    const { perSecond, failed } = await load({
      port,
      connections,
      seconds: SECONDS,
      warmUpSeconds: 5,
      requests,
    });
    if (failed > 0) throw new Error(`${failed} refreshes failed`);
    return perSecond;
  };
  row('refreshes, tokens that stay', await refreshesAt(CONNECTIONS));
  const rawAtMany = await rawSignatures(MANY_CONNECTIONS);
  const atMany = await refreshesAt(MANY_CONNECTIONS);
  say(`| the same at ${MANY_CONNECTIONS} connections | ${atMany} | ${ratio(atMany, rawAtMany)} |`);

  const held = [];
  for (let n = 0; n < CONNECTIONS; n += 1) held.push((await passwordLogin(rotating, n)).refresh_token);
  row(
    'refreshes, tokens that rotate',
    await rate(async (worker) => {
      const answer = await token(rotating, { grant_type: 'refresh_token', refresh_token: held[worker] });
      held[worker] = answer.refresh_token;
    }),
  );

  let next = 0;
  row(
    'password logins (Argon2id, 19 MiB, 2 passes)',
    await rate(async () => {
      await passwordLogin(kept, (next += 1));
    }),
  );

  const machineRequest = httpRequest('POST', '/oauth/token', {
    type: FORM,
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: machine.client_id,
      client_secret: machine.client_secret,
      audience: AUDIENCE,
    }).toString(),
  });
  const ofMachine = () =>
    load({ port, connections: CONNECTIONS, seconds: SECONDS, requests: [machineRequest] });
  row('client credentials, no Action', (await ofMachine()).perSecond);
  const action = await manage('POST', 'actions/actions', {
    name: 'claim',
    supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
    code: `exports.onExecuteCredentialsExchange = async (event, api) => {
      api.accessToken.setCustomClaim('https://example.com/name', event.client.name);
    };`,
    deploy: true,
  });
  await manage('PATCH', 'actions/triggers/credentials-exchange/bindings', {
    bindings: [{ ref: { type: 'action_id', value: action.id } }],
  });
  row('client credentials, one Action that sets a claim', (await ofMachine()).perSecond);
  say(`\nResident memory after it: ${residentMegabytes(server.pid)} MB.\n`);
  await server.stop();
}
