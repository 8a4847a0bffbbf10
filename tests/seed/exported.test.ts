// exported/tenant.yaml is what auth0-deploy-cli 8.44.0 (`a0deploy export -f yaml`, over TLS) wrote of a server that was
// seeded with exported/origin.yaml; nothing in it was changed.

import { fileURLToPath } from 'node:url';
import { given, shown } from './given.js';

const file = (name: string): string => fileURLToPath(new URL(`exported/${name}`, import.meta.url));
/** The server that it was exported from, which is the tenant of its system APIs. */
const env = { AUTH0_DOMAIN: '127.0.0.1:37541' };

test('what the tool exports of a server makes an equal server of an empty one, and changes nothing again', async () => {
  const [origin, copy] = await Promise.all([given(), given()]);
  await origin.apply(file('origin.yaml'));
  const report = await copy.apply(file('tenant.yaml'), env);
  // The system APIs and the management client are there already, and as exported.
  expect(report).toMatchObject({ created: 7, updated: 0, unchanged: 3, warnings: [] });
  const plain = async (server: typeof origin.server) =>
    JSON.parse(JSON.stringify(await shown(server)).replaceAll(/127\.0\.0\.1:\d+/g, 'host')) as unknown;
  expect(await plain(copy.server)).toEqual(await plain(origin.server));

  const before = await copy.state();
  expect(await copy.apply(file('tenant.yaml'), env)).toMatchObject({ created: 0, updated: 0, unchanged: 10 });
  expect(await copy.state()).toEqual(before);
  await Promise.all([origin.close(), copy.close()]);
});
