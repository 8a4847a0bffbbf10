import { ConfigError, readConfig } from '../../src/config.js';
import { platformChoices } from '../../src/policy/platform-choices.js';

/** The messages of a configuration that cannot be used, one for each mistake. */
function mistakesIn(env: Record<string, string>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const HEX = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
const KEY = Buffer.from(HEX, 'hex');
const DATABASE = 'postgresql://user:database-password@db.example.com:5432/grantry';

test('an empty environment gives the defaults', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 3000,
    publicUrl: new URL('http://127.0.0.1:3000'),
    trustedProxies: [],
    tls: null,
    dataDir: '.data/',
    databaseUrl: undefined,
    bootstrapClient: { id: undefined, secret: undefined },
    encryptionKey: undefined,
    logLevel: 'info',
    logRetentionDays: 30,
    reasonHeader: true,
    snapshots: false,
    testLogin: false,
    actions: true,
    choices: platformChoices,
  });
});

test('every key has its place', () => {
  const env = {
    HOST: '10.0.0.1',
    PORT: '8080',
    PUBLIC_URL: 'https://auth.example.com',
    TRUSTED_PROXIES: '10.0.0.0/8, loopback',
    TLS: 'off',
    TLS_CERT: '/etc/tls/cert.pem',
    TLS_KEY: '/etc/tls/key.pem',
    DATA_DIR: '/var/lib/grantry',
    DATABASE_URL: DATABASE,
    BOOTSTRAP_CLIENT_ID: 'ci-client_1',
    BOOTSTRAP_CLIENT_SECRET: 'sixteen letters!',
    ENCRYPTION_KEY: HEX,
    LOG_LEVEL: 'warn',
    LOG_RETENTION_DAYS: '7',
    REASON_HEADER: 'off',
    SNAPSHOTS: 'on',
    TEST_LOGIN: 'on',
    ACTIONS: 'off',
    CLIENT_CREDENTIALS_SCOPES: 'requested_part',
  };
  expect(readConfig(env)).toEqual({
    host: '10.0.0.1',
    port: 8080,
    publicUrl: new URL('https://auth.example.com'),
    trustedProxies: ['10.0.0.0/8', 'loopback'],
    tls: { certificate: '/etc/tls/cert.pem', key: '/etc/tls/key.pem' },
    dataDir: '/var/lib/grantry',
    databaseUrl: DATABASE,
    bootstrapClient: { id: 'ci-client_1', secret: 'sixteen letters!' },
    encryptionKey: KEY,
    logLevel: 'warn',
    logRetentionDays: 7,
    reasonHeader: false,
    snapshots: true,
    testLogin: true,
    actions: false,
    choices: { ...platformChoices, clientCredentialsScopes: 'requested_part' },
  });
});

test('a configuration cannot be changed after it was read', () => {
  expect(Object.isFrozen(readConfig({}))).toBe(true);
});

test('an empty value counts as none', () => {
  const empty = {
    HOST: '',
    PORT: '',
    PUBLIC_URL: '',
    TLS: '',
    TLS_CERT: '',
    TLS_KEY: '',
    DATA_DIR: '',
    DATABASE_URL: '',
    BOOTSTRAP_CLIENT_ID: '',
    BOOTSTRAP_CLIENT_SECRET: '',
    ENCRYPTION_KEY: '',
    LOG_LEVEL: '',
    LOG_RETENTION_DAYS: '',
    REASON_HEADER: '',
    ACTIONS: '',
    CLIENT_CREDENTIALS_SCOPES: '',
  };
  expect(readConfig(empty)).toEqual(readConfig({}));
});

test('keys of others are left alone', () => {
  expect(readConfig({ PATH: '/bin', NODE_ENV: 'production', port: '1' })).toEqual(readConfig({}));
});

describe('PUBLIC_URL', () => {
  test.each([
    ['127.0.0.1', 'http://127.0.0.1:4000/'],
    ['0.0.0.0', 'http://localhost:4000/'],
    ['::', 'http://localhost:4000/'],
    ['::1', 'http://[::1]:4000/'],
    ['2001:db8::1', 'http://[2001:db8::1]:4000/'],
    ['auth.internal', 'http://auth.internal:4000/'],
  ])('is made of HOST %s and PORT where it is not given', (HOST, expected) => {
    expect(readConfig({ HOST, PORT: '4000' }).publicUrl.href).toBe(expected);
  });

  test.each([
    ['http://localhost:3000', 'http://localhost:3000/'],
    ['https://auth.example.com/', 'https://auth.example.com/'],
    ['https://AUTH.example.com:443', 'https://auth.example.com/'],
    ['http://[::1]:8080', 'http://[::1]:8080/'],
  ])('can be %s', (PUBLIC_URL, expected) => {
    expect(readConfig({ PUBLIC_URL }).publicUrl.href).toBe(expected);
  });

  test.each([
    'auth.example.com',
    'localhost:3000',
    'ftp://auth.example.com',
    'https://',
    'https://auth.example.com/tenant',
    'https://auth.example.com/?a=1',
    'https://auth.example.com/#a',
    'https://user@auth.example.com',
  ])('cannot be %s', (PUBLIC_URL) => {
    expect(mistakesIn({ PUBLIC_URL })).toEqual([
      `PUBLIC_URL must be http://host or https://host, with a port where needed and no path (it is "${PUBLIC_URL}")`,
    ]);
  });

  test('cannot have a password', () => {
    expect(mistakesIn({ PUBLIC_URL: 'https://:hidden@auth.example.com' })).toHaveLength(1);
  });
});

describe('a HOST that no address can be made of', () => {
  test.each(['not a host', 'fe80::1%eth0', 'a/b'])('is a mistake: %s', (HOST) => {
    expect(mistakesIn({ HOST })).toEqual([expect.stringMatching(/^(HOST|PUBLIC_URL) must be .+/)]);
  });

  test('can be listened on where PUBLIC_URL is given', () => {
    const env = { HOST: 'fe80::1%eth0', PUBLIC_URL: 'https://auth.example.com' };
    expect(readConfig(env)).toMatchObject({ host: 'fe80::1%eth0' });
  });
});

describe('whole numbers', () => {
  test.each([
    ['PORT', '0'],
    ['PORT', '1'],
    ['PORT', '65535'],
    ['LOG_RETENTION_DAYS', '1'],
    ['LOG_RETENTION_DAYS', '36500'],
  ])('%s can be %s', (key, value) => {
    expect(mistakesIn({ [key]: value })).toEqual([]);
  });

  test.each([
    ['PORT', '65536', '0 to 65535'],
    ['PORT', '-1', '0 to 65535'],
    ['PORT', '80.5', '0 to 65535'],
    ['PORT', '0x50', '0 to 65535'],
    ['PORT', ' 80', '0 to 65535'],
    ['PORT', '99999999999999999999', '0 to 65535'],
    ['PORT', 'http', '0 to 65535'],
    ['LOG_RETENTION_DAYS', '0', '1 to 36500'],
    ['LOG_RETENTION_DAYS', '36501', '1 to 36500'],
    ['LOG_RETENTION_DAYS', 'forever', '1 to 36500'],
  ])('%s cannot be %s', (key, value, range) => {
    expect(mistakesIn({ [key]: value })).toEqual([
      `${key} must be a whole number from ${range} (it is "${value}")`,
    ]);
  });
});

describe('words', () => {
  test.each([
    ['LOG_LEVEL', 'verbose', 'fatal, error, warn, info, debug, trace, silent'],
    ['LOG_LEVEL', 'INFO', 'fatal, error, warn, info, debug, trace, silent'],
    ['REASON_HEADER', 'true', 'on, off'],
    ['TLS', 'on', 'off, auto'],
    ['SNAPSHOTS', 'true', 'off, on'],
    ['CLIENT_CREDENTIALS_SCOPES', 'all', 'all_of_grant, requested_part'],
  ])('%s cannot be %s', (key, value, words) => {
    expect(mistakesIn({ [key]: value })).toEqual([`${key} must be one of ${words} (it is "${value}")`]);
  });
});

describe('TLS', () => {
  const CERT = '/etc/tls/cert.pem';
  const KEY_FILE = '/etc/tls/key.pem';

  test.each([
    ['TLS=auto', { TLS: 'auto' }, 'auto'],
    ['files', { TLS_CERT: CERT, TLS_KEY: KEY_FILE }, { certificate: CERT, key: KEY_FILE }],
  ])('with %s the address is https', (_name, env, tls) => {
    expect(readConfig(env)).toMatchObject({ publicUrl: new URL('https://127.0.0.1:3000'), tls });
  });

  test('off says nothing about PUBLIC_URL: a proxy may have the certificate', () => {
    expect(readConfig({ PUBLIC_URL: 'https://auth.example.com' }).tls).toBeNull();
  });

  test.each([
    [{ TLS_CERT: CERT }, 'TLS_KEY must be set when TLS_CERT is: a certificate is of no use without its key'],
    [
      { TLS_KEY: KEY_FILE },
      'TLS_CERT must be set when TLS_KEY is: a certificate is of no use without its key',
    ],
    [
      { TLS: 'auto', TLS_CERT: CERT, TLS_KEY: KEY_FILE },
      'TLS must not be auto when TLS_CERT or TLS_KEY is set: there would be two certificates',
    ],
    [
      { TLS: 'auto', PUBLIC_URL: 'http://localhost:3000' },
      'PUBLIC_URL must be https://host when TLS is on (it is "http://localhost:3000")',
    ],
    [
      { TLS_CERT: CERT, TLS_KEY: KEY_FILE, PUBLIC_URL: 'http://localhost:3000' },
      'PUBLIC_URL must be https://host when TLS is on (it is "http://localhost:3000")',
    ],
  ])('cannot be %j', (env, mistake) => {
    expect(mistakesIn(env)).toEqual([mistake]);
  });
});

describe('the database', () => {
  test('needs an encryption key of its own', () => {
    expect(mistakesIn({ DATABASE_URL: DATABASE })).toEqual([
      'ENCRYPTION_KEY must be set when DATABASE_URL is: secrets in that database are sealed with it',
    ]);
  });

  test('can be named by either scheme', () => {
    const env = { DATABASE_URL: 'postgres://localhost/grantry', ENCRYPTION_KEY: HEX };
    expect(readConfig(env).databaseUrl).toBe(env.DATABASE_URL);
  });

  test.each(['mysql://localhost/db', 'localhost:5432', 'postgresql://', 'postgresql://a b'])(
    'cannot be %s',
    (DATABASE_URL) => {
      expect(mistakesIn({ DATABASE_URL, ENCRYPTION_KEY: HEX })).toEqual([
        'DATABASE_URL must be a PostgreSQL address: postgresql://user:password@host:port/database',
      ]);
    },
  );
});

describe('ENCRYPTION_KEY', () => {
  test.each([
    ['hexadecimal digits', HEX],
    ['hexadecimal digits in capitals', HEX.toUpperCase()],
    ['base64', KEY.toString('base64')],
    ['base64 without padding', KEY.toString('base64').replace('=', '')],
  ])('can be %s', (_name, ENCRYPTION_KEY) => {
    expect(readConfig({ ENCRYPTION_KEY }).encryptionKey).toEqual(KEY);
  });

  test.each([
    ['too short', HEX.slice(2)],
    ['too long', `${HEX}00`],
    ['31 bytes of base64', Buffer.alloc(31).toString('base64')],
    ['a password', 'correct horse battery staple'],
    ['base64 with characters that it does not have', `${KEY.toString('base64').slice(0, 43)}!$ %`],
  ])('cannot be %s', (_name, ENCRYPTION_KEY) => {
    expect(mistakesIn({ ENCRYPTION_KEY })).toEqual([
      'ENCRYPTION_KEY must be 32 bytes, as 64 hexadecimal digits or as base64',
    ]);
  });
});

describe('the first client', () => {
  test.each(['a', 'A-b_9', 'x'.repeat(64)])('can have the id %s', (BOOTSTRAP_CLIENT_ID) => {
    expect(readConfig({ BOOTSTRAP_CLIENT_ID }).bootstrapClient.id).toBe(BOOTSTRAP_CLIENT_ID);
  });

  test.each(['x'.repeat(65), 'a b', 'a/b', 'ä', 'a\n'])('cannot have the id %j', (BOOTSTRAP_CLIENT_ID) => {
    expect(mistakesIn({ BOOTSTRAP_CLIENT_ID })).toEqual([
      `BOOTSTRAP_CLIENT_ID must be 1 to 64 letters, digits, - or _ (it is ${JSON.stringify(BOOTSTRAP_CLIENT_ID)})`,
    ]);
  });

  test.each([
    ['15 characters', 'x'.repeat(15), 'must have at least 16 characters'],
    ['513 characters', 'x'.repeat(513), 'must have at most 512 characters'],
  ])('cannot have a secret of %s', (_name, BOOTSTRAP_CLIENT_SECRET, message) => {
    expect(mistakesIn({ BOOTSTRAP_CLIENT_SECRET })).toEqual([`BOOTSTRAP_CLIENT_SECRET ${message}`]);
  });
});

describe('mistakes', () => {
  test('are all reported together', () => {
    const env = {
      PORT: 'http',
      PUBLIC_URL: 'auth.example.com',
      TLS_KEY: 'key.pem',
      DATABASE_URL: 'mysql://localhost',
      LOG_LEVEL: 'loud',
      REASON_HEADER: 'yes',
    };
    expect(mistakesIn(env).map((mistake) => mistake.split(' ')[0])).toEqual([
      'PORT',
      'PUBLIC_URL',
      'DATABASE_URL',
      'LOG_LEVEL',
      'REASON_HEADER',
      'ENCRYPTION_KEY',
      'TLS_CERT',
    ]);
  });

  test('never repeat a secret', () => {
    const secrets = {
      DATABASE_URL: 'mysql://user:database-password@localhost/db',
      BOOTSTRAP_CLIENT_SECRET: 'too-short',
      ENCRYPTION_KEY: 'not-a-key',
    };
    const text = mistakesIn({ ...secrets, PORT: 'x' }).join('\n');
    expect(text).toContain('BOOTSTRAP_CLIENT_SECRET');
    for (const secret of ['database-password', 'too-short', 'not-a-key']) expect(text).not.toContain(secret);
  });
});

describe('TRUSTED_PROXIES', () => {
  test.each([
    ['', []],
    ['127.0.0.1', ['127.0.0.1']],
    [' 10.0.0.0/8 ,fc00::/7,, loopback ', ['10.0.0.0/8', 'fc00::/7', 'loopback']],
  ])('can be "%s"', (TRUSTED_PROXIES, expected) => {
    expect(readConfig({ TRUSTED_PROXIES }).trustedProxies).toEqual(expected);
  });

  test.each(['all', '*', '10.0.0.0/33', 'proxy.example.com', 'true', '1'])(
    'cannot be %s',
    (TRUSTED_PROXIES) => {
      expect(mistakesIn({ TRUSTED_PROXIES })).toEqual([
        `TRUSTED_PROXIES must be a list of addresses, subnets (10.0.0.0/8), loopback, linklocal or uniquelocal, with commas between (it is "${TRUSTED_PROXIES}")`,
      ]);
    },
  );
});
