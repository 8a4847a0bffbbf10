// A consent that is taken back ends what clients got by it: codes and refresh tokens hang on authorizations.

import type { Engine } from '../../support/engines.js';
import { aClient, anOrganization, aResourceServer, aUser, change, givenUserConnection } from '../fixtures.js';
import { withRaw } from '../raw.js';

const API = 'https://orders.example.com/';
const OTHER_API = 'https://other.example.com/';

interface Authorization {
  readonly id: string;
  readonly user: string;
  readonly client: string;
  readonly audience: string | null;
  readonly organization: string | null;
  readonly needsConsent: boolean;
}

export function withdrawnConsentConformance(engine: Engine): void {
  test('a consent that is taken back ends the authorizations that stand on it, and no others', async () => {
    const database = await engine.create();
    const storage = await database.open();
    await givenUserConnection(storage);
    const organization = await change(storage, async (config) => {
      for (const identifier of [API, OTHER_API]) {
        await config.resourceServers.create(aResourceServer({ identifier }));
      }
      for (const clientId of ['client', 'another']) await config.clients.create(aClient({ clientId }), []);
      for (const userId of ['auth0|user', 'auth0|another']) await config.users.create(aUser({ userId }));
      return (await config.organizations.create(anOrganization())).id;
    });
    const consent = { userId: 'auth0|user', clientId: 'client', organizationId: null, scopes: ['read'] };
    const { id: forApi } = await storage.consents.remember({ ...consent, audience: API });
    const { id: forUserinfo } = await storage.consents.remember({ ...consent, audience: null });
    await storage.close();

    const base = {
      user: 'auth0|user',
      client: 'client',
      audience: API,
      organization: null,
      needsConsent: true,
    };
    const authorizations: Authorization[] = [
      { id: 'ended', ...base },
      { id: 'another user', ...base, user: 'auth0|another' },
      { id: 'another client', ...base, client: 'another' },
      { id: 'another API', ...base, audience: OTHER_API },
      { id: 'in an organization', ...base, organization },
      { id: 'without consent', ...base, needsConsent: false },
      { id: 'for userinfo', ...base, audience: null },
    ];
    await withRaw(database, async (query) => {
      for (const { id, user, client, audience, organization, needsConsent } of authorizations) {
        await query(
          `INSERT INTO authorizations (id, user_id, client_id, audience, organization_id, grant_type,
             granted_scopes, needs_consent, authenticated_at, created_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, 'authorization_code', '{read}', $6, now(), now(), now())`,
          [id, user, client, audience, organization, needsConsent],
        );
        await query(
          `INSERT INTO protocol_artifacts (kind, digest, authorization_id, encrypted_payload, used_at, expires_at)
           VALUES ('RefreshToken', $1, $1, '', now(), now())`,
          [id],
        );
      }
    });
    const left = () =>
      withRaw(database, async (query) => {
        const rows = await query<{ id: string }>(
          `SELECT a.id FROM authorizations a JOIN protocol_artifacts p ON p.authorization_id = a.id ORDER BY a.seq`,
        );
        return rows.map(({ id }) => id);
      });
    const all = authorizations.map(({ id }) => id);
    const forget = async (id: string): Promise<void> => {
      const again = await database.open();
      await again.consents.delete(id, null);
      await again.close();
    };

    expect(await left()).toEqual(all);
    await forget(forApi);
    expect(await left()).toEqual(all.slice(1));
    await forget(forUserinfo);
    expect(await left()).toEqual(all.slice(1, -1));
    await database.remove();
  });
}
