import { startServer } from '../../tests/support/start-server.mjs';
import { httpRequest, load, say } from '../measure.mjs';
import { seeded } from '../seed.mjs';

export async function management() {
  const size = { clients: 1000, apis: 100, apisPerClient: 10 };
  const dataDir = await seeded(size);
  const server = await startServer({ dataDir });
  const token = await server.token();
  const get = (/** @type {string} */ target) => [httpRequest('GET', `/api/v2/${target}`, { token })];
  let made = 0;
  const creations = Array.from({ length: 20_000 }, () => {
    const body = JSON.stringify({ identifier: `https://made-${made++}.example.com/`, name: 'Made' });
    return httpRequest('POST', '/api/v2/resource-servers', { token, type: 'application/json', body });
  });
  say('### Management API\n');
  say('The same tenant, 16 connections.\n');
  say('| request | per second | p50 ms | p99 ms |');
  say('| --- | --- | --- | --- |');
  for (const [name, requests] of /** @type {const} */ ([
    ['get a client grant', get(`client-grants/cgr_${'0'.repeat(16)}`)],
    [
      'list 50 client grants of an API',
      get('client-grants?audience=https%3A%2F%2Fapi-1.example.com%2F&per_page=50'),
    ],
    ['list 50 clients', get('clients?per_page=50')],
    ['create an API', creations],
  ])) {
    const { perSecond, failed, p50, p99 } = await load({ port: server.port, connections: 16, requests });
    if (failed > 0) throw new Error(`${failed} requests failed`);
    say(`| ${name} | ${perSecond} | ${p50} | ${p99} |`);
  }
  say();
  await server.stop();
}
