// .env.example and src/config.ts say the same.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { type Config, configKeys, readConfig } from '../../src/config.js';

const text = readFileSync(path.join(import.meta.dirname, '../../.env.example'), 'utf8');
const example = parseEnv(text);

/** Where the value of each key is. */
const places: Record<string, (config: Config) => unknown> = {
  HOST: ({ host }) => host,
  PORT: ({ port }) => String(port),
  PUBLIC_URL: ({ publicUrl }) => publicUrl.href,
  TRUSTED_PROXIES: ({ trustedProxies }) => trustedProxies.join() || undefined,
  TLS: ({ tls }) => (tls === null ? 'off' : tls),
  TLS_CERT: ({ tls }) => (typeof tls === 'object' ? tls?.certificate : undefined),
  TLS_KEY: ({ tls }) => (typeof tls === 'object' ? tls?.key : undefined),
  DATA_DIR: ({ dataDir }) => dataDir,
  DATABASE_URL: ({ databaseUrl }) => databaseUrl,
  BOOTSTRAP_CLIENT_ID: ({ bootstrapClient }) => bootstrapClient.id,
  BOOTSTRAP_CLIENT_SECRET: ({ bootstrapClient }) => bootstrapClient.secret,
  ENCRYPTION_KEY: ({ encryptionKey }) => encryptionKey,
  LOG_LEVEL: ({ logLevel }) => logLevel,
  LOG_RETENTION_DAYS: ({ logRetentionDays }) => String(logRetentionDays),
  REASON_HEADER: ({ reasonHeader }) => (reasonHeader ? 'on' : 'off'),
  SNAPSHOTS: ({ snapshots }) => (snapshots ? 'on' : 'off'),
  TEST_LOGIN: ({ testLogin }) => (testLogin ? 'on' : 'off'),
  ACTIONS: ({ actions }) => (actions ? 'on' : 'off'),
  CLIENT_CREDENTIALS_SCOPES: ({ choices }) => choices.clientCredentialsScopes,
};

/** Made of other keys, so no value of its own can stand in the file. */
const DERIVED = ['PUBLIC_URL'];

test('the file has exactly the keys that the server reads', () => {
  expect(Object.keys(example).toSorted()).toEqual(configKeys.toSorted());
});

test('every key is checked here', () => {
  expect(Object.keys(places).toSorted()).toEqual(configKeys.toSorted());
});

test('no key stands in the file twice', () => {
  const keys = [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, key]) => key);
  expect(keys).toHaveLength(new Set(keys).size);
});

test.each(configKeys.filter((key) => !DERIVED.includes(key)))('the file has the default of %s', (key) => {
  const byDefault = places[key]?.(readConfig({}));
  expect(example[key] === '' ? undefined : example[key]).toBe(byDefault);
});

test('the file as it is changes nothing', () => {
  expect(readConfig(example)).toEqual(readConfig({}));
});

test.each(configKeys)('%s has its meaning before it', (key) => {
  expect(text).toMatch(new RegExp(`^# .{20,}\\n${key}=`, 'm'));
});
