// Runs shell blocks one after the other in one bash process, so that a block sees the variables of those before it, as it
// does in the shell of somebody who pastes them.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface BlockRun {
  /** Null when the block was not reached. */
  readonly exitCode: number | null;
  /** What it printed. */
  readonly output: string;
  /** The HTTP status of each curl in it, in order; whatever else came on standard error is here too. */
  readonly statuses: string;
}

class CurlMissing extends Error {
  constructor() {
    super('curl is not on this machine, and docs/curl.md cannot be run without it: install curl');
  }
}

/** @throws CurlMissing */
export async function requireCurl(): Promise<void> {
  const { exitCode } = await run('curl', ['--version'], tmpdir());
  if (exitCode !== 0) throw new CurlMissing();
}

/** Standard error is for what went wrong outside the blocks, such as a syntax error. */
function run(
  command: string,
  args: readonly string[],
  directory: string,
): Promise<{ exitCode: number | null; stderr: string }> {
  // Nothing of the caller's: a proxy or a .curlrc of theirs would decide what is tested. Ours makes every curl say its status.
  const env = {
    PATH: process.env['PATH'],
    HOME: directory,
    CURL_HOME: directory,
    LC_ALL: 'C',
  };
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { cwd: directory, env, timeout: 25_000 },
      (_error, _out, stderr) => {
        resolve({ exitCode: child.exitCode, stderr });
      },
    );
    child.stdin?.end();
  });
}

const EXIT_TRAP = 'trap \'echo $? >"$BLOCK.exit"\' EXIT';

/** A block stops the script when it fails; its number is in `BLOCK`, so the trap says which one that was. */
const numbered = (code: string, index: number): string =>
  `BLOCK=${index}\n{\n${code}\n} >${index}.out 2>${index}.err\necho 0 >${index}.exit`;

/** Runs the blocks. Those after one that fails are not reached, and their `exitCode` is null. */
export async function runBlocks(blocks: readonly string[]): Promise<readonly BlockRun[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'grantry-curl-'));
  try {
    await writeFile(path.join(directory, '.curlrc'), 'write-out = "%{stderr}%{http_code}\\n"\n');
    await writeFile(path.join(directory, 'page.sh'), [EXIT_TRAP, ...blocks.map(numbered)].join('\n'));
    const { stderr } = await run('bash', ['-euo', 'pipefail', 'page.sh'], directory);
    if (stderr !== '') throw new Error(`bash could not run the page: ${stderr}`);
    const read = (name: string): Promise<string | null> =>
      readFile(path.join(directory, name), 'utf8').catch(() => null);
    return await Promise.all(
      blocks.map(async (_code, index) => {
        const exitCode = await read(`${index}.exit`);
        return {
          exitCode: exitCode === null ? null : Number(exitCode),
          output: (await read(`${index}.out`)) ?? '',
          statuses: ((await read(`${index}.err`)) ?? '').trim().split('\n').join(' '),
        };
      }),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
