// The policy against the oracle, over the whole space of situations.
//
// All dimensions at once are 1.3 billion situations, so the space is walked in parts. Each part goes through every
// combination of the dimensions that one stage of the decision may look at, with the earlier stages open and with a
// passing and a failing value of what comes later:
//  - the gate (flow, API, policy, client grant) comes before scopes and organizations in token-issuance.md 3;
//  - scopes "are computed as in 4.2 whatever the organization" (4.3), so what is allowed with an organization does not
//    matter to them;
//  - organizations depend on the client grant that counts, and not on its scopes beyond none being missing.
// That the parts really do not depend on each other is what the last one is for: it goes through all dimensions at once
// in strides of a prime number that divides no dimension, so every value meets every other.

import { decideAccess } from '../../src/policy/decide-access.js';
import type { ClientDecision } from '../../src/policy/decision.js';
import { choicesIn, factsIn, type Region, requestIn, situations } from './decision-space.js';
import { expectedIn, refusalLine, tokenLine } from './oracle.js';

function lineOf(decision: ClientDecision): string {
  if (decision.granted) {
    return tokenLine(decision.scopes, decision.organization?.id ?? null, decision.clientGrantId ?? 'nothing');
  }
  const { reason, ...details } = decision.denial;
  return refusalLine(reason, ...Object.values(details).flat());
}

const openGate = {
  grantTypeListed: [true],
  confidential: [true],
  selfRegistered: [false],
  audience: ['asked for'],
  clientPolicy: ['require_client_grant'],
} as const satisfies Region;
const asDocumented = { partOfGrant: ['all_of_grant'], undefinedScopes: ['drop'] } as const satisfies Region;

test.each<{ part: string; region: Region; stride: number; atLeast: number }>([
  {
    part: 'who gets to the scopes: the flow, the API, its policy and the client grant',
    region: {
      ...asDocumented,
      grantsListUndefinedScope: [false],
      requested: ['none', 'unknown a'],
      usage: ['deny', 'required'],
      allowAny: [false],
      associated: [false],
      organization: ['none', 'unknown'],
      defaultOrganization: ['none'],
      namesAllowed: [false],
      proofOfPossession: ['not required'],
    },
    stride: 1,
    atLeast: 160_000,
  },
  {
    part: 'which scopes: the client grant, the API and the request',
    region: {
      ...openGate,
      allowAny: [false],
      associated: [true],
      defaultOrganization: ['none'],
      namesAllowed: [false],
      proofOfPossession: ['not required', 'by client'],
    },
    stride: 1,
    atLeast: 270_000,
  },
  {
    part: 'which organization: the client grant, the association, the default organization and names',
    region: {
      ...openGate,
      ...asDocumented,
      systemApi: [false],
      grantsListUndefinedScope: [false],
      requested: ['none', 'unknown a'],
    },
    stride: 1,
    atLeast: 330_000,
  },
  { part: 'everything at once', region: {}, stride: 4001, atLeast: 310_000 },
])('the policy answers as the oracle does: $part', ({ region, stride, atLeast }) => {
  const wrong: object[] = [];
  let cases = 0;
  let tokens = 0;
  for (const situation of situations(region, stride)) {
    const decision = decideAccess(requestIn(situation), factsIn(situation), choicesIn(situation));
    const expected = expectedIn(situation);
    const received = lineOf(decision);
    cases += 1;
    if (decision.granted) tokens += 1;
    // A few say enough, and a million would not be readable.
    if (received !== expected && wrong.length < 3) wrong.push({ situation, expected, received });
  }
  expect(wrong).toEqual([]);
  // The space cannot shrink unnoticed, nor become one in which nobody gets anything.
  expect(cases).toBeGreaterThan(atLeast);
  expect(tokens).toBeGreaterThan(100);
});
