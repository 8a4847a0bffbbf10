// The decision tables of token-issuance.md 4.1 and 4.2, row by row: what there is, what is asked for, what comes of it.

import type { TestServer } from '../support/server.js';
import { givenApi, givenClient, givenGrant, notAuthorized, type TestApi, type TestClient } from './given.js';

const GRANT_TYPE_URI = 'https://auth0.com/docs/clients/client-grant-types';

export interface Setup {
  readonly api?: object;
  readonly client?: object;
  /** Left out: no client grant. */
  readonly grants?: readonly object[];
}

export async function givenSetup(server: TestServer, { api = {}, client = {}, grants = [] }: Setup) {
  const made = { api: await givenApi(server, api), client: await givenClient(server, client) };
  for (const grant of grants) await givenGrant(server, made.client, made.api, grant);
  return made;
}

export interface GrantedRow extends Setup {
  readonly row: string;
  readonly when: string;
  readonly request?: Record<string, string>;
  /** Undefined: neither the answer nor the token has a scope. */
  readonly scope: string | undefined;
}

export const granted: GrantedRow[] = [
  { row: 'CC-4, V1', when: 'no scope is asked for', grants: [{}], scope: 'read write' },
  {
    row: 'CC-5, Q3',
    when: 'a part is asked for',
    grants: [{}],
    request: { scope: 'read' },
    scope: 'read write',
  },
  {
    row: 'CC-4, section 5',
    when: 'the grant lists its scopes in another order than the API and the request',
    grants: [{ scope: ['write', 'delete', 'read'] }],
    request: { scope: 'read write delete' },
    scope: 'write delete read',
  },
  {
    row: 'section 5',
    when: 'a scope is asked for twice',
    grants: [{}],
    request: { scope: 'read  read' },
    scope: 'read write',
  },
  { row: 'CC-7, V8', when: 'the grant lists no scope', grants: [{ scope: [] }], scope: undefined },
  {
    row: 'CC-8',
    when: 'the grant allows all scopes',
    grants: [{ allow_all_scopes: true }],
    scope: 'read write delete',
  },
  {
    row: 'CC-8, section 1 rule 6',
    when: 'the grant allows all scopes and the API has none',
    api: { scopes: [] },
    grants: [{ allow_all_scopes: true }],
    scope: undefined,
  },
  {
    row: 'CC-9',
    when: 'the API enforces role-based access control',
    api: { enforce_policies: true },
    grants: [{}],
    scope: 'read write',
  },
  {
    row: 'CC-10',
    when: 'authorization_details are sent',
    grants: [{}],
    request: { authorization_details: '[{"type":"payment"}]' },
    scope: 'read write',
  },
  {
    row: 'CC-3',
    when: 'the client has a user grant beside its client grant',
    grants: [{ subject_type: 'user', scope: ['delete'] }, { scope: ['read'] }],
    scope: 'read',
  },
  {
    row: 'management-api.md 2.8, platform-choices.ts',
    when: 'the grant lists a scope that the API does not define',
    grants: [{ scope: ['read', 'nosuch'] }],
    scope: 'read',
  },
];

export interface RefusedRow extends Setup {
  readonly row: string;
  readonly when: string;
  readonly request?: Record<string, string>;
  readonly status: number;
  readonly reason: string;
  readonly body: (client: TestClient, api: TestApi) => object;
}

export const accessDenied = (description: string): object => ({
  error: 'access_denied',
  error_description: description,
});

const unauthorized = {
  status: 403,
  body: (client: TestClient, api: TestApi) => accessDenied(notAuthorized(client, api)),
};
export const unknownApi = (audience: string) => ({
  status: 403,
  reason: 'resource_server_unknown',
  body: () => accessDenied(`Service not enabled within domain: ${audience}`),
});
const missing = (scopes: string) => ({
  status: 403,
  reason: 'scopes_not_granted',
  body: () => accessDenied(`Client has not been granted scopes: ${scopes}`),
});
const noAudience = {
  status: 403,
  reason: 'audience_missing',
  body: () => accessDenied('Non-global clients are not allowed access to APIv1'),
};
const flowNotAllowed = {
  status: 403,
  reason: 'grant_type_not_allowed',
  body: () => ({
    error: 'unauthorized_client',
    error_description: "Grant type 'client_credentials' not allowed for the client.",
    error_uri: GRANT_TYPE_URI,
  }),
};
const unbound = {
  status: 400,
  reason: 'proof_of_possession_required',
  body: (_client: TestClient, api: TestApi) => ({
    error: 'invalid_request',
    error_description: `Tokens for resource server "${api.identifier}" must be bound to a key, which this server cannot do yet.`,
  }),
};

export const refused: RefusedRow[] = [
  {
    row: 'AU-5, V9',
    when: 'no API has the audience',
    grants: [{}],
    request: { audience: 'https://nope' },
    ...unknownApi('https://nope'),
  },
  { row: 'AU-6', when: 'there is no audience', grants: [{}], request: { audience: '' }, ...noAudience },
  {
    row: 'AU-3, Q18',
    when: 'only the resource parameter names an API',
    grants: [{}],
    request: { audience: '', resource: 'https://nope' },
    ...noAudience,
  },
  {
    row: 'CC-1, V6',
    when: 'the policy is deny_all, whatever the grant says',
    api: { subject_type_authorization: { client: { policy: 'deny_all' } } },
    grants: [{ allow_all_scopes: true }],
    reason: 'policy_denies_all',
    ...unauthorized,
  },
  { row: 'CC-2, V4', when: 'there is no grant', reason: 'client_grant_missing', ...unauthorized },
  {
    row: 'CC-2',
    when: 'there is no grant and scopes are asked for',
    request: { scope: 'nosuch' },
    reason: 'client_grant_missing',
    ...unauthorized,
  },
  {
    row: 'CC-3, V5',
    when: 'there is only a user grant',
    grants: [{ subject_type: 'user' }],
    reason: 'client_grant_missing',
    ...unauthorized,
  },
  {
    row: 'CC-6, V2',
    when: 'one of two scopes is not granted',
    grants: [{}],
    request: { scope: 'read delete' },
    ...missing('delete'),
  },
  {
    row: 'CC-6, V3',
    when: 'no scope is granted',
    grants: [{}],
    request: { scope: 'delete nosuch' },
    ...missing('delete, nosuch'),
  },
  {
    row: 'CC-6',
    when: 'scopes of OpenID Connect are asked for',
    grants: [{}],
    request: { scope: 'openid profile email offline_access' },
    ...missing('openid, profile, email, offline_access'),
  },
  {
    row: 'CC-6, section 5',
    when: 'a scope is asked for in other letters',
    grants: [{}],
    request: { scope: 'Read' },
    ...missing('Read'),
  },
  {
    row: 'CC-6, CC-7',
    when: 'the grant lists no scope',
    grants: [{ scope: [] }],
    request: { scope: 'read' },
    ...missing('read'),
  },
  {
    row: 'CC-6, CC-8',
    when: 'all scopes are granted and another one is asked for',
    grants: [{ allow_all_scopes: true }],
    request: { scope: 'nosuch' },
    ...missing('nosuch'),
  },
  {
    row: 'management-api.md 2.8, platform-choices.ts',
    when: 'the scope stands in the grant and not in the API',
    grants: [{ scope: ['read', 'nosuch'] }],
    request: { scope: 'nosuch' },
    ...missing('nosuch'),
  },
  {
    row: 'GE-3',
    when: "the client's grant_types do not list the flow",
    client: { grant_types: ['authorization_code'] },
    grants: [{}],
    ...flowNotAllowed,
  },
  {
    row: 'management-api.md 4.1',
    when: 'the API wants every token bound to a key',
    api: { proof_of_possession: { mechanism: 'mtls', required: true } },
    grants: [{}],
    ...unbound,
  },
  {
    row: 'management-api.md 6.1',
    when: 'the client wants its tokens bound to a key',
    client: { require_proof_of_possession: true },
    grants: [{}],
    ...unbound,
  },
];
