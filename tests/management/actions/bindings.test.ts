// /api/v2/actions/triggers and what they run. Bodies are those of recorded answers (auth0/go-auth0,
// TestActionManager_Bindings, TestActionManager_Triggers; auth0/terraform-provider-auth0, TestAccActionDeleteWithUnbind).

import { startServer, type TestServer } from '../../support/server.js';
import { invalidBody, payloadError, refused, seen } from '../fixtures.js';
import { type ActionWire, createAction, noAction, TIME, UUID } from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
afterEach(() => bind());

const LOGIN = 'actions/triggers/post-login/bindings';
interface Ref {
  readonly type: string;
  readonly value: string;
}
const byId = ({ id }: { id: string }): Ref => ({ type: 'action_id', value: id });
const byName = ({ name }: { name: string }): Ref => ({ type: 'action_name', value: name });
const bind = (...refs: Ref[]) => server.api('patch', LOGIN, { bindings: refs.map((ref) => ({ ref })) });
const deployed = (given: object = {}): Promise<ActionWire> =>
  createAction(server, { deploy: true, ...given });
const bound = async () =>
  ((await server.api('get', LOGIN)).body as { bindings: { action: ActionWire }[] }).bindings.map(
    ({ action }) => action.name,
  );

test('a binding is answered with its action and what is deployed of it', async () => {
  const action = await deployed();
  const body = { bindings: [{ display_name: 'My test action Binding', ref: byName(action) }] };
  const answer = await server.api('patch', LOGIN, body);
  const binding = {
    id: UUID,
    trigger_id: 'post-login',
    action: {
      id: action.id,
      name: action.name,
      supported_triggers: action.supported_triggers,
      created_at: action.created_at,
      updated_at: action.created_at,
      current_version: action.current_version,
      deployed_version: action.deployed_version,
      all_changes_deployed: false,
    },
    created_at: TIME,
    updated_at: TIME,
    display_name: 'My test action Binding',
  };
  expect(seen(answer)).toEqual({ status: 200, body: { bindings: [binding] } });
  const listed = await server.api('get', `${LOGIN}?per_page=50`);
  expect(listed.body).toEqual({ ...(answer.body as object), total: 1, per_page: 50 });
});

test('actions run in the order in which they were bound last, by id or by name', async () => {
  const [a, b, c] = [await deployed(), await deployed(), await deployed()];
  await bind(byId(a), byName(b), byId(c));
  expect(await bound()).toEqual([a.name, b.name, c.name]);
  await bind(byName(c), byId(a));
  expect(await bound()).toEqual([c.name, a.name]);
});

test('without a display name a binding has that of its action', async () => {
  const action = await deployed();
  expect((await bind(byId(action))).body).toMatchObject({ bindings: [{ display_name: action.name }] });
});

test('beyond the end there is no total, which is what the Terraform provider stops at', async () => {
  await bind(byId(await deployed()));
  const first = await server.api('get', `${LOGIN}?page=0&per_page=100`);
  expect(first.body).toMatchObject({ total: 1, per_page: 100 });
  const second = await server.api('get', `${LOGIN}?page=1&per_page=100`);
  expect(second.body).toEqual({ bindings: [], page: 1, per_page: 100 });
});

test('none are answered as an empty list', async () => {
  expect(seen(await server.api('patch', LOGIN, { bindings: [] }))).toEqual({
    status: 200,
    body: { bindings: [] },
  });
});

describe('refused, and all is as it was', () => {
  let before: ActionWire;
  beforeEach(async () => {
    before = await deployed();
    await bind(byId(before));
  });
  afterEach(async () => expect(await bound()).toEqual([before.name]));

  test('an action that was never deployed', async () => {
    const action = await createAction(server);
    expect(seen(await bind(byId(before), byId(action)))).toEqual(
      refused(400, 'Trying to create a binding for an action that has not been deployed yet'),
    );
  });

  test('an action for another trigger', async () => {
    const action = await deployed({ supported_triggers: [{ id: 'credentials-exchange' }] });
    expect(seen(await bind(byId(action)))).toEqual(
      invalidBody(`The action "${action.name}" is not deployed for the trigger post-login`),
    );
  });

  test.each(['action_id', 'action_name', 'binding_id'])(
    'an action that does not exist, by %s',
    async (type) => {
      expect(seen(await bind({ type, value: 'nosuch' }))).toEqual(noAction);
    },
  );

  test('a reference of another kind', async () => {
    expect(seen(await bind({ type: 'nosuch', value: 'x' }))).toEqual(invalidBody(payloadError));
  });

  test('more than 20', async () => {
    expect((await bind(...Array.from({ length: 21 }, () => byId(before)))).status).toBe(400);
  });
});

describe('an action that is bound', () => {
  test('is deleted only by force', async () => {
    const [action, other] = [await deployed(), await deployed()];
    await bind(byId(action), byId(other));
    const path = `actions/actions/${action.id}`;
    expect(seen(await server.api('delete', path))).toEqual(
      refused(409, 'Unable to delete an action bound to a trigger.'),
    );
    expect((await server.api('delete', `${path}?force=false`)).status).toBe(409);
    expect((await server.api('delete', `${path}?force=true`)).status).toBe(204);
    expect(await bound()).toEqual([other.name]);
  });

  test('keeps its trigger, in any version of it', async () => {
    const action = await deployed();
    await bind(byId(action));
    const turn = (id: string, version: string) =>
      server.api('patch', `actions/actions/${action.id}`, { supported_triggers: [{ id, version }] });
    expect(seen(await turn('credentials-exchange', 'v2'))).toEqual(
      refused(400, "can't upgrade to this trigger."),
    );
    expect((await turn('post-login', 'v2')).status).toBe(200);
    await bind();
    expect((await turn('credentials-exchange', 'v2')).status).toBe(200);
  });
});

describe('triggers', () => {
  test('are listed by version, with those that are current', async () => {
    const { triggers } = (await server.api('get', 'actions/triggers')).body as {
      triggers: { id: string; version: string; status: string }[];
    };
    const current = triggers
      .filter(({ status }) => status === 'CURRENT')
      .map(({ id, version }) => `${id} ${version}`);
    expect(current).toEqual(expect.arrayContaining(['post-login v3', 'credentials-exchange v2']));
    expect(triggers).toContainEqual({
      id: 'post-login',
      version: 'v3',
      status: 'CURRENT',
      runtimes: expect.arrayContaining(['node18', 'node20', 'node22']) as unknown,
      default_runtime: 'node22',
      binding_policy: 'trigger-bound',
      compatible_triggers: [{ id: 'post-login', version: 'v2' }],
    });
  });

  test('what others bind can neither be listed nor changed (auth0/auth0-deploy-cli#988)', async () => {
    const path = 'actions/triggers/custom-phone-provider/bindings';
    const refusal = refused(400, 'cannot list action bindings for an entity-bound trigger');
    expect(seen(await server.api('get', path))).toEqual(refusal);
    expect(seen(await server.api('patch', path, { bindings: [] }))).toEqual(refusal);
  });

  test('one that nobody knows is refused', async () => {
    expect((await server.api('get', 'actions/triggers/nosuch/bindings')).status).toBe(400);
  });
});
