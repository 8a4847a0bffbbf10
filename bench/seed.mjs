// Fills an embedded database with a tenant of a given size, by SQL: through the API a million grants would take an hour.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openEmbedded } from '../dist/storage/prisma/embedded.js';
import { Sealing } from '../dist/storage/prisma/sealing.js';
import { startServer } from '../tests/support/start-server.mjs';
import { tokenRequest } from './measure.mjs';

export const SECRET = randomBytes(32).toString('hex');
export const audienceOf = (/** @type {number} */ n) => `https://api-${n}.example.com/`;
export const clientIdOf = (/** @type {number} */ n) => `bench${String(n).padStart(27, '0')}`;

/** @typedef {{ clients: number; apis: number; apisPerClient: number }} Size */

/**
 * Adds `apis` APIs of 10 scopes, `clients` clients, and for each client a grant of 5 scopes to each of `apisPerClient`
 * APIs. The server must have been started on the directory once, and must not be running.
 *
 * @param {string} dataDir
 * @param {Size} size
 */
async function seed(dataDir, { clients, apis, apisPerClient }) {
  const sealing = new Sealing(
    Buffer.from(readFileSync(path.join(dataDir, 'encryption-key'), 'utf8'), 'base64'),
  );
  const { pool, close } = await openEmbedded(dataDir);
  const scopes = Array.from({ length: 10 }, (_, n) => ({ value: `scope:${n}` }));
  await pool.query(
    `INSERT INTO resource_servers (id, identifier, name, scopes)
     SELECT lpad(to_hex(n), 24, '0'), 'https://api-' || n || '.example.com/', 'API ' || n, $2
     FROM generate_series(0, $1 - 1) AS n`,
    [apis, JSON.stringify(scopes)],
  );
  for (let from = 0; from < clients; from += 500) {
    const ids = Array.from({ length: Math.min(500, clients - from) }, (_, n) => clientIdOf(from + n));
    const sealed = ids.map((id) => sealing.seal(SECRET, `clients/${id}/secret`));
    await pool.query(
      `INSERT INTO clients (client_id, name, grant_types, encrypted_secret, authentication_credentials, jwt_configuration)
       SELECT id, 'Client ' || id, '{client_credentials}', secret, '{}', '{}'
       FROM unnest($1::text[], $2::bytea[]) AS client (id, secret)`,
      [ids, sealed],
    );
  }
  await pool.query(
    `INSERT INTO client_grants (id, client_id, audience, subject_type, scopes)
     SELECT 'cgr_' || lpad((c * $2 + n)::text, 16, '0'), 'bench' || lpad(c::text, 27, '0'),
            'https://api-' || ((c + n) % $3) || '.example.com/', 'client',
            '{scope:0,scope:1,scope:2,scope:3,scope:4}'
     FROM generate_series(0, $1 - 1) AS c, generate_series(0, $2 - 1) AS n`,
    [clients, apisPerClient, apis],
  );
  await pool.query('ANALYZE');
  await close();
}

/** A data directory with a tenant of the given size in it. */
export async function seeded(/** @type {Size} */ size) {
  const server = await startServer();
  await server.stop({ keep: true });
  await seed(server.dataDir, size);
  return server.dataDir;
}

/** The n-th pair of a client and an API that it has a grant for. */
export function pairOf(/** @type {number} */ n, /** @type {{ apis: number; apisPerClient: number }} */ size) {
  const client = Math.floor(n / size.apisPerClient);
  return {
    clientId: clientIdOf(client),
    audience: audienceOf((client + (n % size.apisPerClient)) % size.apis),
  };
}

/** Token requests for the first so many pairs of a client and an API. */
export function requestsFor(/** @type {number} */ count, /** @type {Size} */ size) {
  return Array.from({ length: count }, (_, n) => {
    const { clientId, audience } = pairOf(n, size);
    return tokenRequest(clientId, SECRET, audience);
  });
}
