// What an Action finds when it starts: `event`, `api`, `console`, `exports`, and nothing of Node. It is text because it runs
// inside the sandbox, before the Action does. It is no guard: an Action that breaks it breaks itself only. What counts is
// checked outside, in changes.ts.

import type { RunnableTrigger } from '../domain/action.js';

/**
 * How an argument of a method reaches the recorder: the first as text, the second as it stands here, and where there are
 * more, all but the first as a JSON list of JSON texts.
 */
type Argument =
  /** A text. */
  | 'text'
  /** A text that need not be there. */
  | 'optional'
  /** Any value, as JSON; `undefined` and functions stand for none. */
  | 'json';

interface Surface {
  /** The function that the Action exports. */
  readonly handler: string;
  /** By object of `api`, methods with their arguments. */
  readonly api: Readonly<Record<string, Readonly<Record<string, readonly Argument[]>>>>;
  /** Members of `event` that show what the Actions until now asked for, by object. */
  readonly live: Readonly<Record<string, readonly string[]>>;
}

/** The platform's pages "API Object" and "Event Object" of each trigger, as far as users, scopes, claims, deny, metadata and second factors go. */
const surfaces: Readonly<Record<RunnableTrigger, Surface>> = {
  'post-login': {
    handler: 'onExecutePostLogin',
    api: {
      access: { deny: ['text'] },
      accessToken: { setCustomClaim: ['text', 'json'], addScope: ['text'], removeScope: ['text'] },
      idToken: { setCustomClaim: ['text', 'json'] },
      user: { setAppMetadata: ['text', 'json'], setUserMetadata: ['text', 'json'] },
      multifactor: { enable: ['text', 'json'] },
    },
    live: {},
  },
  'credentials-exchange': {
    handler: 'onExecuteCredentialsExchange',
    api: {
      access: { deny: ['text', 'optional'] },
      accessToken: { setCustomClaim: ['text', 'json'] },
      transaction: {
        addTargetScope: ['text'],
        removeTargetScope: ['text'],
        setTargetScopes: ['json'],
        clearTargetScopes: [],
      },
    },
    live: { transaction: ['target_scopes'], accessToken: ['customClaims', 'scope'] },
  },
  'custom-token-exchange': {
    handler: 'onExecuteCustomTokenExchange',
    api: {
      access: { deny: ['text', 'optional'], rejectInvalidSubjectToken: ['text'] },
      authentication: {
        setUserById: ['text'],
        setUserByConnection: ['text', 'json', 'json'],
        setOrganization: ['text'],
        setActor: ['json'],
      },
      user: { setAppMetadata: ['text', 'json'], setUserMetadata: ['text', 'json'] },
    },
    live: {},
  },
};

/**
 * A function of the host and the event as JSON, that defines the globals and returns how to begin: a function of no
 * arguments that calls the Action.
 *
 * The host is `call(method, argument, json)`, which throws what it refuses, `read(path)`, `print(text)` and
 * `settle(kind, text)`.
 */
export const preludeOf = (trigger: RunnableTrigger): string => `(function (host, eventText) {
  'use strict';
  const surface = ${JSON.stringify(surfaces[trigger])};
  const { parse, stringify } = JSON;
  const { freeze, entries, hasOwn, defineProperty } = Object;
  const { apply } = Reflect;
  const { then } = Promise.prototype;
  const { call, read, print, settle } = host;

  const frozen = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    for (const [, member] of entries(value)) frozen(member);
    return freeze(value);
  };
  const described = (error) => {
    try {
      return error instanceof Error ? error.name + ': ' + error.message : 'threw ' + String(error);
    } catch {
      return 'threw something that cannot be shown';
    }
  };
  // An error at once, where undefined would let a check that is not made here pass for one that was.
  const closed = (path, object) =>
    new Proxy(freeze(object), {
      get(target, name) {
        if (typeof name === 'symbol' || hasOwn(target, name)) return target[name];
        if (name === 'then' || name === 'toJSON') return undefined;
        throw new TypeError(path + '.' + name + ' is not supported by this server');
      },
      set(target, name) {
        throw new TypeError(path + '.' + String(name) + ' cannot be set');
      },
    });

  const event = parse(eventText);
  for (const [object, members] of entries(surface.live)) {
    const holder = (event[object] ??= {});
    for (const member of members) delete holder[member];
    for (const [, other] of entries(holder)) frozen(other);
    for (const member of members) {
      defineProperty(holder, member, {
        enumerable: true,
        get: () => frozen(parse(read(object + '.' + member))),
      });
    }
    freeze(holder);
  }
  for (const [name, member] of entries(event)) if (!hasOwn(surface.live, name)) frozen(member);
  freeze(event);

  const method = (path, kinds) => (...given) => {
    const passed = kinds.map((kind, index) => {
      const value = given[index];
      if (kind === 'json') return stringify(value);
      if (kind === 'optional' && value === undefined) return undefined;
      if (typeof value !== 'string') throw new TypeError('argument ' + (index + 1) + ' of api.' + path + ' must be a string');
      return kind === 'optional' ? stringify(value) : value;
    });
    if (kinds[0] === 'json') passed.unshift('');
    call(path, passed[0] ?? '', passed.length > 2 ? stringify(passed.slice(1)) : passed[1]);
    return api;
  };
  const objects = {};
  for (const [object, methods] of entries(surface.api)) {
    const made = {};
    for (const [name, kinds] of entries(methods)) made[name] = method(object + '.' + name, kinds);
    objects[object] = closed('api.' + object, made);
  }
  const api = closed('api', objects);

  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return described(value);
    try {
      return stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const log = (...values) => print(values.map(shown).join(' '));
  const globals = {
    exports: {},
    console: { log, info: log, warn: log, error: log, debug: log },
    require: (name) => {
      throw new Error('require(' + stringify(String(name)) + ') is not supported: Actions run without modules');
    },
  };
  globals.module = { exports: globals.exports };
  for (const [name, value] of entries(globals)) {
    defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }

  return () => {
    const handler = globals.module.exports?.[surface.handler];
    if (typeof handler !== 'function') return settle('failed', 'exports no function ' + surface.handler);
    const done = (async () => handler(event, api))();
    apply(then, done, [() => settle('done', ''), (error) => settle('failed', described(error))]);
  };
})`;
