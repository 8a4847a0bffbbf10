import type { ClientCredential, NewClientCredential } from '../../../src/domain/client.js';
import { AlreadyExists, MissingReference, type Storage } from '../../../src/storage/storage.js';
import { aClient, aCredential, change, type Opened } from '../fixtures.js';

export function credentialConformance(opened: Opened): void {
  describe('client credentials', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const createClient = async (): Promise<string> =>
      (await change(storage, (config) => config.clients.create(aClient(), []))).clientId;
    const create = (clientId: string, given?: Partial<NewClientCredential>): Promise<ClientCredential> =>
      change(storage, (config) => config.clients.createCredential(aCredential(clientId, given)));

    test('a public key comes back as it was given', async () => {
      const clientId = await createClient();
      const given = aCredential(clientId, {
        name: 'laptop',
        algorithm: 'PS256',
        publicJwk: { kty: 'RSA', n: 'modulus', e: 'AQAB', use: 'sig' },
        expiresAt: new Date('2031-02-03T04:05:06.789Z'),
      });
      await change(storage, (config) => config.clients.createCredential(given));
      expect(await storage.config.clients.findCredential(clientId, given.id)).toMatchObject(given);
    });

    test('a certificate comes back as it was given', async () => {
      const clientId = await createClient();
      const given = aCredential(clientId, {
        credentialType: 'x509_cert',
        kid: null,
        algorithm: null,
        publicJwk: null,
        subjectDn: 'CN=a',
        thumbprintSha256: 'thumbprint',
      });
      await change(storage, (config) => config.clients.createCredential(given));
      expect(await storage.config.clients.findCredential(clientId, given.id)).toMatchObject(given);
    });

    test('one of another client is not found', async () => {
      const { id } = await create(await createClient());
      expect(await storage.config.clients.findCredential(await createClient(), id)).toBeNull();
    });

    test('one for a client that does not exist is refused', async () => {
      await expect(create('nothing')).rejects.toBeInstanceOf(MissingReference);
    });

    test('two of one client with the same key id are refused', async () => {
      const clientId = await createClient();
      await create(clientId, { kid: 'same' });
      await expect(create(clientId, { kid: 'same' })).rejects.toEqual(new AlreadyExists('client_credential'));
    });

    test('two clients can have the same key id', async () => {
      await create(await createClient(), { kid: 'shared' });
      await expect(create(await createClient(), { kid: 'shared' })).resolves.toMatchObject({ kid: 'shared' });
    });

    test('one client can have several without a key id', async () => {
      const clientId = await createClient();
      await create(clientId, { kid: null });
      await create(clientId, { kid: null });
      expect(await storage.config.clients.listCredentials(clientId)).toHaveLength(2);
    });

    test('lists are by key id byte by byte, those without one last and oldest first', async () => {
      const clientId = await createClient();
      const kids = [null, 'b', 'a', null, 'B', 'ä'];
      const created = [];
      for (const [index, kid] of kids.entries())
        created.push(await create(clientId, { kid, name: String(index) }));
      const listed = await storage.config.clients.listCredentials(clientId);
      expect(listed.map(({ kid, name }) => [kid, name])).toEqual([
        ['B', '4'],
        ['a', '2'],
        ['b', '1'],
        ['ä', '5'],
        [null, '0'],
        [null, '3'],
      ]);
      expect(created).toHaveLength(listed.length);
    });

    test('a client without any, and one that does not exist, have an empty list', async () => {
      expect(await storage.config.clients.listCredentials(await createClient())).toEqual([]);
      expect(await storage.config.clients.listCredentials('nothing')).toEqual([]);
    });

    test('a new expiry is kept together with the time of the change', async () => {
      const before = await create(await createClient());
      const expiresAt = new Date('2032-01-01T00:00:00.000Z');
      const now = new Date('2026-05-05T05:05:05.005Z');
      const after = await change(storage, (config) =>
        config.clients.updateCredential(before.id, { expiresAt }, now),
      );
      expect(after).toEqual({ ...before, expiresAt, updatedAt: now });
    });

    test('null clears an expiry', async () => {
      const before = await create(await createClient(), { expiresAt: new Date('2032-01-01T00:00:00.000Z') });
      const after = await change(storage, (config) =>
        config.clients.updateCredential(before.id, { expiresAt: null }, before.updatedAt),
      );
      expect(after).toEqual({ ...before, expiresAt: null });
    });

    test('a change of one that does not exist is refused', async () => {
      const changing = change(storage, (config) =>
        config.clients.updateCredential('nothing', { expiresAt: null }, new Date()),
      );
      await expect(changing).rejects.toBeInstanceOf(MissingReference);
    });

    test('a deletion answers whether there was something to delete', async () => {
      const { id } = await create(await createClient());
      expect(await change(storage, (config) => config.clients.deleteCredential(id))).toBe(true);
      expect(await change(storage, (config) => config.clients.deleteCredential(id))).toBe(false);
    });
  });
}
