// The example of docs/seed.md is applied as it stands.

import { readFileSync } from 'node:fs';
import { given } from './given.js';

test('the seed of the documentation makes a server that gives its client a token', async () => {
  const page = readFileSync(new URL('../../docs/seed.md', import.meta.url), 'utf8');
  const [example = ''] = /(?<=```yaml\n).*?(?=```)/s.exec(page) ?? [];
  const there = await given();
  const secret = 'a secret from the environment';
  const report = await there.apply(await there.write({ 'tenant.yaml': example }), {
    NIGHTLY_JOB_SECRET: secret,
  });
  expect(report).toMatchObject({ created: 4, updated: 0, warnings: [] });
  const { body } = await there.server.requestToken({
    grant_type: 'client_credentials',
    client_id: 'nightly-job',
    client_secret: secret,
    audience: 'https://orders.example.com/',
  });
  expect(body).toMatchObject({ scope: 'read:orders' });
  await there.close();
});
