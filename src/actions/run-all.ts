import type { ActionOutput, ActionsOutcome, DeployedAction, RunnableTrigger } from '../domain/action.js';
import type { JsonObject } from '../domain/json.js';
import { recorderFor } from './changes.js';
import type { ActionLimits } from './limits.js';
import type { Sandbox } from './sandbox.js';

/** What the Actions of a trigger are to be run with. It crosses from thread to thread. */
export interface ActionsJob {
  readonly trigger: RunnableTrigger;
  readonly actions: readonly DeployedAction[];
  /** Without secrets: each Action has its own. */
  readonly event: JsonObject;
  readonly limits: ActionLimits;
}

const MAX_FAILURE_LENGTH = 300;
/** Shorter ones would be found in any text. */
const MIN_SECRET_LENGTH = 4;

/** Takes the values of secrets out of what is going to a log. */
function withoutSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  const values = Object.values(secrets).filter(({ length }) => length >= MIN_SECRET_LENGTH);
  return values.reduce((left, value) => left.replaceAll(value, '[secret]'), text);
}

/**
 * Runs Actions in their order, until one denies or fails.
 *
 * @param running told which of them begins.
 */
export async function runAll(
  sandbox: Sandbox,
  job: ActionsJob,
  running: (index: number) => void,
): Promise<ActionsOutcome> {
  const { trigger, actions, event, limits } = job;
  const recorder = recorderFor(trigger, event);
  const output: ActionOutput[] = [];
  const ran: string[] = [];
  let timeMs = limits.timeMs;
  for (const [index, { name, code, secrets }] of actions.entries()) {
    running(index);
    const given = { ...event, secrets };
    const run = { trigger, code, event: JSON.stringify(given), recorder, limits, timeMs };
    const result = await sandbox.run(run);
    timeMs -= result.tookMs;
    if (result.output !== '') output.push({ action: name, text: withoutSecrets(result.output, secrets) });
    if (result.failure !== null) {
      const because = withoutSecrets(result.failure, secrets).slice(0, MAX_FAILURE_LENGTH);
      return { kind: 'failed', action: name, because, output };
    }
    const { denial, changes } = recorder;
    if (denial) return { kind: 'denied', ...denial, action: name, changes, output };
    ran.push(name);
  }
  return { kind: 'completed', changes: recorder.changes, ran, output };
}
