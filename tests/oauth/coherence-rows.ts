// Changes of the configuration, each with what the very next token request has to come to.

import type { Response } from 'supertest';
import { askWithAssertion, claimsFor, givenKeyClient, newKeyPair, signedBy } from './assertions.js';
import {
  askToken,
  givenApi,
  givenDefaultGrant,
  givenJoined,
  givenOrganization,
  givenThirdParty,
  headerOf,
} from './given.js';
import { type ChangeRow, inOrganization, joined } from './coherence-scenes.js';

const scopeOf = (answer: Response): unknown => answer.body.scope;
const key = newKeyPair();

const denyAll = { subject_type_authorization: { client: { policy: 'deny_all' } } };
const requireGrant = { subject_type_authorization: { client: { policy: 'require_client_grant' } } };

export const changes: ChangeRow[] = [
  {
    change: "an API's policy becomes deny_all",
    given: joined({}, (server, { api }) => server.api('patch', `resource-servers/${api.id}`, denyAll)),
    before: 'granted',
    after: 'policy_denies_all',
  },
  {
    change: "an API's policy becomes require_client_grant",
    given: joined({ api: denyAll }, (server, { api }) =>
      server.api('patch', `resource-servers/${api.id}`, requireGrant),
    ),
    before: 'policy_denies_all',
    after: 'granted',
  },
  {
    change: 'an API loses a scope',
    given: joined({}, (server, { api }) =>
      server.api('patch', `resource-servers/${api.id}`, { scopes: [{ value: 'write' }] }),
    ),
    seen: scopeOf,
    before: 'read write',
    after: 'write',
  },
  {
    change: 'an API gains a scope',
    given: joined({ grant: { allow_all_scopes: true } }, (server, { api }) =>
      server.api('patch', `resource-servers/${api.id}`, { scopes: [{ value: 'read' }, { value: 'admin' }] }),
    ),
    seen: scopeOf,
    before: 'read write delete',
    after: 'read admin',
  },
  {
    change: 'an API signs in another way',
    given: joined({}, (server, { api }) =>
      server.api('patch', `resource-servers/${api.id}`, { signing_alg: 'PS256' }),
    ),
    seen: (answer) => headerOf(answer).alg,
    before: 'RS256',
    after: 'PS256',
  },
  {
    change: 'an API is deleted',
    given: joined({}, (server, { api }) => server.api('delete', `resource-servers/${api.id}`)),
    before: 'granted',
    after: 'resource_server_unknown',
  },
  {
    change: 'a client grant is created',
    given: async (server) => {
      const [{ client }, api] = await Promise.all([givenJoined(server), givenApi(server)]);
      const body = { client_id: client.id, audience: api.identifier, scope: ['read'] };
      return {
        ask: (asked) => askToken(asked, client, api),
        change: (changed) => changed.api('post', 'client-grants', body),
      };
    },
    before: 'client_grant_missing',
    after: 'granted',
  },
  {
    change: 'a client grant gets other scopes',
    given: joined({}, (server, { grantId }) =>
      server.api('patch', `client-grants/${grantId}`, { scope: ['delete'] }),
    ),
    seen: scopeOf,
    before: 'read write',
    after: 'delete',
  },
  {
    change: 'a client grant is deleted',
    given: joined({}, (server, { grantId }) => server.api('delete', `client-grants/${grantId}`)),
    before: 'granted',
    after: 'client_grant_missing',
  },
  {
    change: 'a default grant is deleted',
    given: async (server) => {
      const [client, api] = [await givenThirdParty(server, 'strict'), await givenApi(server)];
      const grantId = await givenDefaultGrant(server, api);
      return {
        ask: (asked) => askToken(asked, client, api),
        change: (changed) => changed.api('delete', `client-grants/${grantId}`),
      };
    },
    before: 'granted',
    after: 'client_grant_missing',
  },
  {
    change: 'a third party gets a grant of its own',
    given: async (server) => {
      const [client, api] = [await givenThirdParty(server, 'strict'), await givenApi(server)];
      await givenDefaultGrant(server, api);
      const body = { client_id: client.id, audience: api.identifier, scope: ['delete'] };
      return {
        ask: (asked) => askToken(asked, client, api),
        change: (changed) => changed.api('post', 'client-grants', body),
      };
    },
    seen: scopeOf,
    before: 'read write',
    after: 'delete',
  },
  {
    change: 'a client secret is rotated',
    given: joined({}, (server, { client }) => server.api('post', `clients/${client.id}/rotate-secret`)),
    before: 'granted',
    after: 'client_authentication_failed',
  },
  {
    change: 'a client secret is set to the one that is sent',
    given: async (server) => {
      const { client, api } = await givenJoined(server);
      const secret = 'the secret that is sent';
      return {
        ask: (asked) => askToken(asked, { ...client, secret }, api),
        change: (changed) => changed.api('patch', `clients/${client.id}`, { client_secret: secret }),
      };
    },
    before: 'client_authentication_failed',
    after: 'granted',
  },
  {
    change: 'a key of a client is deleted',
    given: async (server) => {
      const client = await givenKeyClient(server, key);
      return {
        ask: async (asked) =>
          askWithAssertion(asked, client, await signedBy(client, claimsFor(server, client, new Date()))),
        change: (changed) => changed.api('delete', `clients/${client.id}/credentials/${client.credentialId}`),
      };
    },
    before: 'granted',
    after: 'client_authentication_failed',
  },
  {
    change: 'a client loses the grant type',
    given: joined({}, (server, { client }) =>
      server.api('patch', `clients/${client.id}`, { grant_types: [] }),
    ),
    before: 'granted',
    after: 'grant_type_not_allowed',
  },
  {
    change: 'a client is deleted',
    given: joined({}, (server, { client }) => server.api('delete', `clients/${client.id}`)),
    before: 'granted',
    after: 'client_authentication_failed',
  },
  {
    change: 'a client grant is added to an organization',
    given: inOrganization(false, (server, { organization, grantId }) =>
      server.api('post', `organizations/${organization}/client-grants`, { grant_id: grantId }),
    ),
    before: 'organization_not_granted',
    after: 'granted',
  },
  {
    change: 'a client grant is removed from an organization',
    given: inOrganization(true, (server, { organization, grantId }) =>
      server.api('delete', `organizations/${organization}/client-grants/${grantId}`),
    ),
    before: 'granted',
    after: 'organization_not_granted',
  },
  {
    change: 'an organization is deleted',
    given: inOrganization(true, (server, { organization }) =>
      server.api('delete', `organizations/${organization}`),
    ),
    before: 'granted',
    after: 'organization_unknown',
  },
  {
    change: 'a client gets another default organization',
    given: async (server) => {
      const made = await givenJoined(server, {
        grant: { organization_usage: 'require', allow_any_organization: true },
      });
      const organization = await givenOrganization(server);
      const defaults = { organization_id: organization, flows: ['client_credentials'] };
      return {
        ask: (asked) => askToken(asked, made.client, made.api),
        change: (changed) =>
          changed.api('patch', `clients/${made.client.id}`, { default_organization: defaults }),
      };
    },
    before: 'organization_required',
    after: 'granted',
  },
];

const quota = (perHour: number): object => ({
  token_quota: { client_credentials: { enforce: true, per_hour: perHour } },
});

/** The quota of a client with one token an hour, which the request before the change has taken. */
export const quotaChanges: ChangeRow[] = [
  {
    change: "a client's token quota is raised",
    given: async (server) => {
      const made = await givenJoined(server, { client: quota(1) });
      await askToken(server, made.client, made.api);
      return {
        ask: (asked) => askToken(asked, made.client, made.api),
        change: (changed) => changed.api('patch', `clients/${made.client.id}`, quota(10)),
      };
    },
    before: 'quota_exceeded',
    after: 'granted',
  },
  {
    change: "a client's token quota is lowered",
    given: joined({ client: quota(10) }, (server, { client }) =>
      server.api('patch', `clients/${client.id}`, quota(1)),
    ),
    before: 'granted',
    after: 'quota_exceeded',
  },
  {
    change: "a client's token quota is taken away",
    given: async (server) => {
      const made = await givenJoined(server, { client: quota(1) });
      await askToken(server, made.client, made.api);
      return {
        ask: (asked) => askToken(asked, made.client, made.api),
        change: (changed) => changed.api('patch', `clients/${made.client.id}`, { token_quota: null }),
      };
    },
    before: 'quota_exceeded',
    after: 'granted',
  },
];
