import type { ActionOutput, ActionsOutcome, DeployedAction, RunnableTrigger } from '../domain/action.js';
import { isJsonObject, type JsonObject } from '../domain/json.js';
import type { ActionLimits } from './limits.js';
import { recorderFor } from './recorders.js';
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

/** Of a token in a text, so many characters on end are too many. */
const MAX_TOKEN_PART = 8;

/** The tokens that an event has, which are as good as passwords. */
function tokensOf({ transaction }: JsonObject): readonly string[] {
  const told = isJsonObject(transaction) ? [transaction['subject_token'], transaction['actor_token']] : [];
  return told.filter((token) => typeof token === 'string');
}

/** Takes parts of tokens out of what is going to a log: engines quote what they cannot parse, and not always all of it. */
function withoutTokens(text: string, tokens: readonly string[]): string {
  return tokens.reduce((before, token) => {
    if (token.length < MIN_SECRET_LENGTH) return before;
    const least = Math.min(MAX_TOKEN_PART, token.length);
    let after = '';
    for (let at = 0; at < before.length; at++) {
      let end = at + least;
      if (end > before.length || !token.includes(before.slice(at, end))) {
        after += before[at];
        continue;
      }
      while (end < before.length && token.includes(before.slice(at, end + 1))) end++;
      after += '[token]';
      at = end - 1;
    }
    return after;
  }, text);
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
  const tokens = tokensOf(event);
  /** Long enough for what is left when the rest has been taken out. */
  const hide = (text: string): string => withoutTokens(text.slice(0, 4 * MAX_FAILURE_LENGTH), tokens);
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
    if (result.output !== '')
      output.push({ action: name, text: hide(withoutSecrets(result.output, secrets)) });
    if (result.failure !== null) {
      const because = hide(withoutSecrets(result.failure, secrets)).slice(0, MAX_FAILURE_LENGTH);
      return { kind: 'failed', action: name, because, output };
    }
    const { denial, changes } = recorder;
    if (denial) {
      const told = { ...denial, code: hide(denial.code), reason: hide(denial.reason) };
      return { kind: 'denied', ...told, action: name, changes, output };
    }
    ran.push(name);
  }
  return { kind: 'completed', changes: recorder.changes, ran, output };
}
