// AuthHero on SQLite, as its own template for a single machine sets it up, for ../parts/authhero.mjs. Its packages are
// not ours: they are installed in a folder of their own, apart from this repository, and reached from there.
//
//   echo '{"folder":"…","file":"…","port":3000,"issuer":"…","client":{…},"tenant":{"clients":[],"apis":[],"grants":[]}}' | node bench/authhero/server.mjs
//
// Prints "ready" when it listens. On an empty database it makes the management client and what `tenant` holds.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';

const { folder, file, port, issuer, client, tenant, tls } = JSON.parse(readFileSync(0, 'utf8'));
const fromFolder = createRequire(path.join(folder, 'package.json'));
const Database = fromFolder('libsql');
const { Kysely, SqliteDialect } = fromFolder('kysely');
const { default: createAdapters, migrateToLatest } = fromFolder('@authhero/kysely-adapter');
const { init, seed } = fromFolder('authhero');
const { serve } = fromFolder('@hono/node-server');

const TENANT = 'main';
const sqlite = new Database(file);
const db = new Kysely({ dialect: new SqliteDialect({ database: sqlite }) });
await migrateToLatest(db, false);

/** The columns of a table. @returns {Set<string>} */
const columnsOf = (/** @type {string} */ table) =>
  new Set(
    sqlite
      .prepare(`PRAGMA table_info(${table})`)
      .all()
      .map((/** @type {{ name: string }} */ column) => column.name),
  );

// The newest storage adapter that the registry has is older than the server. Three things bridge the two: a column that
// seeding writes, `AND` between the terms of a search, and properties of clients that there is no column for.
if (!columnsOf('tenants').has('default_client_id')) {
  sqlite.exec('ALTER TABLE tenants ADD COLUMN default_client_id text');
}
const stored = createAdapters(db);
const columns = columnsOf('clients');
const dataAdapter = {
  ...stored,
  keys: {
    ...stored.keys,
    list: (/** @type {{ q?: string }} */ params = {}) =>
      stored.keys.list({ ...params, q: params.q?.replaceAll(' AND ', ' ') }),
  },
  clients: {
    ...stored.clients,
    create: (/** @type {string} */ tenantId, /** @type {object} */ values) =>
      stored.clients.create(
        tenantId,
        Object.fromEntries(Object.entries(values).filter(([name]) => columns.has(name))),
      ),
  },
};

if ((await stored.tenants.get(TENANT)) === null) {
  // Only for the time of filling it: a commit for each of thousands of rows would take minutes.
  sqlite.exec('PRAGMA synchronous = OFF');
  await seed(dataAdapter, {
    adminUsername: 'admin',
    adminPassword: 'for a server that is thrown away 1!',
    issuer,
    tenantId: TENANT,
    tenantName: 'Main',
    isControlPlane: false,
    debug: false,
  });
  const management = (await stored.resourceServers.list(TENANT, {})).resource_servers[0];
  const clients = [{ client_id: client.id, client_secret: client.secret }, ...tenant.clients];
  const grants = [
    {
      client_id: client.id,
      audience: management.identifier,
      scope: management.scopes.map((/** @type {{ value: string }} */ scope) => scope.value),
    },
    ...tenant.grants,
  ];
  for (const values of clients) {
    await stored.clients.create(TENANT, {
      name: values.client_id,
      app_type: 'non_interactive',
      grant_types: ['client_credentials'],
      callbacks: [],
      ...values,
    });
  }
  for (const values of tenant.apis) await stored.resourceServers.create(TENANT, values);
  for (const values of grants) await stored.clientGrants.create(TENANT, values);
  sqlite.exec('PRAGMA synchronous = FULL');
}

const { app } = init({ dataAdapter, allowedOrigins: [] });
const bindings = { ISSUER: issuer, AUTH_URL: issuer, ENVIRONMENT: 'production', data: dataAdapter };
serve(
  {
    fetch: (/** @type {Request} */ request) => app.fetch(request, bindings),
    port,
    hostname: '127.0.0.1',
    ...(tls && { createServer, serverOptions: tls }),
  },
  () => process.stdout.write('ready\n'),
);
