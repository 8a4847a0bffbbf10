import path from 'node:path';
import { defineConfig } from 'prisma/config';

// Prisma's own engine is a download; this one comes from npm (docs/decisions/0002-prisma-without-downloads.md).
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= path.join(import.meta.dirname, 'schema-engine.mjs');

export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'pglite:' },
});
