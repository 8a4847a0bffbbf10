// POST /_grantry/approve, for test suites, where the server was started for it: what a user does on the page for approvals.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { Approval } from '../../../domain/approval.js';
import { isUnstorable } from '../../../domain/text.js';
import { approve, isPending, lookAt } from '../backchannel/answer.js';
import { approveOnDevice } from '../../second-factor/devices.js';
import type { UserFlowOptions } from '../routes.js';

const text = z
  .string()
  .max(1024)
  .refine((value) => !isUnstorable(value));
const decision = z.enum(['approve', 'deny']);
const body = z.union([
  // Of a backchannel request, or the `oob_code` of a second factor.
  z.strictObject({ auth_req_id: text, decision }),
  z.strictObject({ user_id: text, binding_message: text.optional(), decision }),
]);

/** More than a suite leaves unanswered for one user. */
const MOST_PENDING = 1000;

/** Only JSON is listened to, which no page of another origin can send unasked. */
export function testApprove(
  options: UserFlowOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { storage, headers, now } = options;

  async function named(sent: z.infer<typeof body>): Promise<Approval | null> {
    if ('auth_req_id' in sent) return storage.approvals.findBySecret(sent.auth_req_id);
    const { user_id: userId, binding_message: message } = sent;
    const pending = [
      ...(await storage.approvals.pendingOf(userId, 'ciba', now(), MOST_PENDING)),
      ...(await storage.approvals.pendingOf(userId, 'second_factor', now(), MOST_PENDING)),
    ];
    return pending.find(({ asked }) => message === undefined || asked.bindingMessage === message) ?? null;
  }

  async function isAnswered(approval: Approval, isYes: boolean): Promise<boolean> {
    const { id, userId } = approval;
    if (!isYes) return storage.approvals.decide(id, userId, { status: 'denied' }, now());
    const given = { userId, authenticatedAt: now(), hasSecondFactor: true };
    if (approval.kind === 'second_factor') return approveOnDevice(id, userId, options);
    const seen = await lookAt(approval, options);
    if (seen === null) return false;
    return (await approve(approval, { ...given, shown: seen.shown }, options)) === 'approved';
  }

  return async (req, res) => {
    const isJson = req.headers['content-type']?.split(';')[0] === 'application/json';
    const length = Number(req.headers['content-length'] ?? 0);
    const isRead = req.method === 'POST' && isJson && length > 0 && length < 4096;
    const sent: unknown = isRead ? await json(req).catch(() => null) : null;
    const read = body.safeParse(sent);
    const approval = read.success ? await named(read.data) : null;
    const isDone =
      read.success &&
      approval !== null &&
      isPending(approval, now()) &&
      (await isAnswered(approval, read.data.decision === 'approve'));
    if (isDone) {
      res.writeHead(204, { ...headers, 'Cache-Control': 'no-store' });
      res.end();
      return;
    }
    const error_description =
      'auth_req_id, or user_id and binding_message, must name a request that can be answered';
    res.writeHead(400, { ...headers, 'Content-Type': 'application/json' });
    res.end(JSON.stringify({ error: 'invalid_request', error_description }));
  };
}
