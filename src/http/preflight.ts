import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers the question of a browser whether a page of another origin may ask (Fetch standard, CORS-preflight request). Any
 * page may: what it asks is answered for the origins of its client only.
 */
export function answerPreflight(req: IncomingMessage, res: ServerResponse): void {
  const wanted = req.headers['access-control-request-headers'];
  res.writeHead(204, {
    'Access-Control-Allow-Origin': req.headers.origin ?? '*',
    'Access-Control-Allow-Methods': 'GET, POST, DELETE',
    ...(wanted !== undefined && { 'Access-Control-Allow-Headers': wanted }),
    'Access-Control-Max-Age': '3600',
    Vary: 'Origin, Access-Control-Request-Headers',
  });
  res.end();
}
