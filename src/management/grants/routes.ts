// /api/v2/grants: what users have consented to (auth0/go-auth0, management/grant.go; auth0/node-auth0, UserGrant).

import type { Consent } from '../../domain/consent.js';
import type { Tenant } from '../../domain/tenant.js';
import type { components } from '../../generated/openapi.js';
import type { Handlers } from '../../http/contract.js';
import { pageBody, pageOf } from '../../http/paging.js';
import type { Storage } from '../../storage/storage.js';
import { entryOf } from '../change.js';

type Operations = 'listUserGrants' | 'deleteUserGrants' | 'deleteUserGrant';

export function grantHandlers(storage: Pick<Storage, 'consents'>, tenant: Tenant): Handlers<Operations> {
  const { consents } = storage;
  /** What a login without an API is good for. */
  const userinfo = `${tenant.issuer}userinfo`;

  const toWire = (consent: Consent): components['schemas']['UserGrant'] => ({
    id: consent.id,
    clientID: consent.clientId,
    user_id: consent.userId,
    audience: consent.audience ?? userinfo,
    scope: [...consent.scopes],
    ...(consent.organizationId !== null && { organization_id: consent.organizationId }),
  });

  const audienceOf = (audience: string): string | null =>
    audience === userinfo ? null : tenant.canonical(audience);

  return {
    async listUserGrants({ query }) {
      const { user_id: userId, client_id: clientId, audience } = query;
      const filter = {
        ...(userId !== undefined && { userId }),
        ...(clientId !== undefined && { clientId }),
        ...(audience !== undefined && { audience: audienceOf(audience) }),
      };
      const window = pageOf(query);
      const listing = await consents.list(filter, window);
      return { status: 200, body: pageBody('grants', window, listing, toWire) };
    },

    async deleteUserGrants(call) {
      await consents.deleteOfUser(call.query.user_id, entryOf(call, tenant));
      return { status: 204, body: undefined };
    },

    async deleteUserGrant(call) {
      await consents.delete(call.path.id, entryOf(call, tenant));
      return { status: 204, body: undefined };
    },
  };
}
