// The environment, read once and checked whole. Nothing else reads process.env. .env.example explains every key.

import { z } from 'zod';
import { trusting } from './http/connection.js';
import { type PlatformChoices, platformChoices } from './policy/platform-choices.js';

/** Keys whose values are never repeated in a message. */
const SECRET_KEYS = new Set(['DATABASE_URL', 'BOOTSTRAP_CLIENT_SECRET', 'ENCRYPTION_KEY']);

/** 32 bytes as 64 hexadecimal digits or as base64 (44 characters, or 43 without padding). */
const encryptionKey = z.string().transform((text, context) => {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  context.addIssue({ code: 'custom', message: 'must be 32 bytes, as 64 hexadecimal digits or as base64' });
  return z.NEVER;
});

/** A text that names a server and nothing else; null for any other. */
function originOf(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  // What is beyond the origin would be lost: a path, a query, credentials.
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` ? url : null;
}

const publicUrl = z.string().transform((text, context) => {
  const url = originOf(text);
  if (url !== null) return url;
  context.addIssue({
    code: 'custom',
    message: 'must be http://host or https://host, with a port where needed and no path',
  });
  return z.NEVER;
});

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const proxies = z
  .string()
  .default('')
  .transform((text, context) => {
    const list = text.split(',').flatMap((part) => part.trim() || []);
    try {
      trusting(list);
      return list;
    } catch {
      const message =
        'must be a list of addresses, subnets (10.0.0.0/8), loopback, linklocal or uniquelocal, with commas between';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  });

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).prefault('3000'),
  PUBLIC_URL: publicUrl.optional(),
  TRUSTED_PROXIES: proxies,
  TLS: oneOf(['off', 'auto']).default('off'),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  DATA_DIR: z.string().default('.data/'),
  DATABASE_URL: z
    .string()
    .regex(
      /^postgres(ql)?:\/\/\S+$/,
      'must be a PostgreSQL address: postgresql://user:password@host:port/database',
    )
    .optional(),
  BOOTSTRAP_CLIENT_ID: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _')
    .optional(),
  BOOTSTRAP_CLIENT_SECRET: z
    .string()
    .min(16, 'must have at least 16 characters')
    .max(512, 'must have at most 512 characters')
    .optional(),
  ENCRYPTION_KEY: encryptionKey.optional(),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LOG_RETENTION_DAYS: wholeNumber(1, 36_500).prefault('30'),
  REASON_HEADER: oneOf(['on', 'off']).default('on'),
  SNAPSHOTS: oneOf(['off', 'on']).default('off'),
  TEST_LOGIN: oneOf(['off', 'on']).default('off'),
  ACTIONS: oneOf(['on', 'off']).default('on'),
  CLIENT_CREDENTIALS_SCOPES: oneOf(['all_of_grant', 'requested_part']).default(
    platformChoices.clientCredentialsScopes,
  ),
});

/** Every key that the server reads. */
export const configKeys = Object.keys(environment.shape);

export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Base of everything that the server says about itself. Port 0 stands for the port that it listens on. */
  readonly publicUrl: URL;
  /** Whose `X-Forwarded-For` is believed. Empty: nobody's. */
  readonly trustedProxies: readonly string[];
  /** `auto`: with an authority of its own. Else the operator's PEM files. Null: plain HTTP. */
  readonly tls: 'auto' | { readonly certificate: string; readonly key: string } | null;
  readonly dataDir: string;
  /** Undefined: the embedded database under `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly bootstrapClient: { readonly id: string | undefined; readonly secret: string | undefined };
  /** Undefined: the key in `dataDir`, made at the first start. */
  readonly encryptionKey: Buffer | undefined;
  readonly logLevel: string;
  readonly logRetentionDays: number;
  readonly reasonHeader: boolean;
  /** Whether the state can be remembered and put back through HTTP. */
  readonly snapshots: boolean;
  /** Whether a script can sign users in without a page. */
  readonly testLogin: boolean;
  /** Whether Actions run. */
  readonly actions: boolean;
  readonly choices: PlatformChoices;
}

/** The environment cannot be used. The message lists every mistake, one to a line. */
export class ConfigError extends Error {}

/** Where people reach a server that listens on every address. */
function defaultPublicUrl(host: string, port: number, scheme: 'http' | 'https'): URL | null {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return originOf(`${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`);
}

function tlsMistakes(given: Readonly<Record<string, string | undefined>>, isOn: boolean): string[] {
  const mistakes: string[] = [];
  const { TLS, TLS_CERT, TLS_KEY, PUBLIC_URL } = given;
  if ((TLS_CERT === undefined) !== (TLS_KEY === undefined)) {
    const [set, missing] = TLS_CERT === undefined ? ['TLS_KEY', 'TLS_CERT'] : ['TLS_CERT', 'TLS_KEY'];
    mistakes.push(`${missing} must be set when ${set} is: a certificate is of no use without its key`);
  }
  if (TLS === 'auto' && (TLS_CERT !== undefined || TLS_KEY !== undefined)) {
    mistakes.push('TLS must not be auto when TLS_CERT or TLS_KEY is set: there would be two certificates');
  }
  if (isOn && /^http:/i.test(PUBLIC_URL ?? '')) {
    mistakes.push(`PUBLIC_URL must be https://host when TLS is on (it is ${JSON.stringify(PUBLIC_URL)})`);
  }
  return mistakes;
}

function tlsOf({ TLS, TLS_CERT, TLS_KEY }: z.infer<typeof environment>): Config['tls'] {
  if (TLS_CERT !== undefined && TLS_KEY !== undefined) return { certificate: TLS_CERT, key: TLS_KEY };
  return TLS === 'auto' ? 'auto' : null;
}

/**
 * Reads the configuration. An empty value counts as none.
 *
 * @throws ConfigError with all mistakes together.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const read = environment.safeParse(given);
  const mistakes = read.success
    ? []
    : read.error.issues.map(({ path, message }) => {
        const key = String(path[0]);
        const shown = SECRET_KEYS.has(key) ? '' : ` (it is ${JSON.stringify(given[key])})`;
        return `${key} ${message}${shown}`;
      });
  if (given['DATABASE_URL'] !== undefined && given['ENCRYPTION_KEY'] === undefined) {
    mistakes.push(
      'ENCRYPTION_KEY must be set when DATABASE_URL is: secrets in that database are sealed with it',
    );
  }
  const isTlsOn =
    given['TLS'] === 'auto' || given['TLS_CERT'] !== undefined || given['TLS_KEY'] !== undefined;
  mistakes.push(...tlsMistakes(given, isTlsOn));
  const scheme = isTlsOn ? 'https' : 'http';
  const url = read.success
    ? (read.data.PUBLIC_URL ?? defaultPublicUrl(read.data.HOST, read.data.PORT, scheme))
    : null;
  if (read.success && url === null) {
    mistakes.push('PUBLIC_URL must be set where HOST is no name or address that a URL can have');
  }
  if (!read.success || url === null || mistakes.length > 0) throw new ConfigError(mistakes.join('\n'));

  const values = read.data;
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    publicUrl: url,
    trustedProxies: values.TRUSTED_PROXIES,
    tls: tlsOf(values),
    dataDir: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL,
    bootstrapClient: { id: values.BOOTSTRAP_CLIENT_ID, secret: values.BOOTSTRAP_CLIENT_SECRET },
    encryptionKey: values.ENCRYPTION_KEY,
    logLevel: values.LOG_LEVEL,
    logRetentionDays: values.LOG_RETENTION_DAYS,
    reasonHeader: values.REASON_HEADER === 'on',
    snapshots: values.SNAPSHOTS === 'on',
    testLogin: values.TEST_LOGIN === 'on',
    actions: values.ACTIONS === 'on',
    choices: { ...platformChoices, clientCredentialsScopes: values.CLIENT_CREDENTIALS_SCOPES },
  });
}
