// `databases` and `connections`: where users come from, and for whose logins.

import { given, type Given } from './given.js';

const yaml = `
clients:
  - {name: Shop, app_type: regular_web}
  - {name: Portal, app_type: regular_web}
databases:
  - name: Customers
    strategy: auth0
    enabled_clients: [Shop, Portal]
    is_domain_connection: true
    realms: [Customers, shop]
    options:
      passwordPolicy: fair
      requires_username: true
      customScripts: {login: ./databases/Customers/login.js}
      configuration: {DATABASE_PASSWORD: ##DATABASE_PASSWORD##}
connections:
  - name: partner
    strategy: oidc
    display_name: Partner
    show_as_button: true
    enabled_clients: [Shop]
    options:
      client_id: grantry
      client_secret: ##PARTNER_SECRET##
      idpinitiated: {enabled: true, client_id: Shop}
  - name: email
    strategy: email
    options: {email: {subject: Code, body: ./email.html}}
`;

const files = {
  'tenant.yaml': yaml,
  'databases/Customers/login.js': 'function login() { return "##STAGE##"; }',
  'connections/email.html': '<b>{{ code }}</b> in ##STAGE##',
};
const env = { DATABASE_PASSWORD: 'of the database', PARTNER_SECRET: 'of the partner', STAGE: 'test' };

/** The same as a directory. */
const directory = {
  'clients/Shop.json': '{"name": "Shop", "app_type": "regular_web"}',
  'clients/Portal.json': '{"name": "Portal", "app_type": "regular_web"}',
  'database-connections/Customers/database.json': `{
    "name": "Customers", "strategy": "auth0", "enabled_clients": ["Portal", "Shop"],
    "is_domain_connection": true, "realms": ["Customers", "shop"],
    "options": {
      "passwordPolicy": "fair", "requires_username": true, "customScripts": {"login": "./login.js"},
      "configuration": {"DATABASE_PASSWORD": "##DATABASE_PASSWORD##"}
    }
  }`,
  'database-connections/Customers/login.js': files['databases/Customers/login.js'],
  'connections/partner.json': `{
    "name": "partner", "strategy": "oidc", "display_name": "Partner", "show_as_button": true,
    "enabled_clients": ["Shop"],
    "options": {
      "client_id": "grantry", "client_secret": "##PARTNER_SECRET##",
      "idpinitiated": {"enabled": true, "client_id": "Shop"}
    }
  }`,
  'connections/email.json':
    '{"name": "email", "strategy": "email", "options": {"email": {"subject": "Code", "body": "./email.html"}}}',
  'connections/email.html': files['connections/email.html'],
};

interface Connection {
  readonly id: string;
  readonly options: Record<string, unknown>;
  readonly enabled_clients: readonly string[];
}

describe('connections of a seed', () => {
  let there: Given;
  beforeAll(async () => {
    there = await given();
    await there.apply(await there.write(files), env);
  });
  afterAll(() => there.close());

  const named = async (name: string): Promise<Connection> =>
    ((await there.server.api('get', `connections?name=${name}`).expect(200)).body as [Connection])[0];
  const clientIds = async (...names: string[]): Promise<unknown[]> => {
    const { body } = await there.server.api('get', 'clients?per_page=100').expect(200);
    const clients = body as { name: string; client_id: string }[];
    return names.map((name) => clients.find((client) => client.name === name)?.client_id);
  };
  const apply = async (text: string, settings: Record<string, string> = {}) =>
    there.apply(await there.write({ 'tenant.yaml': text }), settings);

  test('a database has its settings, its scripts and its clients, and keeps its secrets', async () => {
    expect(await named('Customers')).toMatchObject({
      strategy: 'auth0',
      is_domain_connection: true,
      realms: ['Customers', 'shop'],
      enabled_clients: await clientIds('Shop', 'Portal'),
      options: {
        passwordPolicy: 'fair',
        brute_force_protection: true,
        customScripts: { login: 'function login() { return "test"; }' },
        configuration: { DATABASE_PASSWORD: expect.stringMatching(/^2\.0\$/) },
      },
    });
  });

  test('another connection has its options, with the id of the client that they name', async () => {
    const [shop] = await clientIds('Shop');
    expect(await named('partner')).toMatchObject({
      strategy: 'oidc',
      display_name: 'Partner',
      show_as_button: true,
      enabled_clients: [shop],
      options: { client_secret: 'of the partner', idpinitiated: { enabled: true, client_id: shop } },
    });
    expect(await named('email')).toMatchObject({
      options: { email: { body: '<b>{{ code }}</b> in test' } },
    });
  });

  test('no secret is in the log', async () => {
    const { body } = await there.server.api('get', 'logs?q=client_id:seed&per_page=100').expect(200);
    expect(JSON.stringify(body)).toContain('Create a connection');
    expect(JSON.stringify(body)).not.toMatch(/of the (database|partner)/);
  });

  test('a second start, and the same as a directory, write nothing', async () => {
    const before = await there.state();
    const unchanged = { created: 0, updated: 0, unchanged: 5, warnings: [] };
    expect(await there.apply(await there.write(files), env)).toMatchObject(unchanged);
    expect(await there.apply(await there.write(directory), env)).toMatchObject(unchanged);
    expect(await there.state()).toEqual(before);
  });

  test('a directory alone makes the same', async () => {
    const other = await given();
    expect(await other.apply(await other.write(directory), env)).toMatchObject({ created: 5, warnings: [] });
    const shown = async ({ server }: Given) => {
      const { body } = await server.api('get', 'connections?per_page=100').expect(200);
      const plain = (body as Record<string, unknown>[]).map((each) => ({
        ...each,
        id: '',
        enabled_clients: [],
      }));
      return JSON.stringify(
        plain.map((each) => JSON.stringify(each).replaceAll(/2\.0\$\w+|"client_id":"\w+"/g, '')).sort(),
      );
    };
    expect(await shown(other)).toBe(await shown(there));
    await other.close();
  });

  test('options of a database that the seed does not name stay, save for those that exclude its own', async () => {
    await apply('databases: [{name: Staff, options: {requires_username: true, disable_signup: true}}]\n');
    const attributes = '{email: {identifier: {active: true}}}';
    await apply(`databases: [{name: Staff, options: {attributes: ${attributes}}}]\n`);
    const { options } = await named('Staff');
    expect(options).toMatchObject({ disable_signup: true, attributes: { email: {} } });
    expect(options).not.toHaveProperty('requires_username');
  });

  test('options of another connection take the place of those that it has', async () => {
    const seed = (options: string) => `connections: [{name: other, strategy: oidc, options: ${options}}]\n`;
    await apply(seed('{client_id: a, scope: openid}'));
    expect(await apply(seed('{client_id: b}'))).toMatchObject({ updated: 1 });
    expect((await named('other')).options).toEqual({ client_id: 'b' });
  });

  test('clients that are not listed are switched off; none listed, or left out by name, changes none', async () => {
    const seed = (list: string) => `databases: [{name: Customers, enabled_clients: ${list}}]\n`;
    expect(await apply(seed('[]'))).toMatchObject({ updated: 0, unchanged: 1 });
    const excluded = { AUTH0_EXCLUDED_CLIENTS: 'Portal' };
    expect(await apply(seed('[Shop]'), excluded)).toMatchObject({ updated: 0, unchanged: 1 });
    expect(await apply(seed('[Portal]'))).toMatchObject({ updated: 1 });
    expect((await named('Customers')).enabled_clients).toEqual(await clientIds('Portal'));
    await apply(seed('[Shop, Portal]'));
  });

  test.each([
    ['AUTH0_EXCLUDED', '["databases", "connections"]'],
    ['AUTH0_INCLUDED_ONLY', '["clients"]'],
  ])('none by %s=%s', async (name, value) => {
    const report = await apply('databases: [{name: No}]\nconnections: [{name: no, strategy: oidc}]\n', {
      [name]: value,
    });
    expect(report).toMatchObject({ created: 0, warnings: [] });
  });

  test('those that are left out by name, and those that are not among the included', async () => {
    const settings = {
      AUTH0_EXCLUDED_DATABASES: 'No',
      AUTH0_EXCLUDED_CONNECTIONS: 'not',
      AUTH0_INCLUDED_CONNECTIONS: 'not,kept',
    };
    const text = [
      'databases: [{name: No}]',
      'connections:',
      '  - {name: not, strategy: oidc}',
      '  - {name: neither, strategy: oidc}',
      '  - {name: kept, strategy: oidc}',
      '',
    ].join('\n');
    expect(await apply(text, settings)).toMatchObject({ created: 1 });
  });

  test('what there are no operations for is named; so is a strategy that would have to change', async () => {
    const { warnings } = await apply(
      'connections: [{name: partner, strategy: samlp, scim_configuration: {user_id_attribute: id, mapping: []}}]\n',
    );
    expect(warnings).toEqual([
      'connections: `scim_configuration` was left out: Grantry does not take it from a seed',
      'connections: `partner` has another strategy, which cannot be changed',
    ]);
  });

  test('connections can be in another folder of a directory', async () => {
    const root = await there.write({ 'idps/elsewhere.json': '{"name": "elsewhere", "strategy": "oidc"}' });
    const report = await there.apply(root, { AUTH0_CONNECTIONS_DIRECTORY: 'idps' });
    expect(report).toMatchObject({ created: 1, warnings: [] });
  });

  test('mistakes, each at its place, and nothing is applied', async () => {
    const before = await there.state();
    const mistakes = await there.mistakesOf(
      await there.write({
        'tenant.yaml': [
          'databases:',
          '  - name: Bad name',
          '    enabled_clients: [Shop, Nobody]',
          '    options: {passwordPolicy: strong}',
          '  - name: Scripts',
          '    options: {customScripts: {login: ./missing.js}}',
          '  - name: Foreign',
          '    strategy: samlp',
          '  - name: Hash',
          '    options: {custom_password_hash: {action_id: No action}}',
          'connections:',
          '  - name: nothing',
          '  - name: mail',
          '    strategy: email',
          '    options: {email: {body: ./missing.html}}',
          '  - name: idp',
          '    strategy: samlp',
          '    enabled_clients: Shop',
          '    options: {idpinitiated: {client_id: Nobody}}',
          '  - {name: twice, strategy: oidc}',
          '  - {name: twice, strategy: okta}',
          '  - {name: three, strategy: oidc, enabled_clients: [3]}',
          '  - {name: Customers, strategy: oidc}',
          '',
        ].join('\n'),
      }),
    );
    expect(
      mistakes.map(({ line, column, message }) => `${line}:${column} ${message.split("'")[1] ?? message}`),
    ).toEqual([
      '2:11 String does not match pattern ^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$: Bad name',
      '3:29 there is no client `Nobody`, neither in the seed nor on the server',
      '4:31 No enum match for: strong',
      '6:38 there is no file ./missing.js',
      '8:15 the strategy of a database is `auth0`',
      '10:49 there is no action `No action`, neither in the seed nor on the server',
      '12:5 Missing required property: strategy',
      '15:29 there is no file ./missing.html',
      '18:22 Expected type array but found type string',
      '19:41 there is no client `Nobody`, neither in the seed nor on the server',
      expect.stringMatching(/^21:5 a second entry for the same object of connections/),
      '22:53 the client has to be named',
      '23:5 A connection with the same name already exists',
    ]);
    expect(await there.state()).toEqual(before);
  });
});
