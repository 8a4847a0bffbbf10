import type { JsonObject } from './json.js';
import type { User } from './user.js';

/** The triggers whose Actions this server runs. Actions of others are kept, bound and returned, and never run. */
export type RunnableTrigger = 'post-login' | 'credentials-exchange' | typeof EXCHANGE_TRIGGER;

/** The trigger whose Actions are not bound to it: profiles say which of them runs. */
export const EXCHANGE_TRIGGER = 'custom-token-exchange';

/** What an Action is written for. */
interface ActionTrigger {
  readonly id: string;
  readonly version: string;
}

/** An npm module that the author of an Action counts on. There are none here: `require` throws. */
export interface ActionDependency {
  readonly name: string;
  readonly version: string;
}

export interface ActionSecret {
  readonly name: string;
  readonly value: string;
  readonly updatedAt: Date;
}

/** All that makes an Action do what it does. */
export interface ActionSource {
  readonly code: string;
  readonly dependencies: readonly ActionDependency[];
  /** As it was sent, for example `node22`. It changes nothing here. */
  readonly runtime: string;
  readonly trigger: ActionTrigger;
  readonly secrets: readonly ActionSecret[];
}

/** A deployed state of an Action. It never changes; the one with the highest number is in force. */
export interface ActionVersion extends ActionSource {
  readonly id: string;
  readonly number: number;
  readonly createdAt: Date;
}

/** The draft of an Action, with the version that is in force. */
export interface Action extends ActionSource {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Null until it is first deployed. */
  readonly deployedVersion: ActionVersion | null;
}

export interface NewAction extends ActionSource {
  readonly name: string;
}

export type ActionChanges = Partial<NewAction>;

/** An Action in the place that a trigger has for it. */
export interface ActionBinding {
  readonly id: string;
  readonly triggerId: string;
  readonly displayName: string;
  readonly action: Action;
  readonly createdAt: Date;
}

export interface NewActionBinding {
  readonly actionId: string;
  readonly displayName: string;
}

/** Whether the draft is what is in force. */
export function isAllDeployed(action: Action): boolean {
  const deployed = action.deployedVersion;
  if (deployed === null) return false;
  const comparable = ({ code, dependencies, runtime, trigger, secrets }: ActionSource): string =>
    JSON.stringify([
      code,
      dependencies.map(({ name, version }) => [name, version]),
      runtime,
      trigger.id,
      trigger.version,
      secrets.map(({ name, updatedAt }) => [name, updatedAt.getTime()]),
    ]);
  return comparable(action) === comparable(deployed);
}

/** Which version of which Action to run. */
export interface ActionReference {
  readonly actionId: string;
  readonly name: string;
  readonly versionId: string;
}

/** What runs: a version that is in force, with its secrets open. */
export interface DeployedAction extends ActionReference {
  readonly code: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What Actions of `post-login` asked for, together. */
export interface PostLoginChanges {
  readonly accessTokenClaims: JsonObject;
  readonly idTokenClaims: JsonObject;
  readonly addedScopes: readonly string[];
  readonly removedScopes: readonly string[];
  /** Members to set; those that are null are to be removed. */
  readonly userMetadata: JsonObject;
  readonly appMetadata: JsonObject;
  /** The second factor that they demand; null for none. */
  readonly secondFactor: {
    /** Whether one that was shown in the same browser before is good enough. */
    readonly allowRememberBrowser: boolean;
  } | null;
}

/** What Actions of `credentials-exchange` asked for, together. */
export interface CredentialsExchangeChanges {
  readonly accessTokenClaims: JsonObject;
  /** What is left of the scopes that the token would have had. It may hold others: the policy cuts them off. */
  readonly targetScopes: readonly string[];
}

/** What an Action knows of a user. Null: it did not say. */
export type ExchangedProfile = Pick<
  User,
  | 'email'
  | 'emailVerified'
  | 'username'
  | 'phoneNumber'
  | 'phoneVerified'
  | 'name'
  | 'nickname'
  | 'picture'
  | 'givenName'
  | 'familyName'
>;

/** Whom a subject token stands for, as an Action says it. */
export type ExchangedUser =
  | { readonly by: 'id'; readonly userId: string }
  | {
      readonly by: 'connection';
      /** Its name. */
      readonly connection: string;
      /** What the user is known by there: the part of the id after `provider|`. */
      readonly userKey: string;
      readonly profile: ExchangedProfile;
      /** Whether the user is made where there is none. */
      readonly creates: boolean;
      /** Whether the profile takes the place of the one that there is. */
      readonly replaces: boolean;
    };

/** What an Action of `custom-token-exchange` asked for. */
export interface TokenExchangeChanges {
  /** Null: it did not say. */
  readonly user: ExchangedUser | null;
  /** An id or a name; null where the request says. */
  readonly organization: string | null;
  /** Who acts for the user: `act` of the access token. Null for nobody. */
  readonly actor: JsonObject | null;
  /** Members to set; those that are null are to be removed. */
  readonly userMetadata: JsonObject;
  readonly appMetadata: JsonObject;
}

export interface ChangesOf {
  'post-login': PostLoginChanges;
  'credentials-exchange': CredentialsExchangeChanges;
  'custom-token-exchange': TokenExchangeChanges;
}

/** What an Action wrote with `console`, cut, and with its secrets taken out. */
export interface ActionOutput {
  readonly action: string;
  readonly text: string;
}

interface Ran {
  /** Only of Actions that wrote something. */
  readonly output: readonly ActionOutput[];
}

/** What running the Actions of a trigger came to. Plain JSON. */
export type ActionsOutcome<Changes = ChangesOf[RunnableTrigger]> = Ran &
  (
    | { readonly kind: 'completed'; readonly changes: Changes; readonly ran: readonly string[] }
    | {
        readonly kind: 'denied';
        readonly code: string;
        readonly reason: string;
        /** Whether it is the subject token that is no good (TX-6). */
        readonly isSubjectToken?: true;
        readonly action: string;
        /** What was asked for until then: metadata is kept when a login is denied. */
        readonly changes: Changes;
      }
    /** It threw, or ran out of time or memory. `because` is for logs, not for callers. */
    | { readonly kind: 'failed'; readonly action: string; readonly because: string }
  );
