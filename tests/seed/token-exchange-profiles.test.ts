// `tokenExchangeProfiles`: which action answers for which subject tokens.

import { given, type Given } from './given.js';

/** Several lines are no name of a file. */
const code = String.raw`exports.onExecuteCustomTokenExchange = async () => {};\n`;
const yaml = (profile: string, deployed = true): string => `
actions:
  - name: Look at the session
    code: "${code}"
    deployed: ${deployed}
    supported_triggers: [{id: custom-token-exchange, version: v1}]
tokenExchangeProfiles:
  - ${profile}
`;
const profile =
  '{name: Old shop, subject_token_type: urn:example:old-shop, action: Look at the session, type: custom_authentication}';

interface Profile {
  readonly id: string;
  readonly action_id: string;
  readonly subject_token_type: string;
}

describe('token exchange profiles of a seed', () => {
  let there: Given;
  beforeAll(async () => {
    there = await given();
  });
  afterAll(() => there.close());

  const stored = async (): Promise<Profile[]> => {
    const answer = await there.server.api('get', 'token-exchange-profiles').expect(200);
    return (answer.body as { token_exchange_profiles: Profile[] }).token_exchange_profiles;
  };

  test('one is made for an action of the seed, and a second time nothing changes, in both formats', async () => {
    const report = await there.apply(await there.write({ 'tenant.yaml': yaml(profile) }));
    expect(report).toMatchObject({ created: 2, warnings: [] });
    const [made] = await stored();
    expect(made).toMatchObject({ subject_token_type: 'urn:example:old-shop' });
    const before = await there.state();
    const json = {
      id: made?.id,
      name: 'Old shop',
      type: 'custom_authentication',
      subject_token_type: 'urn:example:old-shop',
      action: 'Look at the session',
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
    };
    const directory = await there.write({ 'token-exchange-profiles/Old shop.json': JSON.stringify(json) });
    expect(await there.apply(directory)).toMatchObject({ created: 0, updated: 0, unchanged: 1 });
    expect(await there.state()).toEqual(before);
  });

  test('another type is an update', async () => {
    const other = profile.replace('urn:example:old-shop', 'urn:example:older-shop');
    const report = await there.apply(await there.write({ 'tenant.yaml': yaml(other) }));
    expect(report).toMatchObject({ created: 0, updated: 1 });
    expect(await stored()).toMatchObject([{ subject_token_type: 'urn:example:older-shop' }]);
  });

  test.each([
    ['no such action', profile.replace('Look at the session', 'Nobody'), /there is no action `Nobody`/],
    [
      'a reserved type',
      profile.replace('urn:example', 'urn:ietf').replace('Old shop', 'New'),
      /reserved namespace/,
    ],
    [
      'no action',
      '{name: Other, subject_token_type: urn:example:x, type: custom_authentication}',
      /action_id/,
    ],
    ['a member too many', profile.replace('name: Old shop', 'name: More, nosuch: 1'), /nosuch|Additional/],
  ])('%s is a mistake', async (_what, entry, message) => {
    const mistakes = await there.mistakesOf(await there.write({ 'tenant.yaml': yaml(entry) }));
    expect(mistakes.map((mistake) => mistake.message).join()).toMatch(message);
  });

  test('an action that is not deployed is a mistake at the place where it is named', async () => {
    const fresh = await given();
    const mistakes = await fresh.mistakesOf(await fresh.write({ 'tenant.yaml': yaml(profile, false) }));
    expect(mistakes).toMatchObject([{ line: 8, message: expect.stringContaining('has not been deployed') }]);
    await fresh.close();
  });
});
