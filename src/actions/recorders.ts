import type { ChangesOf, RunnableTrigger } from '../domain/action.js';
import type { JsonObject } from '../domain/json.js';
import { CredentialsExchangeRecorder, PostLoginRecorder, type Recorder } from './changes.js';
import { TokenExchangeRecorder } from './exchange-changes.js';

const recorders: {
  readonly [Trigger in RunnableTrigger]: (event: JsonObject) => Recorder<ChangesOf[Trigger]>;
} = {
  'post-login': () => new PostLoginRecorder(),
  'credentials-exchange': (event) => new CredentialsExchangeRecorder(targetScopesOf(event)),
  'custom-token-exchange': () => new TokenExchangeRecorder(),
};

/** @param event the event, whose target scopes are where a `credentials-exchange` starts. */
export function recorderFor<Trigger extends RunnableTrigger>(
  trigger: Trigger,
  event: JsonObject,
): Recorder<ChangesOf[Trigger]> {
  return recorders[trigger](event);
}

function targetScopesOf({ transaction }: JsonObject): readonly string[] {
  const scopes = (transaction as JsonObject | undefined)?.['target_scopes'];
  return Array.isArray(scopes) ? (scopes as string[]) : [];
}
