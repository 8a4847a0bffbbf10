// Each kind of mistake, with the place that it is reported at.

import { given, type Given } from './given.js';

interface Row {
  readonly name: string;
  readonly yaml: string;
  readonly env?: Record<string, string>;
  /** `line:column message` of every mistake, in order. */
  readonly mistakes: readonly string[];
}

const rows: readonly Row[] = [
  {
    name: 'YAML that cannot be read: every place that the parser finds',
    yaml: 'clients:\n  - name: [A\nclientGrants: }\n',
    mistakes: [
      '3:1 Flow sequence in block collection must be sufficiently indented and end with a ]',
      '3:15 Unexpected flow-map-end token in YAML stream: "}"',
    ],
  },
  {
    name: 'a key that stands twice',
    yaml: 'clients:\n  - name: A\n    name: B\n',
    mistakes: ['3:5 Map keys must be unique'],
  },
  {
    name: 'something else than a mapping of kinds',
    yaml: '- clients\n',
    mistakes: ['1:1 a seed is a mapping of kinds, not of type array'],
  },
  {
    name: 'a kind that is no list, and an entry that is no object',
    yaml: 'clients: {name: A}\norganizations:\n  - acme\n',
    mistakes: [
      '1:10 Expected type array but found type object',
      '3:5 Expected type object but found type string',
    ],
  },
  {
    name: 'keywords without a value, in and out of quotes, also where YAML sees a comment',
    yaml: [
      'clients:',
      '  - name: A',
      '    callbacks: @@CALLBACKS@@',
      '    description: "in ##STAGE##"',
      '  - name: Nightly ##STAGE##',
      'organizations:',
      '  - name: ##ORGANIZATION##',
      '',
    ].join('\n'),
    mistakes: [
      '3:16 the keyword @@CALLBACKS@@ has no value',
      '4:18 the keyword ##STAGE## has no value',
      '7:11 the keyword ##ORGANIZATION## has no value',
      "7:11 Payload validation error: 'Expected type string but found type null' on property name (Name of the organization, in lower case).",
    ],
  },
  {
    name: 'what the contract does not accept: every place, in the words of the API, where the file has it',
    yaml: [
      'resourceServers:',
      '  - identifier: ##API##',
      '    token_lifetime: a lot',
      '    scopes:',
      '      - value: read:a',
      '        descriptoin: Read',
      '      - description: none',
      '',
    ].join('\n'),
    env: { API: 'https://a.very.long.address.that.moves.nothing.example.com/' },
    mistakes: [
      "3:21 Payload validation error: 'Expected type integer but found type string' on property token_lifetime (Seconds that tokens are valid).",
      "6:9 Payload validation error: 'Additional properties not allowed: descriptoin' on property scopes[0] (A scope of the API).",
      "7:9 Payload validation error: 'Missing required property: value' on property scopes[1] (A scope of the API).",
    ],
  },
  {
    name: 'a place behind a keyword on the same line',
    yaml: 'resourceServers: [{identifier: ##API##, signing_alg: NONE}]\n',
    env: { API: 'https://api.example.com/' },
    mistakes: [
      "1:54 Payload validation error: 'No enum match for: NONE' on property signing_alg (Algorithm that signs tokens).",
    ],
  },
  {
    name: 'names that lead nowhere',
    yaml: [
      'clientGrants:',
      '  - client_id: Nobody',
      '    audience: https://api.example.com/',
      '    scope: []',
      '  - client_id: Management',
      '    audience: https://nowhere.example.com/',
      '    scope: []',
      'organizations:',
      '  - name: acme',
      '    client_grants:',
      '      - client_id: Nobody',
      '',
    ].join('\n'),
    mistakes: [
      '2:16 there is no client `Nobody`, neither in the seed nor on the server',
      '6:15 there is no API `https://nowhere.example.com/`, neither in the seed nor on the server',
      '11:20 there is no client `Nobody`, neither in the seed nor on the server',
    ],
  },
  {
    name: 'what follows from another mistake is not reported',
    yaml: [
      'resourceServers:',
      '  - {name: A, identifier: https://a.example.com/, token_lifetime: x}',
      'clients:',
      '  - {name: C, app_type: x}',
      'clientGrants:',
      '  - {client_id: C, audience: https://a.example.com/, scope: []}',
      '  - {client_id: Management, audience: https://a.example.com/, scope: []}',
      'organizations:',
      '  - {name: acme, client_grants: [{client_id: C}]}',
      '',
    ].join('\n'),
    mistakes: [
      "2:67 Payload validation error: 'Expected type integer but found type string' on property token_lifetime (Seconds that tokens are valid).",
      "4:25 Payload validation error: 'No enum match for: x' on property app_type (Type of the application).",
    ],
  },
  {
    name: 'the same object twice, also under another spelling of it',
    yaml: [
      'resourceServers:',
      '  - {name: A, identifier: https://a.example.com/}',
      '  - {name: B, identifier: https://a.example.com/}',
      'clients:',
      '  - {name: C, client_id: idOfC}',
      '  - {name: C}',
      'clientGrants:',
      '  - {client_id: C, audience: https://a.example.com/, scope: []}',
      '  - {client_id: idOfC, audience: https://a.example.com/, scope: [], subject_type: client}',
      '',
    ].join('\n'),
    mistakes: [
      '3:5 a second entry for the same object of resourceServers; the first is at tenant.yaml:2:5',
      '6:5 a second entry for the same object of clients; the first is at tenant.yaml:5:5',
      '9:5 a second entry for the same object of clientGrants; the first is at tenant.yaml:8:5',
    ],
  },
  {
    name: "the platform's rules, at the member that breaks them",
    yaml: [
      'clients:',
      '  - name: Browser',
      '    token_endpoint_auth_method: none',
      '    grant_types: [client_credentials]',
      '  - name: Partner',
      '    is_first_party: false',
      '    app_type: regular_web',
      'clientGrants:',
      '  - default_for: third_party_clients',
      '    audience: ##MANAGEMENT##',
      '    scope: [read:clients]',
      '  - audience: ##MANAGEMENT##',
      '    scope: []',
      '  - client_id: Partner',
      '    audience: ##MANAGEMENT##',
      '    scope: []',
      '',
    ].join('\n'),
    mistakes: [
      '4:18 Invalid grant types: client_credentials',
      '9:18 `default_for` cannot be provided when `audience` is a system API',
      '12:5 Exactly one of `client_id` and `default_for` must be provided',
      '14:5 Client grants for this API cannot be created for third-party clients.',
    ],
  },
];

describe('mistakes in a seed', () => {
  let there: Given;
  beforeAll(async () => {
    there = await given();
  });
  afterAll(() => there.close());

  const report = async (files: Record<string, string>, env: Record<string, string> = {}) => {
    const seed = await there.write(files);
    const all = { MANAGEMENT: there.server.tenant.identifierOf('management'), ...env };
    return there.mistakesOf(seed, all);
  };

  test.each(rows)('$name', async ({ yaml, env, mistakes }) => {
    const before = await there.state();
    const found = await report({ 'tenant.yaml': yaml }, env);
    const lines = found.map(({ line, column, message }) => `${line}:${column} ${message}`);
    // The directory of the seed has another name in every run.
    expect(lines.map((line) => line.replace(/\S*tenant\.yaml/, 'tenant.yaml'))).toEqual(mistakes);
    expect(found.every(({ file }) => file === 'tenant.yaml')).toBe(true);
    expect(await there.state()).toEqual(before);
  });

  test('one bad entry of many: nothing is applied', async () => {
    const before = await there.state();
    const good = Array.from({ length: 20 }, (_, index) => `  - name: Good ${index}\n`).join('');
    const found = await report({ 'tenant.yaml': `clients:\n${good}  - name: Bad\n    app_type: x\n` });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ line: 23, column: 15 });
    expect(await there.state()).toEqual(before);
    const { body } = await there.server.api('get', 'clients?per_page=100').expect(200);
    expect(JSON.stringify(body)).not.toContain('Good');
  });

  test('a directory: files that cannot be read, each at its place, and what is wrong with the others', async () => {
    const found = await report({
      'clients/a.json': '{\n  "name": "A",\n  "app_type": "x"\n}',
      'clients/b.json': '{"name": "B",\n "callbacks": [',
      'clients/c.json': '{\n  "name": "C",\n  "callbacks": @@CALLBACKS@@\n}',
      'clients/d.json': "{\n  'name': nothing\n}",
      'clients/e.json': '{\n  "name": "E",\n}',
      'grants/f.json': '{"client_id": "B", "audience": "https://nowhere.example.com/", "scope": "all"}',
    });
    expect(found.map(({ file, line, column }) => `${file}:${line}:${column}`)).toEqual([
      'clients/a.json:3:15',
      'clients/b.json:2:16',
      'clients/b.json:2:16',
      'clients/c.json:3:16',
      'clients/d.json:2:3',
      'clients/d.json:2:11',
      'clients/e.json:3:1',
      'grants/f.json:1:73',
    ]);
  });

  test('there is no such seed, and a file that is no seed', async () => {
    const failing = (seed: string) => there.mistakesOf(seed).then(([first]) => first?.message);
    expect(await failing('/nowhere/tenant.yaml')).toBe('there is no such file or directory');
    const directory = await there.write({ 'tenant.txt': 'clients: []' });
    expect(await failing(`${directory}/tenant.txt`)).toMatch(/^a seed is a directory or a file/);
  });

  test('settings that contradict each other', async () => {
    const seed = await there.write({ 'tenant.yaml': 'clients: []\n' });
    const env = { AUTH0_EXCLUDED: '["clients"]', AUTH0_INCLUDED_ONLY: '["roles"]' };
    const [mistake] = await there.mistakesOf(seed, env);
    expect(mistake?.message).toBe('AUTH0_EXCLUDED and AUTH0_INCLUDED_ONLY cannot be used together');
  });
});
