// A server, and seeds in a directory of their own.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configurationHandlers } from '../../src/app.js';
import { without } from '../../src/seed/kinds/members.js';
import { applySeed, type Mistake, SeedError, type SeedReport } from '../../src/seed/seed.js';
import { contract, type ServerOptions, startServer, type TestServer } from '../support/server.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Given {
  readonly server: TestServer;
  /** Writes the files of a seed; the first is the seed itself, or it is the directory of them all. */
  write(files: Readonly<Record<string, string>>): Promise<string>;
  apply(seed: string, env?: Environment, configFile?: string): Promise<SeedReport>;
  /** The mistakes of a seed that has to have some, with files named from the seed's directory. */
  mistakesOf(seed: string, env?: Environment): Promise<readonly Mistake[]>;
  /** The version of the configuration and the number of log entries: what every write changes. */
  state(): Promise<{ version: number; logs: number }>;
  close(): Promise<void>;
}

export async function given(options: ServerOptions = {}): Promise<Given> {
  const server = await startServer(options);
  const root = await mkdtemp(path.join(tmpdir(), 'grantry-seed-'));
  const { tenant, keys, storage } = server;
  let seeds = 0;

  const apply: Given['apply'] = (seed, env = {}, configFile) =>
    applySeed({
      path: seed,
      env,
      ...(configFile !== undefined && { configFile }),
      contract,
      tenant,
      storage,
      handlersOn: (store) => configurationHandlers(store, { tenant, keys }),
    });

  return {
    server,
    async write(files) {
      const directory = path.join(root, String(++seeds));
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(directory, name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, text);
      }
      return 'tenant.yaml' in files ? path.join(directory, 'tenant.yaml') : directory;
    },
    apply,
    async mistakesOf(seed, env) {
      const failure: unknown = await apply(seed, env).then(
        () => null,
        (error: unknown) => error,
      );
      if (!(failure instanceof SeedError)) throw new Error(`no mistakes: ${String(failure)}`);
      const from = seed.endsWith('.yaml') ? path.dirname(seed) : seed;
      return failure.mistakes.map((mistake) => ({ ...mistake, file: path.relative(from, mistake.file) }));
    },
    async state() {
      const query = { clientId: server.management.id, audience: null, organization: null };
      const facts = await storage.tokenFacts(query, { fresh: true });
      const window = { kind: 'page', offset: 0, limit: 1, countTotal: true } as const;
      const { total } = await storage.listLogs({}, window);
      return { version: facts?.configVersion ?? -1, logs: total ?? -1 };
    },
    async close() {
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** What the Management API shows of what a seed can have, without ids and secrets that the server makes up. */
export async function shown(server: TestServer): Promise<Record<string, unknown>> {
  const get = async (at: string) =>
    (await server.api('get', at).expect(200)).body as Record<string, unknown>[];
  const clients = await get('clients?is_global=false&per_page=100');
  const names = new Map(clients.map((client) => [client['client_id'], client['name']]));
  const grants = (await get('client-grants?per_page=100')).map((grant) => ({
    ...without(grant, 'id'),
    ...('client_id' in grant && { client_id: names.get(grant['client_id']) }),
  }));
  const organizations = await Promise.all(
    (await get('organizations?per_page=100')).map(async ({ id, ...organization }) => ({
      ...organization,
      client_grants: (await get(`organizations/${String(id)}/client-grants`)).map((grant) =>
        names.get(grant['client_id']),
      ),
    })),
  );
  const apis = (await get('resource-servers?per_page=100')).map((api) => without(api, 'id'));
  const withoutOwn = clients.map((client) => without(client, 'client_id', 'client_secret', 'signing_keys'));
  const inOrder = (list: readonly unknown[]) => list.map((each) => JSON.stringify(each)).sort();
  return {
    apis: inOrder(apis),
    clients: inOrder(withoutOwn),
    grants: inOrder(grants),
    organizations: inOrder(organizations),
  };
}
