// Actions and what they are told, so that a test shows only the code that it is about.

import { ActionRunner } from '../../src/actions/run-actions.js';
import type {
  ActionsOutcome,
  CredentialsExchangeChanges,
  DeployedAction,
  PostLoginChanges,
} from '../../src/domain/action.js';
import type { JsonObject } from '../../src/domain/json.js';

let made = 0;

/** A deployed Action with this code, whatever it is for. */
export function anAction(code: string, given: Partial<DeployedAction> = {}): DeployedAction {
  const key = `action-${++made}`;
  return { actionId: key, name: key, versionId: key, code, secrets: {}, ...given };
}

/** The code of an Action of `credentials-exchange` that does this. */
export const onExchange = (body: string): string =>
  `exports.onExecuteCredentialsExchange = async (event, api) => {\n${body}\n};`;

/** The code of an Action of `post-login` that does this. */
const onLogin = (body: string): string => `exports.onExecutePostLogin = async (event, api) => {\n${body}\n};`;

export const exchangeEvent: JsonObject = {
  client: { client_id: 'c1', name: 'Job', metadata: { plan: 'gold' } },
  request: { method: 'POST', ip: '127.0.0.1', hostname: 'localhost', geoip: {}, body: { custom: 'x' } },
  resource_server: { identifier: 'https://api.example.com' },
  tenant: { id: 'localhost' },
  transaction: { requested_scopes: ['read'], target_scopes: ['read', 'write'] },
};

export const loginEvent: JsonObject = {
  client: { client_id: 'c1', name: 'Shop', metadata: {} },
  user: { user_id: 'auth0|1', email: 'a@example.com', app_metadata: { plan: 'gold' }, user_metadata: {} },
  authorization: { roles: ['reader'] },
  transaction: { protocol: 'oidc-basic-profile', requested_scopes: ['openid'] },
};

type Limits = ConstructorParameters<typeof ActionRunner>[0];

/** Runs of a test file, in threads of their own. */
export class Runs {
  readonly runner: ActionRunner;

  /** Ample time: machines that run tests are busy. */
  constructor(options: Limits = {}) {
    this.runner = new ActionRunner({
      ...options,
      limits: { timeMs: 2000, wallMs: 10_000, ...options?.limits },
    });
  }

  /** Runs Actions whose functions have these bodies. */
  exchange(...bodies: string[]): Promise<ActionsOutcome<CredentialsExchangeChanges>> {
    const actions = bodies.map((body) => anAction(onExchange(body)));
    return this.runner.run('credentials-exchange', actions, exchangeEvent);
  }

  login(...bodies: string[]): Promise<ActionsOutcome<PostLoginChanges>> {
    const actions = bodies.map((body) => anAction(onLogin(body)));
    return this.runner.run('post-login', actions, loginEvent);
  }

  /** What an Action that ends well writes with its last `console.log`. */
  async printed(body: string): Promise<string> {
    const outcome = await this.exchange(body);
    if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome));
    return outcome.output.map(({ text }) => text).join('\n');
  }

  /** Why an Action fails. */
  async failure(body: string): Promise<string> {
    return failureOf(await this.exchange(body));
  }
}

export function failureOf(outcome: ActionsOutcome): string {
  if (outcome.kind !== 'failed') throw new Error(`it did not fail: ${JSON.stringify(outcome)}`);
  return outcome.because;
}
