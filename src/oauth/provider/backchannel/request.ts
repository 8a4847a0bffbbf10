// What a backchannel authentication request says (OpenID CIBA Core 1.0 section 7.1, as the platform has it).

import { z } from 'zod';
import type { AskedApproval } from '../../../domain/approval.js';
import { isUnstorable } from '../../../domain/text.js';
import type { Tenant } from '../../../domain/tenant.js';
import { fault, malformed, type Refusal } from '../../refusal.js';
import { ASKED, readAsked, setAside } from '../login/asked.js';

/** auth0/docs-v2, user-authorization-with-ciba.mdx: the default, and the longest (72 hours). */
const DEFAULT_SECONDS = 300;
const MAX_SECONDS = 259_200;

/** The same page; its examples have spaces, which its list of characters forgets. */
const BINDING_MESSAGE = /^[A-Za-z0-9+\-_.,:# ]{1,64}$/;

/** Other ways to name a user, and to send all of this (sections 7.1 and 7.1.1): whoever uses them means what is in them. */
const NOT_READ = ['login_hint_token', 'id_token_hint', 'request', 'user_code'] as const;

const iss_sub = z.object({
  format: z.literal('iss_sub'),
  iss: z.string(),
  sub: z.string().min(1).max(1024),
});

export interface BackchannelRequest {
  /** Under the identifier that the API is kept by, as is `resource`. */
  readonly audience: string | null;
  readonly resource: string | null;
  readonly organization: string | null;
  readonly asked: AskedApproval;
  /** Null where the hint is of no form in which it could name a user of this server. */
  readonly userId: string | null;
  readonly expirySeconds: number;
}

/** CB-3: the same, whatever is wrong about it. */
export const unknownUser: Refusal = fault(
  'approval_user_unknown',
  400,
  'unknown_user_id',
  'User ID is malformed or unknown',
);

function userIn(hint: string, { issuer }: Tenant): string | null {
  try {
    const read = iss_sub.safeParse(JSON.parse(hint));
    const isOurs = read.success && read.data.iss === issuer && !isUnstorable(read.data.sub);
    return isOurs ? read.data.sub : null;
  } catch {
    return null;
  }
}

/** @param form the parameters, without those that prove who the client is. */
export function readBackchannelRequest(form: URLSearchParams, tenant: Tenant): BackchannelRequest | Refusal {
  const { problem, ...asked } = readAsked(setAside(form, tenant).get(ASKED));
  if (problem !== null) return malformed(problem);
  const other = NOT_READ.find((name) => form.has(name));
  if (other !== undefined) return malformed(`Parameter ${other} is not supported`);
  const scopes = asked.scopes ?? [];
  // CB-2.
  if (!scopes.includes('openid')) return malformed('openid scope must be requested');
  const [hint, bindingMessage] = [form.get('login_hint'), form.get('binding_message')];
  if (hint === null) return malformed('Missing required parameter: login_hint');
  if (bindingMessage === null) return malformed('Missing required parameter: binding_message');
  if (!BINDING_MESSAGE.test(bindingMessage)) {
    // Section 13.
    const text = 'binding_message must have 1 to 64 characters, letters, digits, spaces and +-_.,:# only';
    return fault('request_malformed', 400, 'invalid_binding_message', text);
  }
  const expiry = form.get('requested_expiry') ?? String(DEFAULT_SECONDS);
  const expirySeconds = /^[0-9]{1,6}$/.test(expiry) ? Number(expiry) : 0;
  if (expirySeconds < 1 || expirySeconds > MAX_SECONDS) {
    return malformed(`requested_expiry must be an integer from 1 to ${MAX_SECONDS}`);
  }
  const { audience, resource, organization, authorizationDetails } = asked;
  return {
    audience,
    resource,
    organization,
    asked: { bindingMessage, scopes, authorizationDetails },
    userId: userIn(hint, tenant),
    expirySeconds,
  };
}
