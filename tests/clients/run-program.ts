import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Run {
  readonly status: number | null;
  /** What it printed, both streams. */
  readonly output: string;
  readonly stdout: string;
}

/** Runs a program to its end, with no other environment than the one that is given. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env: Record<string, string | undefined> },
): Promise<Run> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(child, 'close');
  return { status: child.exitCode, output, stdout };
}
