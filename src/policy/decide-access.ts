// WHO MAY GET A TOKEN. Everything that decides about access is in this folder: values in, a decision with its reasons
// out. No I/O, no clock, no Express, no database. The endpoints call it; explanations and previews will call the same
// function, so they cannot disagree with the tokens.
//
// Each rule cites its row of token-issuance.md (`CC-2`, `MO-6`, ...). docs/decision-table.md lists them all.

import type { AccessFacts } from '../domain/access-facts.js';
import { decideForClient } from './decide-for-client.js';
import { decideForUser } from './decide-for-user.js';
import type {
  AccessRequest,
  ClientAccessRequest,
  ClientDecision,
  Decision,
  UserAccessRequest,
  UserDecision,
} from './decision.js';
import { type PlatformChoices, platformChoices } from './platform-choices.js';
import { Trace } from './trace.js';

/**
 * Decides whether an authenticated client may get a token, for itself or on behalf of a user, with which scopes and for
 * which organization.
 *
 * Total and pure: the same values always give the same answer, it never throws, and whatever it does not understand
 * or does not know it refuses. The order of the rules is that of token-issuance.md 3, so the reason is always the
 * first rule that failed.
 */
export function decideAccess(
  request: ClientAccessRequest,
  facts: AccessFacts,
  choices?: PlatformChoices,
): ClientDecision;
export function decideAccess(
  request: UserAccessRequest,
  facts: AccessFacts,
  choices?: PlatformChoices,
): UserDecision;
export function decideAccess(
  request: AccessRequest,
  facts: AccessFacts,
  choices: PlatformChoices = platformChoices,
): Decision {
  const trace = new Trace();
  try {
    switch (request.subjectType) {
      case 'client':
        return decideForClient(request, facts, choices, trace);
      case 'user':
        return decideForUser(request, facts, choices, trace);
    }
  } catch {
    // The facts have another form than their types say; below.
  }
  // Fails closed.
  const denial = trace.deny('facts', 'FC-2', 'the facts are not complete', {
    reason: 'configuration_not_understood',
    value: 'facts',
  });
  return { granted: false, denial, trace: trace.steps };
}
