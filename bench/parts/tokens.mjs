import { startServer } from '../../tests/support/start-server.mjs';
import { load, ratio, rawSignatures, residentMegabytes, say } from '../measure.mjs';
import { requestsFor, seeded } from '../seed.mjs';

export async function tokens() {
  const size = { clients: 1000, apis: 100, apisPerClient: 10 };
  const dataDir = await seeded(size);
  const server = await startServer({ dataDir });
  say('### Tokens over HTTP\n');
  say('1,000 clients, 100 APIs, 10,000 grants; every request is for another client and API.\n');
  say('| connections | raw signatures/s | tokens/s | of raw | p50 ms | p99 ms |');
  say('| --- | --- | --- | --- | --- | --- |');
  const requests = requestsFor(10_000, size);
  // The code that is measured is the compiled code, and the cache is filled.
  await load({ port: server.port, connections: 16, seconds: 1, warmUpSeconds: 8, requests });
  for (const connections of [1, 16, 64]) {
    const before = await rawSignatures(connections);
    const { perSecond, failed, p50, p99 } = await load({ port: server.port, connections, requests });
    const raw = (before + (await rawSignatures(connections))) / 2;
    if (failed > 0) throw new Error(`${failed} requests failed`);
    say(
      `| ${connections} | ${Math.round(raw)} | ${perSecond} | ${ratio(perSecond, raw)} | ${p50} | ${p99} |`,
    );
  }
  say(`\nResident memory after it: ${residentMegabytes(server.pid)} MB.\n`);
  await server.stop();
}
