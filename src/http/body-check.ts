// The contract's guard for bodies that do not come over HTTP: seed files. It is the validator that requests meet, with the
// same words, but it names every fault instead of the first.

import type { Request, RequestHandler, Response } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import type { ManagementError } from '../errors.js';
import type { Contract, ContractDocument, Operation } from './contract.js';
import { bodyRefusals, byFamily, checkStorable, isValidatorError, validatorOptions } from './validation.js';

/** What is wrong at one place of a body. */
interface BodyFault {
  /** The keys that lead to the place; the last one need not be there. */
  readonly path: readonly string[];
  readonly refusal: ManagementError;
}

/**
 * Holds a body against the contract, and fills in the defaults of the contract as a request's would be.
 *
 * @returns every fault; none for a body that a handler can take.
 */
export type CheckBody = (operation: Operation, body: unknown) => Promise<readonly BodyFault[]>;

export function bodyCheck({ document }: Contract): CheckBody {
  const validatorOf = byFamily(document, validatorFor);
  /** What the validator knows of an operation: finding it out takes longer than validating. */
  const known = new Map<string, Promise<ValidatedRequest>>();

  return async (operation, body) => {
    const validator = validatorOf(operation.path);
    if (validator === null) throw new Error(`${operation.id} is not in the contract`);
    try {
      checkStorable(body);
    } catch (error) {
      return [{ path: [], refusal: error as ManagementError }];
    }
    const template = known.get(operation.id) ?? prepare(validator.before, operation);
    known.set(operation.id, template);
    const req = { ...(await template), body };
    try {
      await run(validator.validate, req);
      return [];
    } catch (error) {
      if (!isValidatorError(error)) throw error;
      return bodyRefusals(error, req as unknown as Request, document);
    }
  };
}

interface BodyValidator {
  readonly validate: RequestHandler;
  /** What a request goes through before. */
  readonly before: readonly RequestHandler[];
}

function validatorFor(document: ContractDocument): BodyValidator {
  const before = OpenApiValidator.middleware({
    ...validatorOptions(document),
    validateRequests: { allErrors: true },
    validateSecurity: false,
  }) as RequestHandler[];
  const validate = before.pop();
  if (validate === undefined) throw new Error('the validator has no middleware');
  return { validate, before };
}

type ValidatedRequest = Record<string, unknown>;

/** A request as far as the validator looks at one. */
async function prepare(
  middlewares: readonly RequestHandler[],
  operation: Operation,
): Promise<ValidatedRequest> {
  const url = operation.path.replaceAll(/\{\w+\}/g, 'id');
  const req: ValidatedRequest = {
    method: operation.method.toUpperCase(),
    originalUrl: url,
    path: url,
    baseUrl: '',
    headers: { 'content-type': 'application/json' },
    query: {},
    params: {},
    app: { enabled: () => false, param: () => undefined },
  };
  for (const middleware of middlewares) await run(middleware, req);
  return req;
}

function run(middleware: RequestHandler, req: ValidatedRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (error?: unknown): void => {
      if (error === undefined) resolve();
      else reject(error);
    };
    void Promise.resolve(middleware(req as unknown as Request, {} as Response, next)).catch(reject);
  });
}
