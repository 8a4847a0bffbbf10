// Writes a tenant of a given size in the YAML of auth0-deploy-cli.
//
//   node bench/tenant-file.mjs <clients> <apis> <apis per client> > tenant.yaml

import { pathToFileURL } from 'node:url';

/** @typedef {{ clients: number; apis: number; apisPerClient: number }} Size */

const clientName = (/** @type {number} */ n) => `Service ${String(n).padStart(5, '0')}`;
const identifier = (/** @type {number} */ n) => `https://service-${n}.example.com/`;

function* lines(/** @type {Size} */ { clients, apis, apisPerClient }) {
  yield 'resourceServers:';
  for (let n = 0; n < apis; n++) {
    yield `  - identifier: ${identifier(n)}`;
    yield `    name: Service API ${n}`;
    yield '    signing_alg: RS256';
    yield '    token_lifetime: 3600';
    yield '    subject_type_authorization:';
    yield '      client:';
    yield '        policy: require_client_grant';
    yield '    scopes:';
    for (const verb of ['read', 'create', 'update', 'delete']) {
      yield `      - value: ${verb}:orders`;
      yield `        description: ${verb} orders`;
    }
  }
  yield 'clients:';
  for (let n = 0; n < clients; n++) {
    yield `  - name: ${clientName(n)}`;
    yield '    app_type: non_interactive';
    yield '    grant_types: [client_credentials]';
    yield '    client_metadata:';
    yield `      owner: team-${n % 20}`;
  }
  yield 'clientGrants:';
  for (let n = 0; n < clients * apisPerClient; n++) {
    const client = Math.floor(n / apisPerClient);
    yield `  - client_id: ${clientName(client)}`;
    yield `    audience: ${identifier((client + (n % apisPerClient)) % apis)}`;
    yield '    subject_type: client';
    yield '    scope: [read:orders, create:orders]';
  }
}

/** The file's text. */
export const tenantFile = (/** @type {Size} */ size) => `${[...lines(size)].join('\n')}\n`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [clients = 500, apis = 50, apisPerClient = 4] = process.argv.slice(2).map(Number);
  process.stdout.write(tenantFile({ clients, apis, apisPerClient }));
}
