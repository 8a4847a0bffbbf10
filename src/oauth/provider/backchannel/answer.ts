// What becomes of an approval when its user answers, on the page or by a script of a test suite.

import { createHash } from 'node:crypto';
import type { Approval } from '../../../domain/approval.js';
import type { AccessFacts, OrganizationFacts } from '../../../domain/access-facts.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { decideUserAccess } from '../../user-tokens/user-access.js';
import { requestOfApproval } from './access.js';

/** An approval as its user sees it now. */
export interface Seen {
  readonly facts: AccessFacts;
  readonly organization: OrganizationFacts | null;
  /** What the user would approve; null where the policy lets nobody approve it any more. */
  readonly scopes: readonly string[] | null;
  /** Stands for all that is shown of it: an answer to something else is none. */
  readonly shown: string;
}

function digestOf(
  { id, audience, organizationId, asked }: Approval,
  scopes: readonly string[] | null,
): string {
  const all = [id, audience, organizationId, asked.bindingMessage, scopes, asked.authorizationDetails];
  return createHash('sha256').update(JSON.stringify(all)).digest('base64url');
}

/** @returns null when the client has gone. */
export async function lookAt(approval: Approval, options: UserTokenOptions): Promise<Seen | null> {
  const { clientId, userId } = approval;
  const request = requestOfApproval(approval, options.tenant);
  const considered = await decideUserAccess(request, { clientId, userId }, options);
  if (considered === null) return null;
  const { decision, facts } = considered;
  // CB-7: there is nothing left but to ask.
  const isOpen = !decision.granted && decision.denial.reason === 'consent_required';
  const scopes = isOpen ? decision.denial.scopes : null;
  const { organizations } = facts.access;
  const organization = organizations.find(({ id }) => id === approval.organizationId) ?? null;
  return { facts: facts.access, organization, scopes, shown: digestOf(approval, scopes) };
}

/** Whether somebody can answer it still. */
export const isPending = ({ status, expiresAt }: Approval, now: Date): boolean =>
  status === 'pending' && now < expiresAt;

/**
 * Approves what the user was shown.
 *
 * @returns `changed` where something else would be shown by now, `gone` where it was answered before, or is over,
 *   `second_factor` where the user has to show one first.
 */
export async function approve(
  approval: Approval,
  given: {
    readonly userId: string;
    readonly shown: string;
    readonly authenticatedAt: Date;
    readonly hasSecondFactor: boolean;
  },
  options: UserTokenOptions,
): Promise<'approved' | 'changed' | 'gone' | 'second_factor'> {
  const { storage, now } = options;
  const seen = await lookAt(approval, options);
  if (seen === null) return 'gone';
  if (seen.scopes === null || seen.shown !== given.shown) return 'changed';
  const decision = {
    status: 'approved',
    scopes: seen.scopes,
    authenticatedAt: given.authenticatedAt,
    hasSecondFactor: given.hasSecondFactor,
  } as const;
  const approved = { ...approval, approvedScopes: seen.scopes, hasSecondFactor: given.hasSecondFactor };
  const { clientId, userId } = approval;
  const request = requestOfApproval(approved, options.tenant);
  const considered = await decideUserAccess(request, { clientId, userId }, options);
  if (considered === null) return 'gone';
  if (!considered.decision.granted)
    return considered.decision.denial.reason === 'mfa_required' ? 'second_factor' : 'changed';
  const counts = await storage.approvals.decide(approval.id, given.userId, decision, now());
  return counts ? 'approved' : 'gone';
}
