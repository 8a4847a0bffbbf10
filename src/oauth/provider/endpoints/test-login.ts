// POST /_grantry/login, for test suites, where the server was started for it: a session without a page or a password.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Provider } from 'oidc-provider';
import { z } from 'zod';
import { SECOND_FACTOR } from '../../../domain/second-factor.js';
import { isUnstorable } from '../../../domain/text.js';
import type { UserFlowOptions } from '../routes.js';
import { signIn } from './sign-in.js';

const body = z.strictObject({
  user_id: z
    .string()
    .max(1024)
    .refine((value) => !isUnstorable(value)),
  /** As if the user had shown a second factor. */
  mfa: z.boolean().default(false),
});

/** As long as any test. */
const SESSION_SECONDS = 86_400;

/**
 * Signs a user in: the answer sets the cookie of a session, as a login does. Only JSON is listened to, which no page of
 * another origin can send unasked.
 */
export function testLogin(
  provider: Provider,
  { storage, headers, now }: UserFlowOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    const isJson = req.headers['content-type']?.split(';')[0] === 'application/json';
    const length = Number(req.headers['content-length'] ?? 0);
    const sent: unknown = isJson && length > 0 && length < 4096 ? await json(req).catch(() => null) : null;
    const read = body.safeParse(sent);
    const user = read.success ? await storage.config.users.find(read.data.user_id) : null;
    if (user === null || req.method !== 'POST') {
      res.writeHead(400, { ...headers, 'Content-Type': 'application/json' });
      res.end(JSON.stringify({ error: 'invalid_request', error_description: 'user_id must name a user' }));
      return;
    }
    const { userId } = user;
    const amr = read.data?.mfa === true ? ['test', SECOND_FACTOR] : ['test'];
    await signIn(provider, req, res, { userId, amr, lifetimeSeconds: SESSION_SECONDS, now: now() });
    res.writeHead(204, { ...headers, 'Cache-Control': 'no-store' });
    res.end();
  };
}
