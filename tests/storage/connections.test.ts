// How the server connects to its database, whose defaults are not made for it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '../../src/storage/prisma/database.js';
import { openEmbedded } from '../../src/storage/prisma/embedded.js';
import { engines } from '../support/engines.js';

// A second client would find the statements of the first prepared already; pg ends idle ones after ten seconds.
test('the embedded database has one connection, which is never ended for being idle', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'grantry-test-'));
  const embedded = await openEmbedded(dataDir);
  const { max, idleTimeoutMillis } = embedded.pool.options;
  await embedded.close();
  await rm(dataDir, { recursive: true });
  expect({ max, idleTimeoutMillis }).toEqual({ max: 1, idleTimeoutMillis: 0 });
});

for (const engine of engines.filter(({ name }) => name === 'postgresql')) {
  // Until PostgreSQL has counted the rows of young tables it takes the statement for a token's facts for an enormous one,
  // and compiles it at every use: a third of a second instead of a tenth of a millisecond.
  test('a PostgreSQL server does not compile the statements of the token path to machine code', async () => {
    const given = await engine.create();
    const database = await openDatabase({ url: given.databaseUrl, dataDir: given.dataDir });
    const { rows } = await database.pool.query('SHOW jit');
    await database.close();
    await given.remove();
    expect(rows).toEqual([{ jit: 'off' }]);
  });
}
