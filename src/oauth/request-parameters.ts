// The parameters of a request to an endpoint that clients call themselves, as a form or as JSON.

import type { IncomingMessage } from 'node:http';
import type { JsonObject, JsonValue } from '../domain/json.js';
import { isUnstorable } from '../domain/text.js';
import { malformed, type Refusal, tooLarge } from './refusal.js';
import { mediaTypeOf } from '../http/media-type.js';

/** Ample for an assertion and a thousand scopes. */
const MAX_BODY_BYTES = 262_144;

/** The parameters that an endpoint knows, by name. */
export type Parameters = ReadonlyMap<string, string>;

/** What a request sent. */
export interface Sent {
  readonly parameters: Parameters;
  /** Every parameter but these, whether the endpoint knows it or not, as it came. */
  readAll(except: ReadonlySet<string>): JsonObject;
}

/** Reads a body as far as it may go. Rejects when the client goes away. */
function readBody(req: IncomingMessage): Promise<string | Refusal> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else resolve(tooLarge());
    });
    req.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    req.on('error', reject);
  });
}

/** RFC 6749 section 3.2: parameters without a value count as left out, and none may be there twice. */
function fromForm(body: string, known: ReadonlySet<string>): Parameters | Refusal {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (value === '' || !known.has(name)) continue;
    if (parameters.has(name)) return malformed(`Parameter ${name.slice(0, 64)} must not be repeated`);
    parameters.set(name, value);
  }
  return parameters;
}

function fromJson(body: string, known: ReadonlySet<string>): Parameters | Refusal {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return malformed('The request body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed('The request body must be a JSON object');
  }
  const parameters = new Map<string, string>();
  for (const [name, item] of Object.entries(value)) {
    // Unknown parameters are ignored, so only those that are read have to be text.
    if (!known.has(name) || item === null || item === '') continue;
    if (typeof item !== 'string') return malformed(`Parameter ${name} must be a string`);
    parameters.set(name, item);
  }
  return parameters;
}

function parseBody(body: string, isJson: boolean, known: ReadonlySet<string>): Parameters | Refusal {
  const parameters = isJson ? fromJson(body, known) : fromForm(body, known);
  if (!('reason' in parameters)) {
    for (const [name, value] of parameters) {
      if (isUnstorable(value)) return malformed(`Parameter ${name} has characters that are not allowed`);
    }
  }
  return parameters;
}

/** Of a body that has been parsed before. */
function parametersBut(except: ReadonlySet<string>, body: string, isJson: boolean): JsonObject {
  const entries = isJson
    ? Object.entries(JSON.parse(body) as Record<string, JsonValue>)
    : [...new URLSearchParams(body)];
  return Object.fromEntries(entries.filter(([name]) => !except.has(name)));
}

/** Reads the parameters with these names. It never throws for what a client sent. Rejects when the client goes away. */
export async function readParameters(
  req: IncomingMessage,
  known: ReadonlySet<string>,
): Promise<Sent | Refusal> {
  const body = await readBody(req);
  if (typeof body !== 'string') return body;
  const isJson = mediaTypeOf(req) === 'application/json';
  const parameters = parseBody(body, isJson, known);
  if ('reason' in parameters) return parameters;
  return { parameters, readAll: (except) => parametersBut(except, body, isJson) };
}
