import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localIdentity } from '../../dist/tls/local-identity.js';
import { installClients } from '../../tests/clients/install.mjs';
import { startServer } from '../../tests/support/start-server.mjs';
import { installAuthHero, MANAGEMENT_AUDIENCE, startAuthHero, versions } from '../authhero/start.mjs';
import { measureClientRuns, measureClientRunsOnGrantry, observation } from '../client-runs.mjs';
import { deployCliRuns, inWords } from '../deploy-cli-runs.mjs';
import { httpRequest, load, ratio, rawSignatures, residentMegabytes, say } from '../measure.mjs';
import { audienceOf, clientIdOf, pairOf, requestsFor, SECRET, seeded } from '../seed.mjs';

/** @typedef {import('../authhero/start.mjs').Server} Server */

/** AuthHero looks for the API of a token request among the first 50, and leaves the scopes out when it is not there. */
const SIZE = { clients: 1000, apis: 40, apisPerClient: 10 };

const FEW = { clients: 100, apis: 20, apisPerClient: 4 };

/** The tenant of `seeded(SIZE)`, in AuthHero's terms. */
function sameTenant() {
  const scopes = Array.from({ length: 10 }, (_, n) => ({ value: `scope:${n}` }));
  const scope = scopes.slice(0, 5).map(({ value }) => value);
  const grants = Array.from({ length: SIZE.clients * SIZE.apisPerClient }, (_, n) => {
    const { clientId, audience } = pairOf(n, SIZE);
    return { client_id: clientId, audience, scope };
  });
  return {
    clients: Array.from({ length: SIZE.clients }, (_, n) => ({
      client_id: clientIdOf(n),
      client_secret: SECRET,
    })),
    apis: Array.from({ length: SIZE.apis }, (_, n) => ({
      identifier: audienceOf(n),
      name: `API ${n}`,
      scopes,
    })),
    grants,
  };
}

/**
 * @template T
 * @param {Promise<Server>} starting
 * @param {(server: Server) => Promise<T>} use
 */
async function whileRunning(starting, use) {
  const server = await starting;
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** Milliseconds from the start of the process to a token. */
const startToToken = (/** @type {Promise<Server>} */ starting) =>
  whileRunning(starting, async (server) => {
    await server.token();
    return performance.now() - server.startedAt;
  });

const best = async (/** @type {number} */ times, /** @type {() => Promise<number>} */ measure) => {
  const figures = [];
  for (let n = 0; n < times; n++) figures.push(await measure());
  return Math.round(Math.min(...figures));
};

/** A token without what the grant allows would be measured for nothing. */
async function expectScopes(/** @type {number} */ port) {
  const { clientId, audience } = pairOf(0, SIZE);
  const answer = await fetch(`http://127.0.0.1:${port}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: SECRET,
      audience,
    }),
  });
  const { access_token: token } = /** @type {{ access_token: string }} */ (await answer.json());
  const { scope } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  if (scope !== 'scope:0 scope:1 scope:2 scope:3 scope:4')
    throw new Error(`a token with the scopes "${scope}"`);
}

/** A rate, and what part it is of the raw signatures just before and after it: of use on a machine that others use too. */
async function besideRaw(/** @type {number} */ connections, /** @type {() => Promise<number>} */ measure) {
  const before = await rawSignatures(connections);
  const perSecond = await measure();
  const raw = (before + (await rawSignatures(connections))) / 2;
  return /** @type {const} */ ([perSecond, Number((perSecond / raw).toFixed(4))]);
}

/** Requests per second of a server that holds the tenant, and its memory after all of them. */
async function throughput(/** @type {Server} */ server) {
  const token = await server.token();
  let made = 0;
  const creations = (/** @type {string} */ target, /** @type {(n: number) => object} */ body) =>
    Array.from({ length: 20_000 }, () =>
      httpRequest('POST', `/api/v2/${target}`, {
        token,
        type: 'application/json',
        body: JSON.stringify(body(made++)),
      }),
    );
  const tokens = requestsFor(10_000, SIZE);
  await expectScopes(server.port);
  const measure = async (
    /** @type {string[]} */ requests,
    /** @type {{ connections: number; warmUpSeconds?: number }} */ options,
  ) => {
    const { perSecond, failed } = await load({ port: server.port, requests, ...options });
    if (failed > 0) throw new Error(`${failed} requests failed`);
    return perSecond;
  };
  await measure(tokens, { connections: 16, warmUpSeconds: 6 });
  const [tokensAt1, ofRawAt1] = await besideRaw(1, () => measure(tokens, { connections: 1 }));
  const [tokensAt16, ofRawAt16] = await besideRaw(16, () => measure(tokens, { connections: 16 }));
  return {
    tokensAt1,
    ofRawAt1,
    tokensAt16,
    ofRawAt16,
    list: await measure([httpRequest('GET', '/api/v2/clients?per_page=50', { token })], { connections: 16 }),
    createApi: await measure(
      creations('resource-servers', (n) => ({
        identifier: `https://made-${n}.example.com/`,
        name: 'Made',
        scopes: [{ value: 'read' }],
      })),
      { connections: 16 },
    ),
    createClient: await measure(
      creations('clients', (n) => ({
        name: `Made ${n}`,
        app_type: 'non_interactive',
        grant_types: ['client_credentials'],
      })),
      { connections: 16 },
    ),
    megabytes: residentMegabytes(server.pid),
  };
}

async function measureGrantry() {
  /** @type {string[]} */
  const used = [];
  const begin = async (/** @type {string | undefined} */ dataDir) => {
    const server = await startServer(dataDir === undefined ? {} : { dataDir });
    if (dataDir === undefined) used.push(server.dataDir);
    return { ...server, stop: () => server.stop({ keep: true }) };
  };
  const fresh = await best(3, () => startToToken(begin(undefined)));
  const existing = await best(3, () => startToToken(begin(used[0])));
  used.push(await seeded(SIZE));
  const figures = await whileRunning(begin(used.at(-1)), throughput);
  for (const directory of used) rmSync(directory, { recursive: true, force: true });
  return { fresh, existing, ...figures };
}

/**
 * @param {string} folder
 * @param {string | null} directory for its files; null: in memory
 */
async function measureAuthHero(folder, directory) {
  const fileOf = (/** @type {string} */ name) =>
    directory === null ? ':memory:' : path.join(directory, `${name}.sqlite`);
  let made = 0;
  const fresh = await best(3, () => startToToken(startAuthHero(folder, { file: fileOf(`fresh-${made++}`) })));
  const existing =
    directory === null
      ? Number.NaN
      : await best(3, () => startToToken(startAuthHero(folder, { file: fileOf('fresh-0') })));
  const filled = startAuthHero(folder, { file: fileOf('tenant'), tenant: sameTenant() });
  return { fresh, existing, ...(await whileRunning(filled, throughput)) };
}

/** auth0-deploy-cli on both, with few objects, since it takes a second for 8 of them. */
async function compareDeployCli(/** @type {string} */ packages) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grantry-bench-'));
  const identity = localIdentity(path.join(folder, 'tls'), new URL('https://localhost/'));
  const { certificate, privateKey } = await identity.load(new Date());
  const server = await startAuthHero(packages, {
    file: path.join(folder, 'tenant.sqlite'),
    tls: { cert: certificate, key: privateKey },
    ...observation(folder),
  });
  try {
    say(`auth0-deploy-cli with ${inWords(FEW)}. Grantry:\n`);
    await measureClientRunsOnGrantry((...where) => deployCliRuns(FEW, ...where));
    say('AuthHero, SQLite file:\n');
    const settings = { AUTH0_AUDIENCE: MANAGEMENT_AUDIENCE };
    await measureClientRuns(
      server,
      folder,
      deployCliRuns(FEW, folder, identity.authorityFile ?? '', settings),
    );
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Grantry against AuthHero on the same machine in one run. */
export async function authhero() {
  installClients();
  const folder = installAuthHero();
  const data = mkdtempSync(path.join(tmpdir(), 'grantry-bench-'));
  const ours = await measureGrantry();
  const onFile = await measureAuthHero(folder, data);
  const inMemory = await measureAuthHero(folder, null);
  rmSync(data, { recursive: true, force: true });

  say('### Against AuthHero\n');
  const grants = (SIZE.clients * SIZE.apisPerClient).toLocaleString('en');
  say(
    `AuthHero ${versions.authhero}; ${SIZE.clients} clients, ${SIZE.apis} APIs, ${grants} grants in both.\n`,
  );
  say(
    '| | Grantry | AuthHero, SQLite file | AuthHero, SQLite in memory | Grantry to file | Grantry to memory |',
  );
  say('| --- | --- | --- | --- | --- | --- |');
  const shown = (/** @type {number | string} */ figure) => String(figure).replace('NaN', '');
  for (const [name, figure] of /** @type {const} */ ([
    ['start to first token, fresh database, ms', 'fresh'],
    ['start to first token, existing database, ms', 'existing'],
    ['tokens/s, 1 connection', 'tokensAt1'],
    ['the same, of raw signatures', 'ofRawAt1'],
    ['tokens/s, 16 connections', 'tokensAt16'],
    ['the same, of raw signatures', 'ofRawAt16'],
    ['lists of 50 clients/s, 16 connections', 'list'],
    ['APIs made/s, 16 connections', 'createApi'],
    ['clients made/s, 16 connections', 'createClient'],
    ['resident MB after it', 'megabytes'],
  ])) {
    const [a, b, c] = [ours[figure], onFile[figure], inMemory[figure]];
    say(`| ${[name, a, b, c, ratio(a, b), ratio(a, c)].map(shown).join(' | ')} |`);
  }
  say();
  await compareDeployCli(folder);
}
