import type { Action, NewAction } from '../../../src/domain/action.js';
import { AlreadyExists, MissingReference, RuleBroken, type Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  anAction,
  change,
  countedPage,
  everything,
  type Opened,
  outcomes,
  times,
} from '../fixtures.js';

const now = new Date('2026-11-26T10:00:00.123Z');
const later = new Date('2026-11-26T11:00:00.000Z');
const nowhere = '00000000-0000-4000-8000-000000000000';

export function actionConformance(opened: Opened): void {
  describe('actions', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const create = (given?: Partial<NewAction>): Promise<Action> =>
      change(storage, ({ actions }) => actions.create(anAction(given), now));
    const deploy = (action: Action, at = now) =>
      change(storage, ({ actions }) => actions.deploy(action.id, action, at));
    const deployed = async (given?: Partial<NewAction>): Promise<Action> => {
      const action = await create(given);
      await deploy(action);
      return action;
    };
    const bind = (triggerId: string, ...bound: Action[]) =>
      change(storage, ({ actions }) =>
        actions.bind(
          triggerId,
          bound.map(({ id, name }) => ({ actionId: id, displayName: name })),
          now,
        ),
      );
    const boundTo = async (triggerId: string) =>
      (await storage.config.actions.listBindings(triggerId, everything)).items.map(
        ({ action }) => action.name,
      );

    test('one comes back as it was given', async () => {
      const given = anAction({
        dependencies: [{ name: 'lodash', version: '4.17.21' }],
        secrets: [{ name: 'KEY', value: 'välue', updatedAt: now }],
      });
      const { id } = await change(storage, ({ actions }) => actions.create(given, now));
      const whole = { ...given, id, createdAt: now, updatedAt: now, deployedVersion: null };
      expect(await storage.config.actions.find(id)).toEqual(whole);
      expect(await storage.config.actions.findByName(given.name)).toEqual(whole);
      expect(await storage.config.actions.find(nowhere)).toBeNull();
    });

    test('of ten with one name at once, one is made', async () => {
      const given = anAction();
      const making = times(10, () => change(storage, ({ actions }) => actions.create(given, now)));
      const { succeeded, failures } = await outcomes(making);
      expect(succeeded).toBe(1);
      expect(failures).toEqual(Array.from({ length: 9 }, () => new AlreadyExists('action')));
    });

    test('a change leaves alone what it does not name', async () => {
      const before = await create({ secrets: [{ name: 'A', value: '1', updatedAt: now }] });
      const changes = { code: 'changed', trigger: { id: 'post-login', version: 'v2' } };
      const after = await change(storage, ({ actions }) => actions.update(before.id, changes, later));
      expect(after).toEqual({ ...before, ...changes, updatedAt: later });
      const gone = change(storage, ({ actions }) => actions.update(nowhere, changes, later));
      await expect(gone).rejects.toBeInstanceOf(MissingReference);
    });

    test('what is deployed stays as it was', async () => {
      const action = await create();
      const first = await deploy(action);
      expect(first).toMatchObject({ number: 1, code: action.code, createdAt: now });
      await change(storage, ({ actions }) => actions.update(action.id, { code: 'changed' }, later));
      expect((await storage.config.actions.find(action.id))?.deployedVersion).toEqual(first);
      expect(await storage.config.actions.findVersion(action.id, first.id)).toEqual(first);
      expect(await storage.config.actions.findVersion(nowhere, first.id)).toBeNull();
    });

    test('the newest version is in force, and the 50 newest are kept', async () => {
      const action = await create();
      for (let number = 1; number <= 52; number++) await deploy(action);
      const { items, total } = await storage.config.actions.listVersions(action.id, countedPage(0, 3));
      expect({ numbers: items.map(({ number }) => number), total }).toEqual({
        numbers: [52, 51, 50],
        total: 50,
      });
      expect((await storage.config.actions.find(action.id))?.deployedVersion?.number).toBe(52);
    });

    test('a trigger has the Actions that it was given last, in that order', async () => {
      const trigger = { id: 'order', version: 'v1' };
      const [a, b, c] = [
        await deployed({ trigger }),
        await deployed({ trigger }),
        await deployed({ trigger }),
      ];
      await bind('order', a, b, c);
      expect(await boundTo('order')).toEqual([a.name, b.name, c.name]);
      expect(await storage.config.actions.isBound(a.id)).toBe(true);
      await bind('order', c, b);
      expect(await boundTo('order')).toEqual([c.name, b.name]);
      expect(await storage.config.actions.isBound(a.id)).toBe(false);
      await bind('order');
      expect(await boundTo('order')).toEqual([]);
    });

    test('versions and bindings go with an Action', async () => {
      const trigger = { id: 'goes', version: 'v1' };
      const [gone, stays] = [await deployed({ trigger }), await deployed({ trigger })];
      await bind('goes', gone, stays);
      expect(await change(storage, ({ actions }) => actions.delete(gone.id))).toBe(true);
      expect(await change(storage, ({ actions }) => actions.delete(gone.id))).toBe(false);
      expect(await boundTo('goes')).toEqual([stays.name]);
      expect((await storage.config.actions.listVersions(gone.id, everything)).items).toEqual([]);
    });

    test.each([
      ['never deployed', false, 'bound-1', 'bound-1'],
      ['deployed for another trigger', true, 'bound-2', 'bound-3'],
    ])('one that was %s cannot be bound', async (_name, isDeployed, of, to) => {
      const trigger = { id: of, version: 'v1' };
      const action = isDeployed ? await deployed({ trigger }) : await create({ trigger });
      await expect(bind(to, action)).rejects.toBeInstanceOf(RuleBroken);
      expect(await boundTo(to)).toEqual([]);
    });

    describe('those that run', () => {
      const trigger = { id: 'credentials-exchange', version: 'v2' };
      const secrets = [{ name: 'KEY', value: 'secret', updatedAt: now }];
      afterEach(() => bind(trigger.id));

      test('nothing runs where nothing is bound', async () => {
        await deployed({ trigger });
        expect(await storage.deployedActions('credentials-exchange')).toEqual([]);
        expect(await storage.deployedActions('post-login')).toEqual([]);
      });

      test('what is deployed runs, in order, with its secrets, and a change counts at once', async () => {
        const [a, b] = [await deployed({ trigger, secrets }), await deployed({ trigger, code: 'b' })];
        await bind(trigger.id, b, a);
        const codes = async () =>
          (await storage.deployedActions('credentials-exchange')).map(({ name, code, secrets }) => [
            name,
            code,
            secrets,
          ]);
        expect(await codes()).toEqual([
          [b.name, 'b', {}],
          [a.name, a.code, { KEY: 'secret' }],
        ]);
        const changed = await change(storage, ({ actions }) =>
          actions.update(a.id, { code: 'changed', secrets: [] }, later),
        );
        expect((await codes())[1]).toEqual([a.name, a.code, { KEY: 'secret' }]);
        await deploy(changed, later);
        expect((await codes())[1]).toEqual([a.name, 'changed', {}]);
        await bind(trigger.id, a);
        expect(await codes()).toEqual([[a.name, 'changed', {}]]);
      });

      test('the facts of a token request name them, and only then what they are told of', async () => {
        const metadata = { plan: 'gold' };
        const client = aClient({ settings: { client_metadata: metadata } });
        await change(storage, ({ clients }) => clients.create(client, []));
        const query = { clientId: client.clientId, audience: null, organization: null };
        const factsOf = async () => (await storage.tokenFacts(query))?.actions;
        expect(await factsOf()).toBeNull();

        const action = await deployed({ trigger, secrets });
        await bind(trigger.id, action);
        const facts = await factsOf();
        expect(facts).toEqual({
          references: [{ actionId: action.id, name: action.name, versionId: expect.any(String) as unknown }],
          clientMetadata: metadata,
          organizations: {},
        });
        const references = facts?.references ?? [];
        expect(await storage.actionsOf(references)).toEqual([
          { ...references[0], code: action.code, secrets: { KEY: 'secret' } },
        ]);
      });

      test('a reference to one that is gone is told', async () => {
        const reference = { actionId: nowhere, name: 'gone', versionId: nowhere };
        expect(await storage.actionsOf([reference])).toBeNull();
        expect(await storage.actionsOf([])).toEqual([]);
      });
    });
  });
}

export function actionListConformance(opened: Opened): void {
  describe('lists of actions', () => {
    test('are oldest first, by trigger, name and deployment', async () => {
      const storage = opened();
      const create = (given: Partial<NewAction>) =>
        change(storage, ({ actions }) => actions.create(anAction(given), now));
      const trigger = { id: 'other', version: 'v1' };
      const [a, b, c] = [await create({}), await create({ trigger }), await create({ trigger })];
      await change(storage, ({ actions }) => actions.deploy(c.id, c, now));
      const names = async (filter: Parameters<typeof storage.config.actions.list>[0]) =>
        (await storage.config.actions.list(filter, everything)).items.map(({ name }) => name);

      expect(await names({})).toEqual([a.name, b.name, c.name]);
      expect(await names({ triggerId: 'other' })).toEqual([b.name, c.name]);
      expect(await names({ name: b.name })).toEqual([b.name]);
      expect(await names({ isDeployed: true })).toEqual([c.name]);
      expect(await names({ isDeployed: false, triggerId: 'other' })).toEqual([b.name]);
      expect(await storage.config.actions.list({}, countedPage(1, 1))).toMatchObject({
        items: [{ name: b.name }],
        total: 3,
      });
    });
  });
}
