// `actions` and `triggers`: code that runs at a login, and which of it runs.

import { given, type Given } from './given.js';

const code = `exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://example.com/stage', '##STAGE## ' + event.secrets.KEY);
};
`;

const yaml = `
resourceServers: [{identifier: https://orders.example.com/}]
clients:
  - name: Job
    client_id: job
    client_secret: the secret of the job
    app_type: non_interactive
    grant_types: [client_credentials]
    token_endpoint_auth_method: client_secret_post
clientGrants: [{client_id: Job, audience: https://orders.example.com/, scope: []}]
actions:
  - name: Add the stage
    code: ./actions/Add the stage/code.js
    runtime: node22
    deployed: true
    status: built
    dependencies: [{name: lodash, version: 4.17.21}]
    secrets: [{name: KEY, value: ##KEY##}]
    supported_triggers: [{id: credentials-exchange, version: v2}]
  - name: Draft
    code: ./actions/Draft/code.js
    deployed: false
    status: built
    supported_triggers: [{id: post-login, version: v3}]
triggers:
  credentials-exchange:
    - {action_name: Add the stage, display_name: The stage}
`;

const files = {
  'tenant.yaml': yaml,
  'actions/Add the stage/code.js': code,
  'actions/Draft/code.js': 'exports.onExecutePostLogin = async () => {};\n',
};
const env = { STAGE: 'test', KEY: 'a key of the action' };

/** The same as a directory, as far as actions go. */
const directory = {
  'actions/Add the stage.json': `{
    "name": "Add the stage", "code": "./actions/Add the stage/code.js", "runtime": "node22", "status": "built",
    "dependencies": [{"name": "lodash", "version": "4.17.21"}], "secrets": [{"name": "KEY"}],
    "supported_triggers": [{"id": "credentials-exchange", "version": "v2"}], "deployed": true
  }`,
  'actions/Add the stage/code.js': code,
  'actions/Draft.json': `{
    "name": "Draft", "code": "./actions/Draft/code.js", "deployed": false,
    "supported_triggers": [{"id": "post-login", "version": "v3"}]
  }`,
  'actions/Draft/code.js': files['actions/Draft/code.js'],
  'triggers/triggers.json':
    '{"credentials-exchange": [{"action_name": "Add the stage", "display_name": "The stage"}]}',
};

interface Action {
  readonly id: string;
  readonly name: string;
  readonly deployed_version?: { readonly number: number };
}

describe('actions of a seed', () => {
  let there: Given;
  beforeAll(async () => {
    there = await given();
    const report = await there.apply(await there.write(files), env);
    expect(report).toMatchObject({ created: 5, updated: 1, warnings: [] });
  });
  afterAll(() => there.close());

  const action = async (name: string): Promise<Action> => {
    const { body } = await there.server.api('get', `actions/actions?actionName=${encodeURIComponent(name)}`);
    return (body as { actions: [Action] }).actions[0];
  };
  const bound = async (trigger: string): Promise<string[]> => {
    const { body } = await there.server.api('get', `actions/triggers/${trigger}/bindings`).expect(200);
    return (body as { bindings: { display_name: string }[] }).bindings.map((each) => each.display_name);
  };
  const apply = async (text: string, settings: Record<string, string> = {}) =>
    there.apply(await there.write({ 'tenant.yaml': text }), settings);

  test('an action has the code of its file, with keywords, and its settings; what is deployed is bound', async () => {
    expect(await action('Add the stage')).toMatchObject({
      code: code.replace('##STAGE##', 'test'),
      runtime: 'node22',
      dependencies: [{ name: 'lodash', version: '4.17.21' }],
      secrets: [{ name: 'KEY' }],
      all_changes_deployed: true,
    });
    expect(await action('Draft')).toMatchObject({ all_changes_deployed: false });
    expect(await bound('credentials-exchange')).toEqual(['The stage']);
  });

  test('its secrets are there when it runs, and in no answer and no log entry', async () => {
    const stored = await there.server.storage.config.actions.findByName('Add the stage');
    expect(stored?.deployedVersion?.secrets).toMatchObject([{ name: 'KEY', value: env.KEY }]);
    expect(JSON.stringify(await action('Add the stage'))).not.toContain(env.KEY);
    const { body } = await there.server.api('get', 'logs?q=client_id:seed&per_page=100').expect(200);
    expect(JSON.stringify(body)).toContain('Create an action');
    expect(JSON.stringify(body)).not.toContain(env.KEY);
  });

  test('a second start, and the same as a directory, write nothing', async () => {
    const before = await there.state();
    const again = await there.apply(await there.write(files), env);
    expect(again).toMatchObject({ created: 0, updated: 0, unchanged: 6, warnings: [] });
    const same = await there.apply(await there.write(directory), env);
    expect(same).toMatchObject({ created: 0, updated: 0, unchanged: 3, warnings: [] });
    expect(await there.state()).toEqual(before);
  });

  test('a directory alone makes the same', async () => {
    const other = await given();
    await other.apply(await other.write(directory), env);
    const { body } = await other.server.api('get', 'actions/actions').expect(200);
    const { actions } = body as { actions: Action[] };
    expect(actions).toMatchObject([
      { name: 'Add the stage', code: code.replace('##STAGE##', 'test'), all_changes_deployed: true },
      { name: 'Draft', all_changes_deployed: false },
    ]);
    await other.close();
  });

  test('another secret is deployed once; code can stand in several lines', async () => {
    const seed = (value: string) =>
      [
        'actions:',
        '  - name: Own',
        '    code: |',
        '      exports.onExecutePostLogin = async () => {};',
        '    supported_triggers: [{id: post-login}]',
        `    secrets: [{name: KEY, value: ${value}}]`,
        '    deployed: true',
        '',
      ].join('\n');
    expect(await apply(seed('one'))).toMatchObject({ created: 1 });
    expect(await apply(seed('two'))).toMatchObject({ updated: 1 });
    expect(await apply(seed('two'))).toMatchObject({ updated: 0, unchanged: 1 });
    expect(await action('Own')).toMatchObject({ deployed_version: { number: 2 } });
  });

  test('what a trigger lists is all that it runs, in that order; others keep theirs', async () => {
    const action = (name: string) =>
      `  - {name: ${name}, supported_triggers: [{id: post-login}], deployed: true}\n`;
    const actions = `actions:\n${action('A')}${action('B')}`;
    const seed = (...names: string[]) =>
      `${actions}triggers: {post-login: [${names.map((name) => `{action_name: ${name}}`).join(', ')}]}\n`;
    await apply(seed('A', 'B'));
    expect(await bound('post-login')).toEqual(['A', 'B']);
    expect(await apply(seed('B', 'A'))).toMatchObject({ updated: 1, unchanged: 2 });
    expect(await bound('post-login')).toEqual(['B', 'A']);
    expect(await apply(seed('B', 'A'))).toMatchObject({ updated: 0, unchanged: 3 });
    await apply(seed());
    expect(await bound('post-login')).toEqual([]);
    expect(await bound('credentials-exchange')).toEqual(['The stage']);
  });

  test('none by AUTH0_EXCLUDED', async () => {
    const text = 'actions: [{name: No}]\ntriggers: {nothing: []}\n';
    expect(await apply(text, { AUTH0_EXCLUDED: 'actions,triggers' })).toMatchObject({ warnings: [] });
  });

  test('mistakes, each at its place, and nothing is applied', async () => {
    const before = await there.state();
    const mistakes = await there.mistakesOf(
      await there.write({
        'tenant.yaml': [
          'actions:',
          '  - name: No file',
          '    code: ./missing.js',
          '    supported_triggers: [{id: post-login}]',
          '  - name: No trigger',
          '    supported_triggers: [{id: post-lunch}]',
          '  - name: Modules',
          '    supported_triggers: [{id: post-login}]',
          '    modules: [{module_name: a, module_version_number: 1}]',
          '  - name: Deployed',
          '    supported_triggers: [{id: post-login}]',
          '    deployed: later',
          '  - name: Keyword',
          '    supported_triggers: [{id: post-login}]',
          '    secrets: [{name: A, value: "##NOTHING##"}]',
          'triggers:',
          '  post-lunch: []',
          '  custom-email-provider: [{action_name: Draft}]',
          '  pre-user-registration: {action_name: Draft}',
          '  credentials-exchange: [{display_name: A}]',
          '  post-login:',
          '    - action_name: Nothing',
          '    - action_name: Draft',
          '    - action_name: Add the stage',
          '    - action_name: Modules',
          '',
        ].join('\n'),
      }),
    );
    const lines = mistakes.map(
      ({ line, column, message }) => `${line}:${column} ${message.split("'")[1] ?? message}`,
    );
    expect(lines).toEqual([
      '3:11 there is no file ./missing.js',
      '6:31 No enum match for: post-lunch',
      '9:14 This server does not support action modules',
      '12:15 Expected type boolean but found type string',
      '15:32 the keyword ##NOTHING## has no value',
      '17:3 there is no trigger `post-lunch`',
      expect.stringMatching(/^18:26 /),
      '19:26 Expected type array but found type object',
      '20:26 Missing required property: value',
      '22:20 there is no action `Nothing`, neither in the seed nor on the server',
      expect.stringMatching(/^23:7 /),
      expect.stringMatching(/^24:7 .*not deployed for the trigger post-login/),
    ]);
    expect(await there.state()).toEqual(before);
  });
});
