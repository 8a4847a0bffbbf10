import { mkdir } from 'node:fs/promises';
import { directory, env, login, yaml } from './example.js';
import { given, type Given, shown } from './given.js';

describe('a seed', () => {
  test('changes the settings of the tenant, in both formats, and a second time nothing', async () => {
    const there = await given();
    const file = await there.write({
      'tenant.yaml': [
        'tenant:',
        '  friendly_name: Acme',
        '  session_lifetime: 0.5',
        '  flags: {enable_apis_section: true, universal_login: true}',
        '',
      ].join('\n'),
    });
    const report = await there.apply(file);
    expect(report).toMatchObject({ updated: 1, unchanged: 0 });
    expect(report.warnings).toEqual(['tenant: flags were left out, as the tool does: universal_login']);
    const { body } = await there.server.api('get', 'tenants/settings').expect(200);
    expect(body).toMatchObject({ friendly_name: 'Acme', flags: { enable_apis_section: true } });
    const before = await there.state();
    const root = await there.write({
      'tenant.json':
        '{"friendly_name": "Acme", "session_lifetime": 0.5, "flags": {"enable_apis_section": true}}',
    });
    expect(await there.apply(root)).toMatchObject({ updated: 0, unchanged: 1, warnings: [] });
    expect(await there.state()).toEqual(before);
    const wrong = await there.write({ 'tenant.json': '{"friendly_name": "Other",\n "support_email": 3}' });
    expect(await there.mistakesOf(wrong)).toMatchObject([{ file: 'tenant.json', line: 2, column: 19 }]);
    expect(await there.state()).toEqual(before);
    await there.close();
  });

  test('makes the permissions of a role those that it lists, and says which cannot be', async () => {
    const there = await given();
    const role = (permissions: string) =>
      there.write({
        'tenant.yaml': [
          'resourceServers: [{identifier: https://a.example.com/, scopes: [{value: read}, {value: write}]}]',
          'roles:',
          '  - name: Clerk',
          `    permissions: [${permissions}]`,
          '',
        ].join('\n'),
      });
    const permission = (name: string) =>
      `{resource_server_identifier: https://a.example.com/, permission_name: ${name}}`;
    const held = async () => {
      const roles = (await there.server.api('get', 'roles').expect(200)).body as { id: string }[];
      const { body } = await there.server.api('get', `roles/${roles[0]?.id}/permissions`).expect(200);
      return (body as { permission_name: string }[]).map(({ permission_name: name }) => name);
    };
    await there.apply(await role(permission('read')));
    expect(await held()).toEqual(['read']);
    expect(await there.apply(await role(permission('write')))).toMatchObject({ updated: 1, unchanged: 1 });
    expect(await held()).toEqual(['write']);
    const mistakes = await there.mistakesOf(
      await role(`${permission('write')}, ${permission('delete')}, {a: b}`),
    );
    expect(mistakes.map(({ line, column }) => `${line}:${column}`)).toEqual([
      '4:97',
      '4:176',
      '4:176',
      '4:177',
    ]);
    expect(await held()).toEqual(['write']);
    await there.close();
  });

  test('in both formats makes equal servers', async () => {
    const servers = await Promise.all([given(), given()]);
    const [first, second] = servers;
    await first.apply(await first.write({ 'tenant.yaml': yaml, 'clients/login.html': login }), env);
    await second.apply(await second.write(directory), env);
    const ids = /cred_\w+|127\.0\.0\.1:\d+/g;
    const [a, b] = await Promise.all(servers.map(async ({ server }) => JSON.stringify(await shown(server))));
    expect(b?.replaceAll(ids, '')).toBe(a?.replaceAll(ids, ''));
    await Promise.all(servers.map((server) => server.close()));
  });

  describe('and what it leaves out', () => {
    let there: Given;
    beforeAll(async () => {
      there = await given();
    });
    afterAll(() => there.close());
    const apply = async (text: string, settings: Record<string, string> = {}) =>
      there.apply(await there.write({ 'tenant.yaml': text }), settings);

    test('kinds that the server does not take, and kinds that nobody knows, are named', async () => {
      const { warnings } = await apply(
        'rules: [{name: A}]\nclientGrant: []\nhooks: null\nflows: []\nbranding: {}\n',
      );
      expect(warnings.map((warning) => warning.replace(/^\S*tenant\.yaml: /, ''))).toEqual([
        '`rules` was left out: Grantry does not take it from a seed',
        '`clientGrant` was left out: it is no kind that a seed can have',
      ]);
    });

    test('folders that the server does not take are named', async () => {
      const files = {
        'rules/a.json': '{}',
        'client/b.json': '{}',
        '.git/c.json': '{}',
        'clients/d.json': '{}',
      };
      const root = await there.write(files);
      await mkdir(`${root}/flows/nothing`, { recursive: true });
      const { warnings } = await there.apply(root);
      expect(warnings).toEqual([
        `${root}/client was left out: it is no kind that a seed can have`,
        `${root}/rules was left out: Grantry does not take it from a seed`,
      ]);
    });

    test.each([
      ['AUTH0_EXCLUDED', '["clients", "rules"]'],
      ['AUTH0_EXCLUDED', 'clients,rules'],
      ['AUTH0_INCLUDED_ONLY', '["organizations"]'],
    ])('kinds by %s=%s, without a word', async (name, value) => {
      const report = await apply('clients: [{name: Out}]\nrules: [{name: A}]\n', { [name]: value });
      expect(report).toMatchObject({ created: 0, warnings: [] });
    });

    test('clients by name, with their client grants; by setting or in the seed', async () => {
      const text = [
        'clients: [{name: Out}]',
        'clientGrants: [{client_id: Out, audience: https://nowhere.example.com/, scope: []}]',
        '',
      ].join('\n');
      expect(await apply(text, { AUTH0_EXCLUDED_CLIENTS: '["Out"]' })).toMatchObject({ created: 0 });
      expect(await apply(`${text}exclude: {clients: [Out]}\n`)).toMatchObject({ created: 0 });
    });

    test('third parties by AUTH0_EXCLUDE_THIRD_PARTY_CLIENTS', async () => {
      const text = 'clients: [{name: Out, is_first_party: false, app_type: regular_web}]\n';
      const settings = { AUTH0_EXCLUDE_THIRD_PARTY_CLIENTS: 'true' };
      expect(await apply(text, settings)).toMatchObject({ created: 0 });
    });

    test('the configuration file of the tool counts where the environment says nothing', async () => {
      const root = await there.write({
        'seed/clients/a.json': '{"name": "##NAME## of ##PLACE##"}',
        'config.json': '{"AUTH0_KEYWORD_REPLACE_MAPPINGS": {"NAME": "Client", "PLACE": "the file"}}',
      });
      await there.apply(`${root}/seed`, { PLACE: 'the environment' }, `${root}/config.json`);
      const { body } = await there.server.api('get', 'clients?per_page=100').expect(200);
      expect(JSON.stringify(body)).toContain('"Client of the environment"');
    });
  });
});
