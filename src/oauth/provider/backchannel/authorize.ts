// POST /bc-authorize (OpenID CIBA Core 1.0 section 7; token-issuance.md CB-1 to CB-3): a client asks for the approval of a user
// who is elsewhere.

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { platformAskingLimit, platformPollingPace } from '../../../domain/approval.js';
import { newApprovalId } from '../../../domain/ids.js';
import { connectionOf } from '../../../http/connection.js';
import type { TraceStep, UserAccessRequest } from '../../../policy/decision.js';
import { MissingReference } from '../../../storage/storage.js';
import { fault, methodNotAllowed, type Refusal } from '../../refusal.js';
import { TokenAnswer } from '../../token-answer.js';
import { userEntry } from '../../user-tokens/log.js';
import { type Considered, decideUserAccess } from '../../user-tokens/user-access.js';
import { userRefusalFor } from '../../user-refusal.js';
import { authenticatedForm, refuse } from '../endpoints/client-endpoints.js';
import type { UserFlowOptions } from '../routes.js';
import { requestToAsk } from './access.js';
import { type BackchannelRequest, readBackchannelRequest, unknownUser } from './request.js';

/** auth0/docs-v2, email-notifications-with-ciba.mdx has the limit; how it answers is nowhere told. */
const askedTooOften: Refusal = fault(
  'too_many_attempts',
  429,
  'too_many_requests',
  'The user has been sent too many requests. Try again in a minute.',
);

interface Outcome {
  /** Null where the user is asked now. */
  readonly refusal: Refusal | null;
  readonly trace: readonly TraceStep[];
  /** Null where there is none to name. */
  readonly userId: string | null;
  readonly considered: Considered | null;
  readonly answer: object;
}

/** What the client may ask for is settled before it learns whether there is such a user, and before the user is bothered. */
async function ask(
  clientId: string,
  sent: BackchannelRequest,
  request: UserAccessRequest,
  options: UserFlowOptions,
): Promise<Outcome> {
  const { storage, now } = options;
  const before = await decideUserAccess(request, { clientId, userId: null }, options);
  if (before === null) throw new TypeError('the client has gone');
  const refused = (
    refusal: Refusal,
    { trace = [], userId = null, considered = before }: Partial<Outcome> = {},
  ): Outcome => ({ refusal, trace, userId, considered, answer: {} });
  const { decision: early } = before;
  if (early.granted) throw new TypeError('a token for nobody');
  if (early.denial.reason !== 'login_required') {
    return refused(userRefusalFor(early.denial, clientId, 'ciba'), { trace: early.trace });
  }

  const user = sent.userId === null ? null : await storage.config.users.find(sent.userId);
  if (user === null) return refused(unknownUser);
  const { userId } = user;
  const considered = await decideUserAccess(request, { clientId, userId }, options);
  if (considered === null) throw new TypeError('the client has gone');
  const { decision, facts } = considered;
  if (decision.granted) throw new TypeError('a token that nobody has approved');
  const { denial, trace } = decision;
  // CB-7: all that is left is to ask.
  if (denial.reason !== 'consent_required') {
    return refused(userRefusalFor(denial, clientId, 'ciba'), { trace, userId, considered });
  }

  const organization = facts.access.organizations.find(
    ({ id, name }) => id === request.organization || name === request.organization,
  );
  const secret = randomBytes(32).toString('base64url');
  const createdAt = now();
  const approval = {
    id: newApprovalId(),
    kind: 'ciba',
    userId,
    clientId,
    audience: denial.audience,
    organizationId: organization?.id ?? null,
    asked: sent.asked,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + sent.expirySeconds * 1000),
  } as const;
  try {
    const isMade = await storage.approvals.create(approval, secret, platformAskingLimit);
    if (!isMade) return refused(askedTooOften, { userId, considered });
  } catch (error) {
    if (error instanceof MissingReference) return refused(unknownUser);
    throw error;
  }
  const answer = {
    auth_req_id: secret,
    expires_in: sent.expirySeconds,
    interval: platformPollingPace.firstSeconds,
  };
  return { refusal: null, trace, userId, considered, answer };
}

export function backchannelAuthorize(
  options: UserFlowOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { storage, tenant } = options;
  return async (req, res) => {
    if (req.method !== 'POST') {
      refuse(res, methodNotAllowed(), options);
      return;
    }
    const form = await authenticatedForm(req, options, { onlyConfidential: false, forDevices: false });
    if (!(form instanceof URLSearchParams)) {
      refuse(res, form, options);
      return;
    }
    const clientId = form.get('client_id') ?? '';
    const sent = readBackchannelRequest(form, tenant);
    const nothing = { trace: [], userId: null, considered: null, answer: {} };
    const outcome =
      'reason' in sent
        ? { ...nothing, refusal: sent }
        : await ask(clientId, sent, requestToAsk(sent, tenant), options);

    const { refusal, trace, userId, considered } = outcome;
    const entry = userEntry(
      {
        clientId,
        clientName: considered?.facts.access.client.name,
        userId,
        ip: connectionOf(req).ip,
        userAgent: req.headers['user-agent'] ?? null,
        audience: considered?.facts.access.resourceServer?.identifier ?? null,
        requestedScopes: 'reason' in sent ? null : sent.asked.scopes,
      },
      {
        type: refusal ? 'ciba_start_failed' : 'ciba_start_succeeded',
        refusal: refusal && { reason: refusal.reason, description: refusal.error.description },
        because: refusal ? (trace.at(-1)?.because ?? null) : null,
        trace,
        issuance: null,
      },
      options,
    );
    await storage.appendLog(entry);
    if (refusal) refuse(res, refusal, options);
    else new TokenAnswer(res, options).grant(outcome.answer, []);
  };
}
