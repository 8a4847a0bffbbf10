import type { JsonValue } from '../../../src/domain/json.js';
import type { Opened } from '../fixtures.js';
import { change } from '../fixtures.js';

export function tenantSettingsConformance(opened: Opened): void {
  describe('settings of the tenant', () => {
    test('are there from the start, with nothing set', async () => {
      expect(await opened().config.tenantSettings.get()).toEqual({
        defaultAudience: null,
        allowOrganizationNames: null,
        resourceParameterProfile: null,
        defaultTokenQuotas: null,
        settings: {},
      });
    });

    test('an update changes what it names, and null clears it', async () => {
      const quota = { enforce: true, perDay: 10, perHour: null };
      const set = {
        defaultAudience: '',
        allowOrganizationNames: false,
        resourceParameterProfile: 'compatibility',
        defaultTokenQuotas: { clients: quota, organizations: null },
        settings: { friendly_name: 'Acme', nested: { list: [1, null, 'a'] } },
      } as const;
      const { tenantSettings } = opened().config;
      expect(await change(opened(), (config) => config.tenantSettings.update(set))).toEqual(set);
      await change(opened(), (config) => config.tenantSettings.update({ defaultAudience: 'urn:a' }));
      expect(await tenantSettings.get()).toEqual({ ...set, defaultAudience: 'urn:a' });
      const cleared = {
        defaultAudience: null,
        allowOrganizationNames: null,
        resourceParameterProfile: null,
        defaultTokenQuotas: null,
      };
      await change(opened(), (config) => config.tenantSettings.update(cleared));
      expect(await tenantSettings.get()).toEqual({ ...cleared, settings: set.settings });
      await change(opened(), (config) => config.tenantSettings.update({ settings: {} }));
    });
  });

  describe('settings documents', () => {
    test.each<[string, JsonValue]>([
      ['an object', { b: 1, a: { nested: [true, null] } }],
      ['a list', ['all-applications']],
      ['an empty object', {}],
    ])('%s comes back as it was put', async (name, document) => {
      await change(opened(), ({ settingsDocuments }) => settingsDocuments.put(name, document));
      expect(await opened().config.settingsDocuments.find(name)).toEqual(document);
    });

    test('is replaced as a whole, and gone once it is deleted', async () => {
      const { settingsDocuments } = opened().config;
      expect(await settingsDocuments.find('one')).toBeNull();
      await change(opened(), (config) => config.settingsDocuments.put('one', { a: 1 }));
      await change(opened(), (config) => config.settingsDocuments.put('one', { b: 2 }));
      expect(await settingsDocuments.find('one')).toEqual({ b: 2 });
      const remove = () => change(opened(), (config) => config.settingsDocuments.delete('one'));
      expect([await remove(), await remove()]).toEqual([true, false]);
      expect(await settingsDocuments.find('one')).toBeNull();
    });

    test('a change that fails leaves both as they were', async () => {
      const before = await opened().config.tenantSettings.get();
      await expect(
        change(opened(), async (config) => {
          await config.tenantSettings.update({ defaultAudience: 'urn:undone' });
          await config.settingsDocuments.put('undone', {});
          throw new Error('undone');
        }),
      ).rejects.toThrow('undone');
      expect(await opened().config.tenantSettings.get()).toEqual(before);
      expect(await opened().config.settingsDocuments.find('undone')).toBeNull();
    });
  });
}
