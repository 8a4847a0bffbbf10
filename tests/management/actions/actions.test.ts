// /api/v2/actions/actions and their versions. Bodies are those of recorded answers (auth0/go-auth0,
// test/data/recordings/TestActionManager_*; auth0/terraform-provider-auth0, TestAccAction, TestAccActionDeleteWithUnbind).

import { startServer, type TestServer } from '../../support/server.js';
import { invalidBody, invalidQuery, payloadError, refused, seen, unique } from '../fixtures.js';
import { latest } from '../logs/log-entry.js';
import { type ActionWire, createAction, newAction, noAction, TIME, UUID } from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const path = ({ id }: { id: string }, below = ''): string => `actions/actions/${id}${below}`;
const read = async (action: { id: string }): Promise<ActionWire> =>
  (await server.api('get', path(action))).body as ActionWire;

const CODE = 'exports.onExecutePostLogin = async (event, api) => {}';

describe('creating', () => {
  test('answers it with its defaults, as the platform does', async () => {
    const name = unique('Action');
    const body = { name, supported_triggers: [{ id: 'post-login', version: 'v3' }], code: CODE };
    const answer = await server.api('post', 'actions/actions', body);
    expect(seen(answer)).toEqual({
      status: 201,
      body: {
        id: UUID,
        name,
        supported_triggers: [{ id: 'post-login', version: 'v3' }],
        created_at: TIME,
        updated_at: TIME,
        code: CODE,
        dependencies: [],
        runtime: 'node22',
        status: 'pending',
        secrets: [],
        all_changes_deployed: false,
      },
    });
    expect(await read(answer.body as ActionWire)).toEqual({ ...(answer.body as object), status: 'built' });
  });

  test('secrets are never answered, and the registry of a dependency only at once', async () => {
    const dependency = {
      name: 'lodash',
      version: '4.0.0',
      registry_url: 'https://www.npmjs.com/package/lodash',
    };
    const created = await createAction(server, {
      dependencies: [dependency],
      secrets: [{ name: 'mySecretName', value: 'mySecretValue' }],
    });
    expect(created.dependencies).toEqual([dependency]);
    const stored = await read(created);
    expect(stored).toMatchObject({
      dependencies: [{ name: 'lodash', version: '4.0.0' }],
      secrets: [{ name: 'mySecretName', updated_at: created.updated_at }],
    });
    expect(JSON.stringify([created, stored])).not.toContain('mySecretValue');
  });

  test('the log does not have them either', async () => {
    await createAction(server, { secrets: [{ name: 'KEY', value: 'mySecretValue' }] });
    expect(JSON.stringify(await latest(server))).toContain('[redacted]');
    expect(JSON.stringify(await latest(server))).not.toContain('mySecretValue');
  });

  test('with deploy it is in force at once', async () => {
    const {
      deployed_version: version,
      current_version: current,
      ...created
    } = await createAction(server, {
      deploy: true,
    });
    expect(created.all_changes_deployed).toBe(true);
    expect(version).toEqual({
      code: CODE,
      dependencies: [],
      id: UUID,
      deployed: true,
      number: 1,
      built_at: TIME,
      secrets: [],
      status: 'built',
      created_at: TIME,
      updated_at: TIME,
      runtime: 'node18-actions',
      supported_triggers: [{ id: 'post-login', version: 'v3' }],
    });
    expect(current).toEqual({
      id: version?.id,
      code: CODE,
      runtime: 'node18-actions',
      status: 'BUILT',
      number: 1,
      build_time: TIME,
      created_at: TIME,
      updated_at: TIME,
    });
  });

  test.each(['node16', 'node18', 'node18-actions', 'node20', 'node22'])(
    'the runtime %s is kept',
    async (runtime) => {
      expect((await createAction(server, { runtime })).runtime).toBe(runtime);
    },
  );

  test('a trigger without a version is the current one', async () => {
    const created = await createAction(server, { supported_triggers: [{ id: 'credentials-exchange' }] });
    expect(created.supported_triggers).toEqual([{ id: 'credentials-exchange', version: 'v2' }]);
  });

  test('a second one of the same name is refused', async () => {
    const { name } = await createAction(server);
    expect(seen(await server.api('post', 'actions/actions', { ...newAction(), name }))).toEqual(
      refused(409, 'An action with the same name already exists.'),
    );
  });

  const trigger = { id: 'post-login' };
  test.each<[string, object]>([
    ['no name', { name: undefined }],
    ['an empty name', { name: '' }],
    ['no trigger', { supported_triggers: undefined }],
    ['an empty list of triggers', { supported_triggers: [] }],
    ['two triggers', { supported_triggers: [trigger, trigger] }],
    ['a trigger that nobody knows', { supported_triggers: [{ id: 'nosuch' }] }],
    ['code of more than 100 kB', { code: 'x'.repeat(102_401) }],
    ['31 secrets', { secrets: Array.from({ length: 31 }, (_, i) => ({ name: `n${i}`, value: 'x' })) }],
    ['a secret that is too long', { secrets: [{ name: 'n', value: 'x'.repeat(4097) }] }],
    ['a secret without a name', { secrets: [{ value: 'x' }] }],
    ['11 dependencies', { dependencies: Array.from({ length: 11 }, (_, i) => ({ name: `n${i}` })) }],
    ['a runtime that is none', { runtime: 'deno' }],
    ['a member that nobody knows', { nosuch: 1 }],
  ])('refused: %s', async (_name, wrong) => {
    expect(seen(await server.api('post', 'actions/actions', { ...newAction(), ...wrong }))).toEqual(
      invalidBody(payloadError),
    );
  });

  test('refused: two secrets of one name', async () => {
    const secrets = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ];
    expect((await server.api('post', 'actions/actions', { ...newAction(), secrets })).status).toBe(400);
  });

  test('refused: modules, which there are none of', async () => {
    const modules = [{ module_name: 'shared', module_version_number: 1 }];
    expect(seen(await server.api('post', 'actions/actions', { ...newAction(), modules }))).toEqual(
      refused(403, 'This server does not support action modules', 'insufficient_entitlement'),
    );
    expect((await createAction(server, { modules: [] })).id).toEqual(UUID);
  });
});

describe('updating', () => {
  test('changes the draft, and nothing that is deployed', async () => {
    const created = await createAction(server, { deploy: true });
    const code = 'exports.onExecutePostLogin = async () => { };';
    const answer = await server.api('patch', path(created), { code });
    expect(seen(answer)).toMatchObject({
      status: 200,
      body: { code, status: 'pending', all_changes_deployed: false, deployed_version: { code: CODE } },
    });
    expect(await read(created)).toMatchObject({ code, status: 'built' });
  });

  test('what it does not name stays', async () => {
    const created = await createAction(server, {
      dependencies: [{ name: 'lodash', version: '4.0.0' }],
      secrets: [{ name: 'A', value: '1' }],
    });
    await server.api('patch', path(created), { name: created.name });
    expect(await read(created)).toEqual({ ...created, status: 'built', updated_at: TIME });
  });

  test('secrets take the place of those that there were, and one without a value keeps it', async () => {
    const secrets = ['A', 'B'].map((name) => ({ name, value: `value of ${name}` }));
    const created = await createAction(server, { secrets });
    const sent = [{ name: 'A' }, { name: 'C', value: '3', updated_at: '2023-01-25T17:41:52.395832078Z' }];
    await server.api('patch', path(created), { secrets: sent });
    const stored = await server.storage.config.actions.find(created.id);
    expect(stored?.secrets.map(({ name, value }) => [name, value])).toEqual([
      ['A', 'value of A'],
      ['C', '3'],
    ]);
  });

  test('a secret that is sent again as it is leaves what is deployed up to date; another value does not', async () => {
    const created = await createAction(server, { secrets: [{ name: 'A', value: '1' }], deploy: true });
    const isDeployedAfter = async (value: string) => {
      await server.api('patch', path(created), { secrets: [{ name: 'A', value }] });
      return (await read(created)).all_changes_deployed;
    };
    expect(await isDeployedAfter('1')).toBe(true);
    expect(await isDeployedAfter('2')).toBe(false);
  });

  test('a name that another has is refused, and its own is not', async () => {
    const [one, two] = [await createAction(server), await createAction(server)];
    expect((await server.api('patch', path(one), { name: two.name })).status).toBe(409);
    expect((await server.api('patch', path(one), { name: one.name })).status).toBe(200);
  });

  test('one that does not exist is not found', async () => {
    expect(seen(await server.api('patch', 'actions/actions/nosuch', { code: '' }))).toEqual(noAction);
  });
});

describe('deploying', () => {
  test('answers the version as it was made, which is in force then', async () => {
    const created = await createAction(server);
    const answer = await server.api('post', path(created, '/deploy'));
    expect(seen(answer)).toEqual({
      status: 200,
      body: {
        code: CODE,
        dependencies: [],
        id: UUID,
        deployed: false,
        number: 1,
        secrets: [],
        status: 'built',
        created_at: TIME,
        updated_at: TIME,
        runtime: 'node18-actions',
        supported_triggers: [{ id: 'post-login', version: 'v3' }],
        action: {
          id: created.id,
          name: created.name,
          supported_triggers: [{ id: 'post-login', version: 'v3' }],
          created_at: created.created_at,
          updated_at: created.created_at,
          all_changes_deployed: false,
        },
      },
    });
    const { id } = answer.body as { id: string };
    expect(await read(created)).toMatchObject({
      all_changes_deployed: true,
      deployed_version: { id, deployed: true, number: 1 },
      current_version: { id, status: 'BUILT' },
    });
  });

  test('a body of null, as the Go library sends it, is none', async () => {
    const { id } = await createAction(server);
    const answer = await server
      .request()
      .post(`/api/v2/actions/actions/${id}/deploy`)
      .auth(await server.tokenWith('create:actions'), { type: 'bearer' })
      .type('json')
      .send('null');
    expect(answer.status).toBe(200);
  });

  test('versions are listed, newest first, with their count', async () => {
    const created = await createAction(server, { deploy: true });
    for (let i = 0; i < 2; i++) await server.api('post', path(created, '/deploy'));
    const first = await server.api('get', path(created, '/versions?per_page=2'));
    expect(first.body).toEqual({
      versions: [
        expect.objectContaining({ number: 3, deployed: true, built_at: TIME }),
        expect.objectContaining({ number: 2, deployed: false }),
      ] as unknown,
      total: 3,
      per_page: 2,
    });
    const second = await server.api('get', path(created, '/versions?per_page=2&page=1'));
    expect(second.body).toMatchObject({ versions: [{ number: 1 }], total: 3, page: 1, per_page: 2 });
    const third = await server.api('get', path(created, '/versions?per_page=2&page=2'));
    expect(third.body).toEqual({ versions: [], page: 2, per_page: 2 });
  });

  test('going back makes a new version of an old one, secrets included, and leaves the draft', async () => {
    const created = await createAction(server, { deploy: true, secrets: [{ name: 'A', value: 'old' }] });
    const first = created.deployed_version?.id ?? '';
    const changes = { code: 'exports.changed = 1;', secrets: [{ name: 'A', value: 'new' }] };
    await server.api('patch', path(created), changes);
    await server.api('post', path(created, '/deploy'));
    const answer = await server.api('post', path(created, `/versions/${first}/deploy`));
    expect(seen(answer)).toMatchObject({ status: 200, body: { number: 3, code: CODE, deployed: false } });
    expect(await read(created)).toMatchObject({
      code: changes.code,
      all_changes_deployed: false,
      deployed_version: { number: 3, code: CODE },
    });
    const stored = await server.storage.config.actions.find(created.id);
    expect(stored?.deployedVersion?.secrets[0]?.value).toBe('old');
    expect((await server.api('get', path(created, `/versions/${first}`))).body).toMatchObject({
      id: first,
      number: 1,
      deployed: false,
    });
  });

  test("another action's version is not found", async () => {
    const [one, two] = [await createAction(server, { deploy: true }), await createAction(server)];
    const gone = refused(404, 'That action version does not exist.');
    const below = `/versions/${one.deployed_version?.id}`;
    expect(seen(await server.api('get', path(two, below)))).toEqual(gone);
    expect(seen(await server.api('post', path(two, `${below}/deploy`)))).toEqual(gone);
  });
});

describe('deleting', () => {
  test('it is gone, with its versions', async () => {
    const created = await createAction(server, { deploy: true });
    expect((await server.api('delete', path(created))).status).toBe(204);
    for (const below of ['', '/versions', `/versions/${created.deployed_version?.id}`]) {
      expect(seen(await server.api('get', path(created, below)))).toEqual(noAction);
    }
    expect(seen(await server.api('delete', path(created)))).toEqual(noAction);
  });
});

describe('listing', () => {
  test('by name, by trigger, and by whether they are deployed', async () => {
    const trigger = { supported_triggers: [{ id: 'send-phone-message', version: 'v2' }] };
    const [one, two] = [
      await createAction(server, trigger),
      await createAction(server, { ...trigger, deploy: true }),
    ];
    const names = async (query: string) =>
      ((await server.api('get', `actions/actions?${query}`)).body as { actions: ActionWire[] }).actions.map(
        ({ name }) => name,
      );
    expect(await names(`actionName=${encodeURIComponent(one.name)}`)).toEqual([one.name]);
    expect(await names('triggerId=send-phone-message')).toEqual([one.name, two.name]);
    expect(await names('triggerId=send-phone-message&deployed=true')).toEqual([two.name]);
    expect(await names('triggerId=send-phone-message&deployed=false')).toEqual([one.name]);
    expect(await names('triggerId=send-phone-message&installed=false')).toEqual([one.name, two.name]);
    expect(await names('installed=true')).toEqual([]);
  });

  test('what is 0 is left out of a page (auth0/auth0-deploy-cli, should-only-dump-the-resources-listed)', async () => {
    const answer = await server.api('get', 'actions/actions?actionName=nosuch&page=0&per_page=100');
    expect(answer.body).toEqual({ actions: [], per_page: 100 });
  });

  test('a parameter that the platform refuses is refused', async () => {
    expect(seen(await server.api('get', 'actions/actions?include_totals=true'))).toEqual(
      invalidQuery(expect.stringContaining('include_totals')),
    );
  });
});
