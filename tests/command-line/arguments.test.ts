import { parseArguments, UsageError, usage } from '../../src/arguments.js';

test.each([
  ['start', {}],
  ['start --port 4000', { PORT: '4000' }],
  ['start --port=4000', { PORT: '4000' }],
  ['--port 4000 start', { PORT: '4000' }],
  [
    'start --host 0.0.0.0 --public-url https://auth.example.com',
    { HOST: '0.0.0.0', PUBLIC_URL: 'https://auth.example.com' },
  ],
  ['start --data-dir /var/lib/grantry --tls', { DATA_DIR: '/var/lib/grantry', TLS: 'auto' }],
])('`grantry %s` starts with those settings', (line, environment) => {
  expect(parseArguments(line.split(' '))).toEqual({ command: 'start', environment, seed: null });
});

test.each([
  ['start --seed tenant.yaml', { path: 'tenant.yaml' }],
  ['start --seed tenant --seed-config config.json', { path: 'tenant', configFile: 'config.json' }],
])('`grantry %s` starts with that seed', (line, seed) => {
  expect(parseArguments(line.split(' '))).toEqual({ command: 'start', environment: {}, seed });
});

test.each([
  ['--help', 'help'],
  ['-h', 'help'],
  ['start --help', 'help'],
  ['--version', 'version'],
  ['-v', 'version'],
])('`grantry %s` only tells', (line, command) => {
  expect(parseArguments(line.split(' '))).toEqual({ command });
});

test.each([
  ['', 'there is no command'],
  ['stop', 'there is no command "stop"'],
  ['start again', 'start takes no "again"'],
  ['start --prot 4000', "Unknown option '--prot'"],
  ['start --seed-config config.json', '--seed-config needs --seed'],
  ['start --port', "Option '--port <value>' argument missing"],
  ['start --tls=yes', "Option '--tls' does not take an argument"],
  ['start -p 4000', "Unknown option '-p'"],
])('`grantry %s` is refused, and why', (line, message) => {
  const refused = () => parseArguments(line.split(' ').filter((word) => word !== ''));
  expect(refused).toThrow(UsageError);
  expect(refused).toThrow(message);
});

test('the usage names every option', () => {
  for (const option of [
    '--seed',
    '--seed-config',
    '--port',
    '--host',
    '--public-url',
    '--data-dir',
    '--tls',
    '--help',
    '--version',
  ]) {
    expect(usage).toContain(option);
  }
});
