// What an organization of a seed has of connections, clients and discovery domains.

import { given, type Given } from './given.js';

const yaml = `
clients:
  - {name: Shop, app_type: regular_web}
databases:
  - name: Customers
connections:
  - {name: partner, strategy: oidc}
organizations:
  - name: acme
    display_name: Acme
    connections:
      - name: Customers
        assign_membership_on_login: true
        show_as_button: true
        is_signup_enabled: true
      - name: partner
        assign_membership_on_login: false
        show_as_button: false
        organization_access_level: limited
        is_enabled: true
    clients:
      - {client_id: Shop, use_for_member_access: true}
    discovery_domains:
      - {domain: acme.example.com, status: verified, use_for_organization_discovery: false}
      - {domain: acme.example.org, status: pending}
`;

/** As the tool exports it of the organization above, with what the server has added. */
const exported = `{
  "name": "acme",
  "display_name": "Acme",
  "connections": [
    {
      "name": "Customers", "assign_membership_on_login": true, "is_signup_enabled": true, "show_as_button": true,
      "organization_access_level": "none", "is_enabled": true
    },
    {
      "name": "partner", "assign_membership_on_login": false, "is_signup_enabled": false, "show_as_button": false,
      "organization_access_level": "limited", "is_enabled": true
    }
  ],
  "client_grants": [],
  "discovery_domains": [
    {
      "domain": "acme.example.com", "status": "verified", "use_for_organization_discovery": false,
      "verification_host": "_ss-verification.org.acme.example.com", "verification_txt": "0123"
    },
    {"domain": "acme.example.org", "status": "pending", "use_for_organization_discovery": true}
  ],
  "clients": [{"client_id": "Shop", "use_for_member_access": true}]
}`;

describe('parts of an organization of a seed', () => {
  let there: Given;
  let id: string;
  beforeAll(async () => {
    there = await given();
    const report = await there.apply(await there.write({ 'tenant.yaml': yaml }));
    expect(report).toMatchObject({ created: 4, warnings: [] });
    const { body } = await there.server.api('get', 'organizations/name/acme').expect(200);
    id = (body as { id: string }).id;
  });
  afterAll(() => there.close());

  const parts = async (name: string): Promise<unknown> =>
    (await there.server.api('get', `organizations/${id}/${name}`).expect(200)).body as unknown;
  const apply = async (text: string, settings: Record<string, string> = {}) =>
    there.apply(await there.write({ 'tenant.yaml': text }), settings);

  test('are as the seed says', async () => {
    expect(await parts('connections')).toMatchObject([
      {
        connection: { name: 'Customers' },
        assign_membership_on_login: true,
        show_as_button: true,
        is_signup_enabled: true,
      },
      { connection: { name: 'partner' }, show_as_button: false, organization_access_level: 'limited' },
    ]);
    expect(await parts('clients')).toMatchObject({
      clients: [{ use_for_member_access: true, client: { name: 'Shop' } }],
    });
    expect(await parts('discovery-domains')).toMatchObject({
      domains: [
        { domain: 'acme.example.com', status: 'verified', use_for_organization_discovery: false },
        { domain: 'acme.example.org', status: 'pending', use_for_organization_discovery: true },
      ],
    });
  });

  test('a second start, and what the tool exports of it as a directory, write nothing', async () => {
    const before = await there.state();
    const again = await apply(yaml);
    expect(again).toMatchObject({ created: 0, updated: 0, unchanged: 4, warnings: [] });
    const root = await there.write({ 'organizations/acme.json': exported });
    expect(await there.apply(root)).toMatchObject({ updated: 0, unchanged: 1, warnings: [] });
    expect(await there.state()).toEqual(before);
  });

  test('what differs is changed; connections that are not listed go, clients and domains stay', async () => {
    const report = await apply(
      [
        'organizations:',
        '  - name: acme',
        '    connections: [{name: Customers, is_signup_enabled: false}]',
        '    clients: [{client_id: Shop, use_for_member_access: false}]',
        '    discovery_domains: [{domain: acme.example.org, status: verified}]',
        '',
      ].join('\n'),
    );
    expect(report).toMatchObject({ updated: 1 });
    expect(await parts('connections')).toMatchObject([
      { connection: { name: 'Customers' }, is_signup_enabled: false, assign_membership_on_login: true },
    ]);
    expect(await parts('clients')).toMatchObject({ clients: [{ use_for_member_access: false }] });
    expect(await parts('discovery-domains')).toMatchObject({
      domains: [{ domain: 'acme.example.com' }, { domain: 'acme.example.org', status: 'verified' }],
    });
    const before = await there.state();
    await apply('organizations: [{name: acme, clients: [], discovery_domains: null}]\n');
    expect(await there.state()).toEqual(before);
    await apply(yaml);
  });

  test('a connection that the settings leave out is not missed', async () => {
    const text = 'organizations: [{name: acme, connections: [{name: Customers}, {name: elsewhere}]}]\n';
    const report = await apply(text, { AUTH0_EXCLUDED: 'connections' });
    expect(report.warnings).toEqual([
      'organizations: the connection `elsewhere` was left out: it is not on the server',
    ]);
    await apply(yaml);
  });

  test('mistakes, each at its place, and nothing is applied', async () => {
    const before = await there.state();
    const mistakes = await there.mistakesOf(
      await there.write({
        'tenant.yaml': [
          'connections: [{name: broken, strategy: oidc, metadata: 3}]',
          'organizations:',
          '  - name: acme',
          '    connections:',
          '      - name: nowhere',
          '      - {name: partner, show_as_button: maybe}',
          '      - {name: broken}',
          '      - {show_as_button: true}',
          '      - {name: partner}',
          '    clients:',
          '      - {client_id: Nobody, use_for_member_access: true}',
          '      - {client_id: Management, use_for_member_access: 3}',
          '      - Shop',
          '    discovery_domains:',
          '      - {domain: nothing, status: verified}',
          '      - {domain: acme.example.com, status: maybe}',
          '  - name: other',
          '    clients: Shop',
          '',
        ].join('\n'),
      }),
    );
    const lines = mistakes.map(
      ({ line, column, message }) => `${line}:${column} ${message.split("'")[1] ?? message}`,
    );
    expect(lines).toEqual([
      '1:56 Expected type object but found type integer',
      '5:15 there is no connection `nowhere`, neither in the seed nor on the server',
      '6:41 Expected type boolean but found type string',
      '8:9 the connection has to be named',
      '9:9 a second entry for the same object of connections',
      '11:21 there is no client `Nobody`, neither in the seed nor on the server',
      '12:56 Expected type boolean but found type integer',
      '13:9 Expected type object but found type string',
      expect.stringMatching(/^15:18 String does not match pattern/),
      '16:44 No enum match for: maybe',
      '18:14 Expected type array but found type string',
    ]);
    expect(await there.state()).toEqual(before);
  });
});
