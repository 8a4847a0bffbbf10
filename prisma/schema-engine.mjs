#!/usr/bin/env node
// Prisma's CLI normally downloads a native `schema-engine` and talks JSON-RPC to it over stdio.
// This speaks the same protocol with the same Rust engine in its WebAssembly build from npm.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Duplex } from 'node:stream';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as bg from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

const args = process.argv.slice(2);
const enginePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
if (args.includes('--version') || args.includes('-V')) {
  const { version } = JSON.parse(readFileSync(path.join(path.dirname(enginePath), 'package.json'), 'utf8'));
  process.stdout.write(`schema-engine-cli ${version.split('.').pop()}\n`);
  process.exit(0);
}
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const url = JSON.parse(option('--datasource') ?? '{}').url ?? '';
const report = (message, code) =>
  process.stderr.write(
    `${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields: { message, error_code: code } })}\n`,
  );

class PGliteStream extends Duplex {
  constructor(db) {
    super();
    this.db = db;
  }
  connect() {
    this.db.waitReady.then(
      () => this.emit('connect'),
      (e) => this.destroy(e),
    );
    return this;
  }
  setNoDelay() {
    return this;
  }
  setKeepAlive() {
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  _read() {}
  _writev(chunks, cb) {
    this.send(Buffer.concat(chunks.map((c) => c.chunk))).then(() => cb(), cb);
  }
  _write(chunk, _enc, cb) {
    this.send(chunk).then(() => cb(), cb);
  }
  send(msg) {
    return this.db.runExclusive(() =>
      this.db.execProtocolRawStream(msg, { onRawData: (d) => this.push(Buffer.from(d)) }),
    );
  }
}
const pgliteFactory = (dir) => {
  const db = new PGlite(dir);
  return new PrismaPg(
    new pg.Pool({ max: 1, user: 'postgres', database: 'postgres', stream: () => new PGliteStream(db) }),
  );
};
// adapter-pg 7.10 splits scripts on ';' and does not know scalar "char" (oid 18), which the catalogue queries return.
const migratable = async (connecting) => {
  const a = await connecting;
  const { queryRaw, performIO } = Object.getPrototypeOf(Object.getPrototypeOf(a));
  a.executeScript = async (sql) => {
    try {
      await a.client.query(sql);
    } catch (e) {
      a.onError(e);
    }
  };
  a.queryRaw = async (q) => {
    let chars = [];
    const result = await queryRaw.call(
      Object.assign(Object.create(a), {
        performIO: async (x) => {
          const r = await performIO.call(a, x);
          chars = (r.fields ?? []).flatMap((f, i) => (f.dataTypeID === 18 ? [i] : []));
          for (const i of chars) r.fields[i].dataTypeID = 25;
          return r;
        },
      }),
      q,
    );
    for (const i of chars) result.columnTypes[i] = ColumnTypeEnum.Character;
    return result;
  };
  return a;
};
const factory = () => {
  const main = url.startsWith('pglite:')
    ? pgliteFactory(url.slice(7) || undefined)
    : new PrismaPg({ connectionString: url });
  return {
    provider: 'postgres',
    adapterName: 'schema-engine',
    connect: () => migratable(main.connect()),
    // Always a throw-away in-memory database: adapter-pg's own shadow database ignores `database` beside a connectionString.
    connectToShadowDb: () => migratable(pgliteFactory().connect()),
  };
};
if (args.includes('cli')) {
  try {
    const a = await factory().connect();
    await a.queryRaw({ sql: 'SELECT 1', args: [], argTypes: [] });
    process.exit(0);
  } catch (e) {
    report(
      `Cannot reach the database: ${e.cause?.originalMessage ?? (e.message || e.cause?.kind || 'no answer')}`,
      'P1001',
    );
    process.exit(1);
  }
}

const { instance } = await WebAssembly.instantiate(readFileSync(enginePath.replace(/\.js$/, '.wasm')), {
  './schema_engine_bg.js': bg,
});
bg.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (m) => report(m) };
const datamodels = args.flatMap((a, i) =>
  a === '--datamodels' ? [[args[i + 1], readFileSync(args[i + 1], 'utf8')]] : [],
);
const engine = await bg.SchemaEngine.new(
  { datamodels: datamodels.length > 0 ? datamodels : undefined },
  () => {},
  bindMigrationAwareSqlAdapterFactory(factory()),
);
const send = (m) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...m })}\n`);
const methods = {
  getDatabaseVersion: () => engine.version(),
  // The wasm engine passes no shadow database here and relies on the history that `devDiagnostic` has cached.
  evaluateDataLoss: async (p) => {
    await engine.devDiagnostic({ migrationsList: p.migrationsList, filters: p.filters });
    return engine.evaluateDataLoss(p);
  },
  createDatabase: () => ({ databaseName: '' }),
  diff: async (p) => {
    const r = await engine.diff(p);
    if (r.stdout != null) send({ id: 1e9, method: 'print', params: { content: r.stdout } });
    return r;
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (!method) continue; // the CLI's answer to `print`
  try {
    send({ id, result: (await (methods[method]?.(params) ?? engine[method](params))) ?? {} });
  } catch (e) {
    send({
      id,
      error: {
        code: 4466,
        message: 'schema engine error',
        data: { is_panic: false, message: e.message, error_code: e.code ?? null, meta: e.meta ?? null },
      },
    });
  }
}
process.exit(0);
