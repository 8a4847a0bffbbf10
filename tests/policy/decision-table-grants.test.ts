// Client credentials: which client grant counts (token-issuance.md 3, 4.2, 4.6, 9).

import { findClientGrant } from '../../src/policy/client-grant.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import {
  API,
  answerTo,
  defaultGrant,
  factsOf,
  noClientGrant,
  notGranted,
  ownGrant,
  permissiveThirdParty,
  requestOf,
  resourceServer,
  type Row,
  strictThirdParty,
  token,
} from './facts.js';

const bySharedGrant = token(['read'], 'cgr_default');
const rows: Row[] = [
  {
    name: 'no client grant, no token',
    source: 'CC-2, V4',
    setup: {},
    answer: noClientGrant,
  },
  {
    name: 'a client grant for users is none for client credentials',
    source: 'CC-3, V5',
    setup: { grants: [ownGrant('c1', { subjectType: 'user' })] },
    answer: noClientGrant,
  },
  {
    name: 'of two client grants the one for client credentials counts',
    source: 'section 2, uniqueness',
    setup: {
      grants: [ownGrant('c1', { id: 'cgr_u', subjectType: 'user', allowAllScopes: true }), ownGrant('c1')],
    },
    answer: token(['read', 'write']),
  },
  {
    name: 'the grant of another client is no grant',
    source: 'CC-2',
    setup: { grants: [ownGrant('c2')] },
    answer: noClientGrant,
  },
  {
    name: 'a client grant for another API is no grant',
    source: 'CC-2',
    setup: { grants: [ownGrant('c1', { audience: `${API}/` })] },
    answer: noClientGrant,
  },
  {
    name: 'the default grant is not for first parties',
    source: 'section 3, grant lookup; V21',
    setup: { grants: [defaultGrant()] },
    answer: noClientGrant,
  },
  ...[strictThirdParty, permissiveThirdParty].flatMap((client): Row[] => {
    const kind = client.thirdPartySecurityMode;
    const own = ownGrant(client.clientId, { scopes: ['delete'] });
    const shared = defaultGrant({ scopes: ['read'] });
    const source = kind === 'strict' ? 'CC-11' : 'PM-1, PM-2';
    return [
      {
        name: `a ${kind} third party needs a client grant`,
        source,
        setup: { client },
        answer: noClientGrant,
      },
      {
        name: `a ${kind} third party gets what its own client grant gives`,
        source,
        setup: { client, grants: [own] },
        answer: token(['delete'], own.id),
      },
      {
        name: `a ${kind} third party without a grant of its own gets what the default grant gives`,
        source,
        setup: { client, grants: [shared] },
        answer: bySharedGrant,
      },
      {
        name: `the own grant of a ${kind} third party hides the default grant and is not joined with it`,
        source: `${source}, TP-3, V20`,
        setup: { client, grants: [shared, own] },
        answer: token(['delete'], own.id),
      },
      {
        name: `a ${kind} third party is refused what only the hidden default grant has`,
        source: `${source}, TP-3, CC-6`,
        setup: { client, grants: [shared, own] },
        request: { scopes: ['read'] },
        answer: notGranted('read'),
      },
      {
        name: `an own grant for users leaves the default grant in force for a ${kind} third party`,
        source: `${source}, section 3, grant lookup`,
        setup: { client, grants: [{ ...own, subjectType: 'user' }, shared] },
        answer: bySharedGrant,
      },
      {
        name: `a default grant for users gives a ${kind} third party no client credentials`,
        source: `${source}, CC-3`,
        setup: { client, grants: [{ ...shared, subjectType: 'user' }] },
        answer: noClientGrant,
      },
    ];
  }),
];

test.each(rows)('$name ($source)', (row) => {
  expect(answerTo(row)).toEqual(row.answer);
});

test.each([
  { grant: ownGrant('t1'), source: 'CC-4', tells: 'client grant cgr_t1' },
  { grant: defaultGrant(), source: 'CC-11', tells: 'default grant cgr_default' },
])('the trace says which client grant counted ($source)', ({ grant, source, tells }) => {
  const { trace } = decideAccess(requestOf(), factsOf({ client: strictThirdParty, grants: [grant] }));
  expect(trace.find(({ rule }) => rule === 'client_grant')).toMatchObject({ source, because: tells });
});

test('a system API has no default grant, whoever asks for it and wherever (SY-5)', () => {
  const systemApi = { ...resourceServer, systemApi: 'my_account' } as const;
  expect(findClientGrant([defaultGrant()], strictThirdParty, systemApi, 'client')).toBeNull();
});
