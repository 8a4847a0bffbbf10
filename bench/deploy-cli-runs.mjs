// auth0-deploy-cli at the version that tests/clients runs, as a program to measure.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tenantFile } from './tenant-file.mjs';

const program = path.join(import.meta.dirname, '../tests/clients/node_modules/auth0-deploy-cli/lib/index.js');

/**
 * An import of a tenant, then an export of it.
 *
 * @param {import('./tenant-file.mjs').Size} size
 * @param {string} folder
 * @param {string} authorityFile
 * @param {Record<string, string>} [settings]
 * @returns {import('./client-runs.mjs').Run[]}
 */
export function deployCliRuns(size, folder, authorityFile, settings = {}) {
  writeFileSync(path.join(folder, 'tenant.yaml'), tenantFile(size));
  mkdirSync(path.join(folder, 'export'));
  const env = {
    NODE_EXTRA_CA_CERTS: authorityFile,
    AUTH0_INCLUDED_ONLY: '["resourceServers","clients","clientGrants"]',
    ...settings,
  };
  const run = (/** @type {string} */ name, /** @type {string[]} */ ...args) => ({
    name,
    command: process.execPath,
    args: [program, name, ...args],
    env,
  });
  return [run('import', '-i', 'tenant.yaml'), run('export', '-f', 'yaml', '-o', 'export')];
}

/** A size in words. */
export const inWords = (/** @type {import('./tenant-file.mjs').Size} */ { clients, apis, apisPerClient }) =>
  `${clients} clients, ${apis} APIs, ${(clients * apisPerClient).toLocaleString('en')} grants`;
