// What Actions ask for, taken down outside of the sandbox. Nothing that runs in there is believed: every call arrives as
// text, is checked here, and what is refused is thrown inside as a TypeError or RangeError with the text that stands here.

import type { CredentialsExchangeChanges, PostLoginChanges } from '../domain/action.js';
import type { JsonObject, JsonValue } from '../domain/json.js';
import {
  MAX_CLAIMS_LENGTH,
  MAX_METADATA_LENGTH,
  MAX_REASON_LENGTH,
  MAX_SCOPE_LENGTH,
  MAX_SCOPES,
} from './limits.js';

/** Names that are ignored silently when an Action sets them (token-issuance.md 6.6). */
const RESERVED_CLAIMS = new Set([
  'acr',
  'act',
  'amr',
  'at_hash',
  'aud',
  'auth_time',
  'authorization_details',
  'azp',
  'c_hash',
  'client_id',
  'cnf',
  'entitlements',
  'exp',
  'groups',
  'gty',
  'iat',
  'iss',
  'jti',
  'may_act',
  'nbf',
  'nonce',
  'org_id',
  'org_name',
  'permissions',
  'roles',
  'scope',
  'sid',
  'sub',
  'txn',
  // Ours: a trap for whoever reads the token with less care.
  '__proto__',
]);

/** RFC 6749 section 3.3. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** RFC 6749 section 4.1.2.1 and the platform's page on the API object: what `deny` may answer with. */
const DENIAL_CODES = new Set(['invalid_scope', 'invalid_request', 'server_error']);

/** What `api.multifactor.enable` can name and this server can ask for: one of them is as good as `any`. */
const SECOND_FACTOR_PROVIDERS = new Set(['any', 'guardian', 'google-authenticator']);

/** A call that is refused. The message is for the author of the Action. */
export class CallRefused extends Error {
  readonly kind: 'TypeError' | 'RangeError';
  constructor(kind: CallRefused['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Members by name, no longer together than they may be. */
class Members {
  readonly #members = new Map<string, JsonValue>();
  #length = 2;
  readonly #max: number;
  readonly #what: string;

  constructor(what: string, max: number) {
    this.#what = what;
    this.#max = max;
  }

  /** @param text the value as JSON; undefined takes the member away. */
  set(name: string, text: string | undefined): void {
    const before = this.#members.get(name);
    const lengthOf = (value: string): number => JSON.stringify(name).length + value.length + 2;
    const freed = before === undefined ? 0 : lengthOf(JSON.stringify(before));
    const added = text === undefined ? 0 : lengthOf(text);
    if (this.#length - freed + added > this.#max) {
      throw new CallRefused('RangeError', `${this.#what} exceed ${this.#max} characters`);
    }
    if (text === undefined) this.#members.delete(name);
    else this.#members.set(name, JSON.parse(text) as JsonValue);
    this.#length += added - freed;
  }

  toJson(): JsonObject {
    return Object.fromEntries(this.#members);
  }
}

class Claims extends Members {
  constructor(token: string) {
    super(`the custom claims of the ${token}`, MAX_CLAIMS_LENGTH);
  }

  override set(name: string, text: string | undefined): void {
    if (!RESERVED_CLAIMS.has(name)) super.set(name, text);
  }
}

function checkedScope(scope: string): string {
  if (scope.length > MAX_SCOPE_LENGTH || !SCOPE.test(scope)) {
    throw new CallRefused('TypeError', `a scope must be 1 to ${MAX_SCOPE_LENGTH} characters without spaces`);
  }
  return scope;
}

function checkedScopes(text: string): Set<string> {
  const scopes: unknown = JSON.parse(text);
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
    throw new CallRefused('TypeError', 'scopes must be an array of strings');
  }
  return new Set(scopes.map(checkedScope));
}

function withinCount(scopes: Set<string>): void {
  if (scopes.size > MAX_SCOPES)
    throw new CallRefused('RangeError', `there are more than ${MAX_SCOPES} scopes`);
}

interface ActionDenial {
  readonly code: string;
  readonly reason: string;
  readonly isSubjectToken?: true;
}

/** Takes down what the Actions of one request ask for. */
export interface Recorder<Changes> {
  /**
   * Takes a call of `api`, by its name there: `accessToken.setCustomClaim`.
   *
   * @param text the last argument as JSON where it can be any value; undefined where there is none.
   * @throws CallRefused
   */
  call(method: string, argument: string, text: string | undefined): void;
  /** What `event` shows of the calls until now, by its path there. As JSON. */
  read(path: string): string;
  /** What the Action that runs denied with; null when it did not. */
  readonly denial: ActionDenial | null;
  readonly changes: Changes;
}

/** The first call counts. */
class Denials {
  denial: ActionDenial | null = null;
  deny(code: string, reason: string, isSubjectToken = false): void {
    const denial = { code, reason: reason.slice(0, MAX_REASON_LENGTH) };
    this.denial ??= isSubjectToken ? { ...denial, isSubjectToken } : denial;
  }
}

/** The platform's page "Post-login API Object"; `none` takes back what an Action before demanded. */
function demandedFactor(provider: string, text: string | undefined): PostLoginChanges['secondFactor'] {
  if (provider === 'none') return null;
  if (!SECOND_FACTOR_PROVIDERS.has(provider)) {
    const known = [...SECOND_FACTOR_PROVIDERS, 'none'].join(', ');
    throw new CallRefused('TypeError', `the provider of api.multifactor.enable must be one of ${known}`);
  }
  const options: unknown = text === undefined ? null : JSON.parse(text);
  const allowRememberBrowser =
    typeof options === 'object' &&
    options !== null &&
    'allowRememberBrowser' in options &&
    options.allowRememberBrowser === true;
  return { allowRememberBrowser };
}

/** What the triggers that know of a user have in common. */
export class UserRecorder extends Denials {
  readonly #userMetadata = new Members('the changes of the user metadata', MAX_METADATA_LENGTH);
  readonly #appMetadata = new Members('the changes of the app metadata', MAX_METADATA_LENGTH);

  /** Takes down a call that is the same for all of them. @throws CallRefused for a method that none of them has. */
  call(method: string, argument: string, text: string | undefined): void {
    switch (method) {
      case 'user.setUserMetadata':
        this.#userMetadata.set(argument, text);
        return;
      case 'user.setAppMetadata':
        this.#appMetadata.set(argument, text);
        return;
      default:
        throw new CallRefused('TypeError', `api.${method} is not a function`);
    }
  }

  /** Nothing that changes is shown. */
  read(): string {
    return 'null';
  }

  protected get metadata(): Pick<PostLoginChanges, 'userMetadata' | 'appMetadata'> {
    return { userMetadata: this.#userMetadata.toJson(), appMetadata: this.#appMetadata.toJson() };
  }
}

export class PostLoginRecorder extends UserRecorder implements Recorder<PostLoginChanges> {
  readonly #accessToken = new Claims('access token');
  readonly #idToken = new Claims('ID token');
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();
  #secondFactor: PostLoginChanges['secondFactor'] = null;

  override call(method: string, argument: string, text: string | undefined): void {
    switch (method) {
      case 'access.deny':
        this.deny('access_denied', argument);
        return;
      case 'accessToken.setCustomClaim':
        this.#accessToken.set(argument, text);
        return;
      case 'idToken.setCustomClaim':
        this.#idToken.set(argument, text);
        return;
      case 'accessToken.addScope':
        this.#move(checkedScope(argument), this.#removed, this.#added);
        return;
      case 'accessToken.removeScope':
        this.#move(checkedScope(argument), this.#added, this.#removed);
        return;
      case 'multifactor.enable':
        this.#secondFactor = demandedFactor(argument, text);
        return;
      default:
        super.call(method, argument, text);
    }
  }

  /** The last call about a scope counts. */
  #move(scope: string, from: Set<string>, to: Set<string>): void {
    from.delete(scope);
    to.add(scope);
    withinCount(to);
  }

  get changes(): PostLoginChanges {
    return {
      accessTokenClaims: this.#accessToken.toJson(),
      idTokenClaims: this.#idToken.toJson(),
      addedScopes: [...this.#added],
      removedScopes: [...this.#removed],
      ...this.metadata,
      secondFactor: this.#secondFactor,
    };
  }
}

export class CredentialsExchangeRecorder extends Denials implements Recorder<CredentialsExchangeChanges> {
  readonly #accessToken = new Claims('access token');
  #targetScopes: Set<string>;

  constructor(targetScopes: readonly string[]) {
    super();
    this.#targetScopes = new Set(targetScopes);
  }

  call(method: string, argument: string, text: string | undefined): void {
    switch (method) {
      case 'access.deny':
        if (!DENIAL_CODES.has(argument)) {
          const codes = [...DENIAL_CODES].join(', ');
          throw new CallRefused('TypeError', `the code of api.access.deny must be one of ${codes}`);
        }
        this.deny(argument, text === undefined ? '' : String(JSON.parse(text)));
        return;
      case 'accessToken.setCustomClaim':
        this.#accessToken.set(argument, text);
        return;
      case 'transaction.addTargetScope':
        this.#targetScopes.add(checkedScope(argument));
        withinCount(this.#targetScopes);
        return;
      case 'transaction.removeTargetScope':
        this.#targetScopes.delete(argument);
        return;
      case 'transaction.setTargetScopes': {
        const scopes = checkedScopes(text ?? 'null');
        withinCount(scopes);
        this.#targetScopes = scopes;
        return;
      }
      case 'transaction.clearTargetScopes':
        this.#targetScopes.clear();
        return;
      default:
        throw new CallRefused('TypeError', `api.${method} is not a function`);
    }
  }

  read(path: string): string {
    return JSON.stringify(
      path === 'accessToken.customClaims' ? this.#accessToken.toJson() : [...this.#targetScopes],
    );
  }

  get changes(): CredentialsExchangeChanges {
    return { accessTokenClaims: this.#accessToken.toJson(), targetScopes: [...this.#targetScopes] };
  }
}
