import { parseArgs } from 'node:util';

const COMMANDS = ['start', 'health'] as const;

export const usage = `Usage: grantry start [options]

Starts a server. Settings come from the environment or a file .env (.env.example has every one); these options come
before both:

  --port <number>        listens there; 0 for any port that is free (PORT)
  --host <address>       listens on this address (HOST)
  --public-url <url>     its address as others know it (PUBLIC_URL)
  --data-dir <folder>    where the embedded database is kept (DATA_DIR)
  --seed <path>          has what this YAML file or directory of auth0-deploy-cli says
  --seed-config <file>   takes the settings of auth0-deploy-cli from this file
  --tls                  serves HTTPS with a certificate of its own authority (TLS=auto)

Other commands:

  grantry health         asks the server that these settings start whether it can serve; ends with 0 or 1
  grantry --help
  grantry --version
`;

/** The command line makes no sense. The message says what of it. */
export class UsageError extends Error {}

/** A seed, and the configuration file of auth0-deploy-cli that goes with it. */
export interface SeedOnCommandLine {
  readonly path: string;
  readonly configFile?: string;
}

export type Asked =
  | { readonly command: 'help' }
  | { readonly command: 'version' }
  | {
      readonly command: (typeof COMMANDS)[number];
      /** What the options say, as settings (see config.ts). */
      readonly environment: Readonly<Record<string, string>>;
      readonly seed: SeedOnCommandLine | null;
    };

/** @param words what follows the name of the program. @throws UsageError */
export function parseArguments(words: readonly string[]): Asked {
  const { values, positionals } = parse(words);
  if (values.help) return { command: 'help' };
  if (values.version) return { command: 'version' };
  const [word, ...others] = positionals;
  if (word === undefined) throw new UsageError('there is no command');
  const command = COMMANDS.find((each) => each === word);
  if (command === undefined) throw new UsageError(`there is no command ${JSON.stringify(word)}`);
  if (others.length > 0) throw new UsageError(`${command} takes no ${JSON.stringify(others[0])}`);
  const { seed: path, 'seed-config': configFile } = values;
  if (path === undefined && configFile !== undefined) throw new UsageError('--seed-config needs --seed');
  if (path !== undefined && command !== 'start') throw new UsageError(`${command} takes no --seed`);
  return {
    command,
    seed: path === undefined ? null : { path, ...(configFile !== undefined && { configFile }) },
    environment: {
      ...(values.port !== undefined && { PORT: values.port }),
      ...(values.host !== undefined && { HOST: values.host }),
      ...(values['public-url'] !== undefined && { PUBLIC_URL: values['public-url'] }),
      ...(values['data-dir'] !== undefined && { DATA_DIR: values['data-dir'] }),
      ...(values.tls && { TLS: 'auto' }),
    },
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        'public-url': { type: 'string' },
        'data-dir': { type: 'string' },
        seed: { type: 'string' },
        'seed-config': { type: 'string' },
        tls: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    });
  } catch (error) {
    // Node's messages name the option and go on, after a full stop, with advice for positional arguments.
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}
