import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { startServer } from '../../tests/support/start-server.mjs';
import { load, ratio, residentMegabytes, say } from '../measure.mjs';
import { requestsFor, seeded } from '../seed.mjs';

export async function million() {
  say('### A million grants\n');
  say(
    'The same 1,000 pairs of a client and an API ask for tokens; lookups are uncached and over all grants.\n',
  );
  say('| grants | tokens/s at 16 connections | µs per token | µs per uncached lookup | resident MB |');
  say('| --- | --- | --- | --- | --- |');
  const measured = [];
  for (const size of [
    { clients: 100, apis: 100, apisPerClient: 10 },
    { clients: 10_000, apis: 100, apisPerClient: 100 },
  ]) {
    const dataDir = await seeded(size);
    const lookup = Number(
      execFileSync(process.execPath, [
        path.join(import.meta.dirname, '../lookups.mjs'),
        ...[dataDir, size.clients, size.apis, size.apisPerClient].map(String),
      ]),
    );
    const server = await startServer({ dataDir });
    const requests = requestsFor(1000, size);
    const { perSecond } = await load({ port: server.port, connections: 16, warmUpSeconds: 6, requests });
    const megabytes = residentMegabytes(server.pid);
    await server.stop();
    measured.push({ perSecond, lookup });
    const grants = (size.clients * size.apisPerClient).toLocaleString('en');
    say(`| ${grants} | ${perSecond} | ${Math.round(1e6 / perSecond)} | ${lookup} | ${megabytes} |`);
  }
  const [few, many] = measured;
  if (few && many) {
    say(
      `\nCost at 1,000,000 against 1,000: per token ${ratio(few.perSecond, many.perSecond)}, per uncached lookup ${ratio(many.lookup, few.lookup)}.\n`,
    );
  }
}
