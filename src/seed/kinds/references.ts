import type { Path } from '../document.js';
import type { SeedRun } from '../run.js';
import type { Entry } from './kind.js';

/**
 * The id of an object that an entry refers to by its name.
 *
 * @param at where the entry has the name.
 * @returns null when the seed refers to what is not there, which is a mistake by then, or follows from one.
 */
export async function idOf(
  kind: 'client' | 'connection' | 'action',
  named: unknown,
  { entry, at, run }: { entry: Entry; at: Path; run: SeedRun },
): Promise<string | null> {
  if (typeof named !== 'string') {
    run.mistake(entry, at, `the ${kind} has to be named`);
    return null;
  }
  const found = await run.names[kind](named);
  if (found.kind === 'id') return found.id;
  if (found.kind === 'unknown')
    run.mistake(entry, at, `there is no ${kind} \`${named}\`, neither in the seed nor on the server`);
  return null;
}
