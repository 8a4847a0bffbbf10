// What an Action of `custom-token-exchange` asks for: the platform's page "API Object" of the trigger. Lengths are those of
// its package of types for Actions (@auth0/actions 0.8), whose checks of the actor are these, too.

import type { ExchangedUser, TokenExchangeChanges } from '../domain/action.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.js';
import { isUnstorable } from '../domain/text.js';
import { CallRefused, type Recorder, UserRecorder } from './changes.js';
import {
  MAX_ACTOR_DEPTH,
  MAX_ACTOR_MEMBERS,
  MAX_ACTOR_SUB_LENGTH,
  MAX_ACTOR_TEXT_LENGTH,
  MAX_NAME_LENGTH,
  MAX_USER_ATTRIBUTES,
} from './limits.js';

const refuse = (message: string): never => {
  throw new CallRefused('TypeError', message);
};

/** RFC 6749 section 5.2. */
const ERROR_CODE = /^[\x20\x21\x23-\x5B\x5D-\x7E]{1,1024}$/;

/** How long texts may be; `boolean` for those that are none. */
const ATTRIBUTES = {
  user_id: 255,
  email: 320,
  email_verified: 'boolean',
  username: 128,
  phone_number: 50,
  phone_verified: 'boolean',
  name: 300,
  nickname: 300,
  picture: 2048,
  given_name: 150,
  family_name: 150,
  // No email is sent, so it changes nothing.
  verify_email: 'boolean',
} as const;
type Attribute = keyof typeof ATTRIBUTES;

function checkedText(what: string, value: JsonValue, max: number): string {
  if (typeof value !== 'string' || value === '' || value.length > max || isUnstorable(value)) {
    return refuse(`${what} must be a string of 1 to ${max} characters`);
  }
  return value;
}

function checkedAttributes(sent: JsonValue): Partial<Record<Attribute, string | boolean>> {
  if (!isJsonObject(sent)) return refuse('the user attributes must be an object');
  if (Object.keys(sent).length > MAX_USER_ATTRIBUTES) {
    throw new CallRefused('RangeError', `there are more than ${MAX_USER_ATTRIBUTES} user attributes`);
  }
  // What the platform does not name either is passed over.
  const attributes: Partial<Record<Attribute, string | boolean>> = {};
  for (const [name, max] of Object.entries(ATTRIBUTES) as [Attribute, number | 'boolean'][]) {
    const value = sent[name];
    if (value === undefined) continue;
    if (max !== 'boolean') attributes[name] = checkedText(name, value, max);
    else attributes[name] = typeof value === 'boolean' ? value : refuse(`${name} must be a boolean`);
  }
  if (attributes.user_id === undefined) return refuse('the user attributes must have a user_id');
  const { email } = attributes;
  if (typeof email === 'string' && !/^[^\s@]+@[^\s@]+$/.test(email))
    return refuse('email must be an email address');
  return attributes;
}

const BEHAVIORS = {
  creationBehavior: ['create_if_not_exists', 'none'],
  updateBehavior: ['replace', 'none'],
} as const;

function checkedBehaviors(sent: JsonValue): { creates: boolean; replaces: boolean } {
  if (!isJsonObject(sent)) return refuse('the options must be an object');
  for (const [name, values] of Object.entries(BEHAVIORS)) {
    if (!(values as readonly JsonValue[]).includes(sent[name] ?? null)) {
      return refuse(`${name} must be one of ${values.join(', ')}`);
    }
  }
  const other = Object.keys(sent).find((name) => !Object.hasOwn(BEHAVIORS, name));
  if (other !== undefined) return refuse(`the options have no member ${other.slice(0, 50)}`);
  return {
    creates: sent['creationBehavior'] === 'create_if_not_exists',
    replaces: sent['updateBehavior'] === 'replace',
  };
}

function userOfConnection(connection: string, text: string | undefined): ExchangedUser {
  const [attributesText, optionsText] = JSON.parse(text ?? '[]') as (string | null | undefined)[];
  const parsed = (json: string | null | undefined): JsonValue => JSON.parse(json ?? 'null') as JsonValue;
  const attributes = checkedAttributes(parsed(attributesText));
  const ofText = (name: Attribute): string | null => (attributes[name] as string | undefined) ?? null;
  const ofFlag = (name: Attribute): boolean | null => (attributes[name] as boolean | undefined) ?? null;
  return {
    by: 'connection',
    connection: checkedText('the name of the connection', connection, MAX_NAME_LENGTH),
    userKey: ofText('user_id') ?? '',
    profile: {
      email: ofText('email')?.toLowerCase() ?? null,
      emailVerified: ofFlag('email_verified'),
      username: ofText('username')?.toLowerCase() ?? null,
      phoneNumber: ofText('phone_number'),
      phoneVerified: ofFlag('phone_verified'),
      name: ofText('name'),
      nickname: ofText('nickname'),
      picture: ofText('picture'),
      givenName: ofText('given_name'),
      familyName: ofText('family_name'),
    },
    ...checkedBehaviors(parsed(optionsText)),
  };
}

/** Who acts, and who acts for whom before. `type` does not count among the members of its own. */
function checkedActor(sent: JsonValue | undefined, depth = 1): JsonObject {
  if (!isJsonObject(sent))
    return refuse(depth === 1 ? 'the actor must be an object' : 'act must be an object');
  if (depth > MAX_ACTOR_DEPTH) {
    throw new CallRefused('RangeError', `actors are nested deeper than ${MAX_ACTOR_DEPTH} levels`);
  }
  const { sub, act, ...others } = sent;
  const own = Object.entries(others);
  if (own.filter(([name]) => name !== 'type').length > MAX_ACTOR_MEMBERS) {
    throw new CallRefused('RangeError', `an actor has more than ${MAX_ACTOR_MEMBERS} members of its own`);
  }
  for (const [name, value] of own) {
    if (name.length > MAX_ACTOR_TEXT_LENGTH) return refuse('the name of a member of an actor is too long');
    const isShort = typeof value === 'string' && value.length <= MAX_ACTOR_TEXT_LENGTH;
    if (!isShort && typeof value !== 'number' && typeof value !== 'boolean') {
      return refuse(`members of an actor must be short strings, numbers or booleans`);
    }
  }
  return {
    sub: checkedText('sub of an actor', sub ?? null, MAX_ACTOR_SUB_LENGTH),
    ...others,
    ...(act !== undefined && { act: checkedActor(act, depth + 1) }),
  };
}

export class TokenExchangeRecorder extends UserRecorder implements Recorder<TokenExchangeChanges> {
  #user: ExchangedUser | null = null;
  #organization: string | null = null;
  #actor: JsonObject | null = null;

  override call(method: string, argument: string, text: string | undefined): void {
    switch (method) {
      case 'access.deny':
        if (!ERROR_CODE.test(argument)) refuse('the code of api.access.deny must be an error code of OAuth');
        this.deny(argument, text === undefined ? '' : String(JSON.parse(text)));
        return;
      case 'access.rejectInvalidSubjectToken':
        this.deny('invalid_request', argument, true);
        return;
      case 'authentication.setUserById':
        this.#setUser({ by: 'id', userId: checkedText('the id of the user', argument, MAX_NAME_LENGTH) });
        return;
      case 'authentication.setUserByConnection':
        this.#setUser(userOfConnection(argument, text));
        return;
      case 'authentication.setOrganization':
        this.#organization = checkedText('the organization', argument, MAX_NAME_LENGTH);
        return;
      case 'authentication.setActor':
        this.#actor = checkedActor(text === undefined ? undefined : (JSON.parse(text) as JsonValue));
        return;
      default:
        super.call(method, argument, text);
    }
  }

  /** "Exactly one of" the two calls, and that once: of two users, neither is more right than the other. */
  #setUser(user: ExchangedUser): void {
    if (this.#user !== null) refuse('the user has been set already');
    this.#user = user;
  }

  get changes(): TokenExchangeChanges {
    return {
      user: this.#user,
      organization: this.#organization,
      actor: this.#actor,
      ...this.metadata,
    };
  }
}
