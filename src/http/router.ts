import { type RequestHandler, Router } from 'express';
import { ManagementError } from '../errors.js';
import { callerOf } from './authentication.js';
import { connectionOf } from './connection.js';
import type { Call, Contract, Handler, Handlers, Operation, OperationId } from './contract.js';

function serve<Id extends OperationId>(operation: Operation, handler: Handler<Id>): RequestHandler {
  return async (req, res) => {
    const caller = callerOf(req);
    if (caller === undefined) throw new Error(`${operation.id} was reached without authentication`);
    const answer = await handler({
      operation,
      // The validator has held these against the document that the types are generated from.
      body: req.body as Call<Id>['body'],
      query: req.query,
      path: req.params as Call<Id>['path'],
      caller,
      client: connectionOf(req),
    });
    res.status(answer.status);
    if (answer.body === undefined) res.end();
    else res.json(answer.body);
  };
}

const pattern = ({ path }: Operation): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/**
 * Refuses what the contract has no operation for, before anything is asked about the caller: the platform is built on hapi,
 * which looks for the route first. Which paths there are is no secret.
 */
export function onlyKnownRoutes(contract: Contract): Router {
  const router = Router();
  for (const operation of contract.operations) {
    router[operation.method](pattern(operation), (_req, _res, next) => next('router'));
  }
  router.use('/api/v2', () => {
    throw new ManagementError('not_found');
  });
  return router;
}

/** One route for each operation of the contract that has a handler. */
export function routeOperations<Ids extends OperationId>(
  contract: Contract,
  handlers: Handlers<Ids>,
): Router {
  const router = Router();
  for (const operation of contract.operations) {
    const handler = (handlers as Partial<Record<OperationId, Handler<OperationId>>>)[operation.id];
    if (handler === undefined) continue;
    router[operation.method](pattern(operation), serve(operation, handler));
  }
  return router;
}
