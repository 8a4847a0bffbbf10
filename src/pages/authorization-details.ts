// A rich authorization request (RFC 9396) as a person can read it: everything that is in it, since all of it is agreed to.

import type { AuthorizationDetail } from '../domain/authorization.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.js';
import { type Content, foreign, html, type Html } from './html.js';
import { texts } from './texts.js';

/** Deeper than this a value is shown as JSON, and deeper than the second not at all: no server of an API asks for that. */
const LEVELS = 5;
const LEVELS_OF_JSON = 32;

/** `instructedAmount` and `instructed_amount` as "Instructed amount"; a name that is not made of words stays as it is. */
function inWords(name: string): string {
  if (!/^[a-z][a-zA-Z0-9]*(?:[_-][a-zA-Z0-9]+)*$/.test(name)) return name;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[\s_-]/)
    // An abbreviation keeps its capitals.
    .map((word) => (/^[A-Z][a-z0-9]*$/.test(word) ? word.toLowerCase() : word));
  const text = words.join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function asJson(value: JsonValue, level: number): string {
  if (level > LEVELS_OF_JSON) return '…';
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => asJson(item, level + 1)).join(', ')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${asJson(member, level + 1)}`,
  );
  return `{${members.join(', ')}}`;
}

function single(value: string | number | boolean | null): Content {
  if (value === null || value === '') return html`<em>${texts.details.nothing}</em>`;
  if (typeof value === 'boolean') return value ? texts.details.yes : texts.details.no;
  return foreign(String(value));
}

function shown(value: JsonValue, level: number): Content {
  if (typeof value !== 'object' || value === null) return single(value);
  if (level > LEVELS) return html`<code>${foreign(asJson(value, level))}</code>`;
  if (isJsonObject(value)) return members(value, level);
  if (value.length === 0) return html`<em>${texts.details.nothing}</em>`;
  return html`<ul>
    ${value.map((item) => html`<li>${shown(item, level + 1)}</li>`)}
  </ul>`;
}

function members(value: JsonObject, level: number): Content {
  const all = Object.entries(value);
  if (all.length === 0) return html`<em>${texts.details.nothing}</em>`;
  return html`<dl>
    ${all.map(
      ([name, member]) =>
        html`<div>
          <dt>${foreign(inWords(name))}</dt>
          <dd>${shown(member, level + 1)}</dd>
        </div>`,
    )}
  </dl>`;
}

/** Its type, then its fields. */
export function authorizationDetail({ type, ...fields }: AuthorizationDetail): Html {
  const words = inWords(type);
  return html`<section class="detail">
    <h3>${foreign(words)} ${words !== type && html`<code>${foreign(type)}</code>`}</h3>
    ${Object.keys(fields).length > 0 && members(fields, 0)}
  </section>`;
}
