// The contract's guard: requests that break openapi.yaml end here, in the platform's words.

import type { NextFunction, Request, RequestHandler, Response } from 'express';
import express from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { isUnstorable } from '../domain/text.js';
import { ManagementError } from '../errors.js';
import { callerOf, requireScopes } from './authentication.js';
import { type Contract, type ContractDocument, documentOf, familyOf, scopeAlternatives } from './contract.js';
import { facets, type Finding, keysOf, validationMessage } from './validation-message.js';
import { mediaTypeOf } from './media-type.js';

/** The platform's limit (management-api.md 1.1). */
const MAX_BODY_BYTES = 1_048_576;
/** Deeper than any body of the contract; the walks over a body need an end. */
const MAX_DEPTH = 20;

/**
 * Leaves one content type to what follows, since the validator keeps a compiled schema for each that it meets. Clients
 * name a type without sending a body, and send bodies to operations that have none (recorded-behaviour.md 2).
 */
function onlyJson(req: Request, _res: Response, next: NextFunction): void {
  const mediaType = mediaTypeOf(req);
  const hasBody =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  if (hasBody && mediaType !== undefined && mediaType !== 'application/json') {
    throw new ManagementError('unsupported_media_type');
  }
  req.headers['content-type'] = 'application/json';
  next();
}

/** @throws ManagementError for values that no column can hold or that nest too deep. */
export function checkStorable(value: unknown, depth = 0): void {
  if (typeof value === 'string') {
    if (isUnstorable(value)) {
      throw new ManagementError(
        'invalid_body',
        "Payload validation error: 'Strings must be valid Unicode without NUL'.",
      );
    }
  } else if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ManagementError('invalid_body', "Payload validation error: 'Numbers must be finite'.");
  } else if (typeof value === 'object' && value !== null) {
    if (depth === MAX_DEPTH) {
      throw new ManagementError(
        'invalid_body',
        `Payload validation error: 'Nested deeper than ${MAX_DEPTH} levels'.`,
      );
    }
    for (const [key, item] of Object.entries(value)) {
      checkStorable(key, depth);
      checkStorable(item, depth + 1);
    }
  }
}

function onlyStorable(req: Request, _res: Response, next: NextFunction): void {
  checkStorable(req.body);
  let text: string;
  try {
    text = decodeURIComponent(req.originalUrl.replaceAll('+', ' '));
  } catch {
    throw new ManagementError('invalid_uri', "Path validation error: 'Malformed percent-encoding'.");
  }
  if (isUnstorable(text))
    throw new ManagementError('invalid_uri', "Path validation error: 'NUL is not allowed'.");
  next();
}

/** Ajv reads `1e999` as a number above every maximum and finds nothing wrong with it. */
function onlyFinite(req: Request, _res: Response, next: NextFunction): void {
  for (const [name, value] of Object.entries(req.query as Record<string, unknown>)) {
    if (typeof value !== 'number' || Number.isFinite(value)) continue;
    const why = `Query validation error: 'Expected type integer but found type number' on property ${name}.`;
    throw new ManagementError('invalid_query_string', why);
  }
  next();
}

interface ValidatorError {
  readonly status: number;
  readonly message: string;
  readonly errors: readonly {
    readonly path: string;
    readonly message: string;
    readonly errorCode?: string;
  }[];
}

/** True for what the validator throws at a request. */
export function isValidatorError(error: unknown): error is ValidatorError {
  return error instanceof Error && 'status' in error && Array.isArray((error as { errors?: unknown }).errors);
}

interface OpenApiRequest extends Request {
  readonly openapi?: {
    readonly pathParams: Record<string, string>;
    readonly schema: {
      readonly parameters?: readonly unknown[];
      readonly requestBody?: { readonly content?: Record<string, { readonly schema?: unknown }> };
    };
  };
}

/** The parameters of one kind, as the schema of one object. What they mean stands beside their schema. */
function parametersSchema(req: OpenApiRequest, kind: 'query' | 'path', document: ContractDocument): unknown {
  const parameters = (req.openapi?.schema.parameters ?? []).flatMap((parameter) =>
    [...facets(parameter, document)].filter((facet) => facet['in'] === kind),
  );
  return {
    properties: Object.fromEntries(
      parameters.map(({ name, description, schema }) => [name, { description, allOf: [schema] }]),
    ),
  };
}

/** Bodies are objects, save for few that are arrays. */
function bodyType(schema: unknown, document: ContractDocument): 'array' | 'object' {
  return [...facets(schema, document)].some(({ type }) => type === 'array') ? 'array' : 'object';
}

function refusal(error: ValidatorError, req: OpenApiRequest, document: ContractDocument): ManagementError {
  const [first] = error.errors;
  if (error.status === 403) return new ManagementError('insufficient_scope', error.message);
  if (error.status === 404 || error.status === 405) return new ManagementError('not_found');
  if (error.status === 415) return new ManagementError('unsupported_media_type');
  const finding = findingOf(first, error.message);
  const { pointer } = finding;
  if (pointer.startsWith('/query/')) {
    // Unknown parameters come without a keyword.
    const isUnknown = finding.keyword === '' && finding.message.startsWith('Unknown query parameter');
    const known = isUnknown ? { ...finding, keyword: 'additionalProperties' } : finding;
    const place = {
      name: 'Query',
      schema: parametersSchema(req, 'query', document),
      value: req.query,
    } as const;
    return new ManagementError('invalid_query_string', validationMessage(known, place, document));
  }
  if (pointer.startsWith('/params/')) {
    const schema = parametersSchema(req, 'path', document);
    const place = { name: 'Path', schema, value: req.openapi?.pathParams } as const;
    return new ManagementError('invalid_uri', validationMessage(finding, place, document));
  }
  if (pointer.startsWith('/body')) return bodyRefusal(finding, req, document);
  return new ManagementError('invalid_uri', `Path validation error: '${finding.message}'.`);
}

function findingOf(error: ValidatorError['errors'][number] | undefined, message: string): Finding {
  return {
    pointer: error?.path ?? '',
    keyword: error?.errorCode?.split('.')[0] ?? '',
    message: error?.message ?? message,
  };
}

function bodyRefusal(finding: Finding, req: OpenApiRequest, document: ContractDocument): ManagementError {
  const body: unknown = req.body;
  const schema = req.openapi?.schema.requestBody?.content?.['application/json']?.schema;
  if (body === undefined || finding.pointer === '/body') {
    const found = body === undefined || body === null ? 'null' : Array.isArray(body) ? 'array' : typeof body;
    const expected = bodyType(schema, document);
    if (found !== expected) {
      const why = `Payload validation error: 'Expected type ${expected} but found type ${found}'.`;
      return new ManagementError('invalid_body', why);
    }
  }
  const place = { name: 'Payload', schema, value: body } as const;
  return new ManagementError('invalid_body', validationMessage(finding, place, document));
}

/** Keywords that fail where their alternatives have failed. */
const COMBINERS = new Set(['anyOf', 'oneOf']);

/** A refusal for each place of a body at which the validator found something; the first where it found several. */
export function bodyRefusals(
  error: ValidatorError,
  req: Request,
  document: ContractDocument,
): { path: readonly string[]; refusal: ManagementError }[] {
  const findings = error.errors
    .map((each) => findingOf(each, error.message))
    // Only the body is real: there was no request with a path and a query.
    .filter(({ pointer }) => pointer.startsWith('/body'));
  const combined = findings.filter(({ keyword }) => COMBINERS.has(keyword)).map(({ pointer }) => pointer);
  const kept = new Map<string, Finding>();
  for (const finding of findings) {
    const within = combined.find((pointer) => `${finding.pointer}/`.startsWith(`${pointer}/`));
    const place = within ?? finding.pointer;
    if (!kept.has(place)) kept.set(place, finding);
  }
  return [...kept.values()].map((finding) => ({
    path: keysOf(finding.pointer).slice(1),
    refusal: bodyRefusal(finding, req, document),
  }));
}

/** What makes the validator, apart from what it is used for. It works on its copy; messages are made from the original. */
export function validatorOptions(document: ContractDocument) {
  return {
    apiSpec: structuredClone(document) as unknown as Parameters<
      typeof OpenApiValidator.middleware
    >[0]['apiSpec'],
    validateApiSpec: false,
    // The fast formats take the thirteenth month for a date.
    ajvFormats: { mode: 'full' },
    fileUploader: false,
  } as const;
}

interface GuardOptions {
  /** Also checks every answer; for tests, where a defect in an answer has to be seen. */
  readonly responses: boolean;
}

function validatorFor(document: ContractDocument, options: GuardOptions): RequestHandler {
  const validator = OpenApiValidator.middleware({
    ...validatorOptions(document),
    validateRequests: true,
    validateResponses: options.responses,
    validateSecurity: {
      handlers: {
        // The validator asks for each alternative; all of them are looked at each time, so that a refusal names them all.
        bearerAuth: (req) => {
          const caller = callerOf(req);
          const { security } = (
            req as OpenApiRequest & { openapi: { schema: { security: { bearerAuth: string[] }[] } } }
          ).openapi.schema;
          // `authenticate` comes first, so there is a caller; without one, fails closed.
          if (caller === undefined) return false;
          requireScopes(caller, scopeAlternatives(security));
          return true;
        },
      },
    },
  });
  return express.Router().use(validator as RequestHandler[]);
}

/**
 * What `make` makes of the part of a contract that a path belongs to; null for a path outside of it. The validator takes
 * seconds of processor time for the whole contract, so each part is prepared when it is first asked for: a start waits for
 * none, and most servers need few.
 */
export function byFamily<T>(
  document: ContractDocument,
  make: (part: ContractDocument) => T,
): (path: string) => T | null {
  const families = new Set(Object.keys(document.paths).map(familyOf));
  const made = new Map<string, T>();
  return (path) => {
    const family = familyOf(path);
    if (!families.has(family)) return null;
    const known = made.get(family) ?? make(documentOf(family, document));
    made.set(family, known);
    return known;
  };
}

/** Middleware that reads the body, checks the caller's scopes and validates the request. */
export function validateAgainst({ document }: Contract, options: GuardOptions): RequestHandler[] {
  const validatorOf = byFamily(document, (part) => validatorFor(part, options));
  const validate: RequestHandler = (req, res, next) => {
    const validator = validatorOf(req.path);
    if (validator === null) throw new ManagementError('not_found');
    return validator(req, res, next);
  };
  const translate = (error: unknown, req: Request, _res: Response, next: NextFunction): void => {
    next(isValidatorError(error) ? refusal(error, req as OpenApiRequest, document) : error);
  };
  return [
    onlyJson,
    express.json({ limit: MAX_BODY_BYTES, strict: false, type: () => true }),
    onlyStorable,
    validate,
    onlyFinite,
    translate as unknown as RequestHandler,
  ];
}
