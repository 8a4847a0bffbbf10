// The language of user searches: the part of Lucene's that tools send and the platform documents.
//
//   query   = and { [ "OR" ] and }            terms side by side are joined by OR, as in Lucene
//   and     = unary { "AND" unary }
//   unary   = ( "NOT" | "-" ) unary | "(" query ")" | term
//   term    = [ field ":" ] ( "phrase" | word | range | "(" query without fields ")" )

import { parseTime } from '../../domain/time.js';
import type { TextMatch, UserField, UserSearch } from '../../domain/user-search.js';
import { ManagementError } from '../../errors.js';

/** So that a search is an answer and not a load. */
const MAX_TERMS = 50;
const MAX_DEPTH = 10;

type TextName = (UserField & { kind: 'text' })['name'];

const TEXTS: Readonly<Record<string, TextName>> = {
  user_id: 'userId',
  'identities.user_id': 'userId',
  'identities.connection': 'connection',
  'identities.provider': 'provider',
  email: 'email',
  username: 'username',
  phone_number: 'phoneNumber',
  name: 'name',
  nickname: 'nickname',
  picture: 'picture',
  given_name: 'givenName',
  family_name: 'familyName',
};
const FLAGS: Readonly<Record<string, (UserField & { kind: 'flag' })['name']>> = {
  email_verified: 'emailVerified',
  phone_verified: 'phoneVerified',
  blocked: 'blocked',
};
const TIMES: Readonly<Record<string, (UserField & { kind: 'time' })['name']>> = {
  created_at: 'createdAt',
  updated_at: 'updatedAt',
  last_password_reset: 'lastPasswordReset',
};

/** Where a term without a field is looked for: never in metadata. */
const WITHOUT_FIELD: readonly TextName[] = [
  'email',
  'name',
  'nickname',
  'username',
  'givenName',
  'familyName',
  'phoneNumber',
  'userId',
];

function bad(why: string): ManagementError {
  return new ManagementError('invalid_query_string', `Query validation error: '${why}' on property q.`);
}

type Token =
  | { readonly kind: '(' | ')' | 'AND' | 'OR' | 'NOT' }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'phrase' | 'word'; readonly text: string }
  | { readonly kind: 'range'; readonly from: string; readonly to: string };

/** Characters of a word; `\` takes the next one as it is. */
const WORD = String.raw`(?:\\.|[^\s()":\[\]{}\\])`;
const FORMS = {
  bracket: String.raw`(?<bracket>[()])`,
  operator: String.raw`(?<operator>AND|OR|NOT|&&|\|\|)(?=[\s()]|$)`,
  opposite: String.raw`(?<opposite>[-!])(?=\S)`,
  field: String.raw`(?<field>[A-Za-z_][\w.-]*):`,
  phrase: String.raw`"(?<phrase>(?:\\.|[^"\\])*)"`,
  range: String.raw`\[\s*(?<from>[^\s\]]+)\s+TO\s+(?<to>[^\s\]]+)\s*\]`,
  // Values may have colons in them, as times do.
  word: String.raw`(?<word>${WORD}(?:${WORD}|:)*)`,
};

const oneOf = (forms: readonly string[]): RegExp => new RegExp(String.raw`\s*(?:${forms.join('|')})`, 'y');
const TOKEN = oneOf(Object.values(FORMS));
const VALUE = oneOf([FORMS.bracket, FORMS.phrase, FORMS.range, FORMS.word]);

const OPERATORS: Readonly<Record<string, 'AND' | 'OR' | 'NOT'>> = {
  AND: 'AND',
  '&&': 'AND',
  OR: 'OR',
  '||': 'OR',
  NOT: 'NOT',
};

function tokens(q: string): Token[] {
  const found: Token[] = [];
  const text = q.trim();
  let at = 0;
  while (at < text.length) {
    const form = found.at(-1)?.kind === 'field' ? VALUE : TOKEN;
    form.lastIndex = at;
    const groups = form.exec(text)?.groups;
    if (groups === undefined) throw bad(`Failed to parse query at character ${at + 1}`);
    at = form.lastIndex;
    found.push(tokenOf(groups));
  }
  return found;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token {
  const { bracket, operator, opposite, field, phrase, from, to, word = '' } = groups;
  if (bracket !== undefined) return { kind: bracket as '(' | ')' };
  if (operator !== undefined) return { kind: OPERATORS[operator] ?? 'OR' };
  if (opposite !== undefined) return { kind: 'NOT' };
  if (field !== undefined) return { kind: 'field', name: field };
  if (phrase !== undefined) return { kind: 'phrase', text: phrase };
  if (from !== undefined && to !== undefined) return { kind: 'range', from, to };
  return { kind: 'word', text: word };
}

/** A field by its name; null for what users do not have here, which no user matches. */
function fieldOf(asked: string): UserField | null {
  // Version 2 of the language had a name for the whole of a text.
  const name = asked.replace(/\.raw$/, '');
  const text = Object.hasOwn(TEXTS, name) ? TEXTS[name] : undefined;
  if (text !== undefined) return { kind: 'text', name: text };
  const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
  if (flag !== undefined) return { kind: 'flag', name: flag };
  const time = Object.hasOwn(TIMES, name) ? TIMES[name] : undefined;
  if (time !== undefined) return { kind: 'time', name: time };
  const [root, ...path] = name.split('.');
  if ((root === 'user_metadata' || root === 'app_metadata') && path.length > 0 && !path.includes('')) {
    return { kind: 'metadata', name: root === 'user_metadata' ? 'userMetadata' : 'appMetadata', path };
  }
  return null;
}

const unescaped = (text: string): string => text.replaceAll(/\\(.)/gs, '$1');

/** The text of a word, with `*` at its ends. @throws ManagementError for one in its middle, or a `?`. */
function matchOf(word: string): TextMatch {
  const [, opening, middle = '', closing] = /^(\*?)((?:\\.|[^\\])*?)(\*?)$/s.exec(word) ?? [];
  if (/(?:^|[^\\])(?:\\\\)*[*?]/.test(middle))
    throw bad('Wildcards are only possible at the ends of a value');
  const text = unescaped(middle);
  if (opening && closing) return { how: 'contains', text };
  if (opening) return { how: 'endsWith', text };
  return { how: closing ? 'startsWith' : 'equals', text };
}

function timeOf(text: string, isEnd: boolean): Date | null {
  if (text === '*') return null;
  const plain = unescaped(text).replaceAll('"', '');
  const time = parseTime(plain);
  if (time === null) throw bad(`${plain.slice(0, 40)} is not a date`);
  // A day ends with its last moment.
  return isEnd && /^\d{4}-\d{2}-\d{2}$/.test(plain) ? new Date(time.getTime() + 86_399_999) : time;
}

function valueOf(field: UserField, token: Token & { kind: 'phrase' | 'word' }): UserSearch {
  if (field.kind === 'flag') {
    if (token.text !== 'true' && token.text !== 'false') throw bad('The value must be true or false');
    return { kind: 'is', field, value: token.text === 'true' };
  }
  if (token.kind === 'word' && token.text === '*') return { kind: 'exists', field };
  if (field.kind === 'time') {
    return { kind: 'between', field, from: timeOf(token.text, false), to: timeOf(token.text, true) };
  }
  const match: TextMatch =
    token.kind === 'phrase' ? { how: 'equals', text: unescaped(token.text) } : matchOf(token.text);
  return { kind: 'matches', field, match };
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #terms = 0;
  #depth = 0;

  constructor(given: readonly Token[]) {
    this.#tokens = given;
  }

  parse(): UserSearch {
    const search = this.#any(null);
    if (this.#at < this.#tokens.length) throw bad('Unexpected )');
    return search;
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(kind: Token['kind']): boolean {
    if (this.#next()?.kind !== kind) return false;
    this.#at++;
    return true;
  }

  #any(field: UserField | null): UserSearch {
    if (++this.#depth > MAX_DEPTH) throw bad('The query nests too deep');
    const of = [this.#all(field)];
    while (this.#next() !== undefined && this.#next()?.kind !== ')') {
      this.#take('OR');
      of.push(this.#all(field));
    }
    this.#depth--;
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'any', of };
  }

  #all(field: UserField | null): UserSearch {
    const of = [this.#unary(field)];
    while (this.#take('AND')) of.push(this.#unary(field));
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'all', of };
  }

  #unary(field: UserField | null): UserSearch {
    let isOpposite = false;
    while (this.#take('NOT')) isOpposite = !isOpposite;
    const search = this.#term(field);
    return isOpposite ? { kind: 'not', of: search } : search;
  }

  #group(field: UserField | null): UserSearch {
    const search = this.#any(field);
    if (!this.#take(')')) throw bad('Missing )');
    return search;
  }

  /** @param outer the field of the group that this term is in. */
  #term(outer: UserField | null): UserSearch {
    if (this.#take('(')) return this.#group(outer);
    const token = this.#next();
    if (token?.kind === 'field' && outer === null) {
      this.#at++;
      return this.#ofField(token.name);
    }
    return this.#value(outer);
  }

  #ofField(name: string): UserSearch {
    if (name === '_exists_') {
      const token = this.#next();
      if (token?.kind !== 'word') throw bad('Missing the field after _exists_');
      this.#at++;
      this.#count();
      const field = fieldOf(token.text);
      return field === null ? { kind: 'nothing' } : { kind: 'exists', field };
    }
    const field = fieldOf(name);
    if (field === null) {
      // Read, so that what comes after it is understood.
      if (this.#take('(')) this.#group({ kind: 'text', name: 'name' });
      else this.#value({ kind: 'text', name: 'name' }, { ranges: true });
      return { kind: 'nothing' };
    }
    return this.#take('(') ? this.#group(field) : this.#value(field);
  }

  #value(field: UserField | null, { ranges } = { ranges: false }): UserSearch {
    const token = this.#next();
    this.#at++;
    this.#count();
    if (token?.kind === 'range') {
      if (ranges) return { kind: 'nothing' };
      if (field?.kind !== 'time') throw bad('Ranges are only possible for times');
      return { kind: 'between', field, from: timeOf(token.from, false), to: timeOf(token.to, true) };
    }
    if (token?.kind !== 'word' && token?.kind !== 'phrase') throw bad('A value is missing');
    if (field !== null) return valueOf(field, token);
    return {
      kind: 'any',
      of: WITHOUT_FIELD.map((name) => valueOf({ kind: 'text', name }, token)),
    };
  }

  #count(): void {
    if (++this.#terms > MAX_TERMS) throw bad(`More than ${MAX_TERMS} terms`);
  }
}

/**
 * Reads a search.
 *
 * @throws ManagementError for what it does not understand: leaving a part out would show too many users.
 */
export function parseUserQuery(q: string): UserSearch {
  const given = tokens(q);
  return given.length === 0 ? { kind: 'all', of: [] } : new Parser(given).parse();
}
