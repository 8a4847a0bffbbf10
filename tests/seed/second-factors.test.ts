// `guardianFactors` and `guardianPolicies`: which second factors there are, and when users are asked for one.

import { given, type Given } from './given.js';

const yaml = (factors: string, policies: string): string =>
  [
    'guardianFactors:',
    ...factors.split('\n').map((line) => `  ${line}`),
    `guardianPolicies: ${policies}`,
    '',
  ].join('\n');

describe('second factors of a seed', () => {
  let there: Given;
  beforeEach(async () => {
    there = await given();
  });
  afterEach(() => there.close());

  const settings = () => there.server.storage.config.secondFactors.get();
  const write = (factors: string, policies = '{policies: []}') =>
    there.write({ 'tenant.yaml': yaml(factors, policies) });

  test('are switched on and asked for, and a second time nothing changes, in both formats', async () => {
    const seed = await write(
      '- {name: otp, enabled: true}\n- {name: sms, enabled: false}',
      '{policies: [all-applications]}',
    );
    expect(await there.apply(seed)).toMatchObject({ updated: 2, unchanged: 1, warnings: [] });
    expect(await settings()).toEqual({ policies: ['all-applications'], factors: ['otp'] });
    const before = await there.state();
    // As the tool exports them.
    const exported = { name: 'otp', enabled: true, trial_expired: false };
    const directory = await there.write({
      'guardian/factors/otp.json': JSON.stringify(exported),
      'guardian/policies.json': JSON.stringify({ policies: ['all-applications'] }),
    });
    expect(await there.apply(directory)).toMatchObject({ updated: 0, unchanged: 2, warnings: [] });
    expect(await there.state()).toEqual(before);
  });

  test('policies are replaced, also by none; factors that are not named stay', async () => {
    const all = '{policies: [all-applications, confidence-score]}';
    await there.apply(await write('- {name: otp, enabled: true}', all));
    expect(await there.apply(await write('- {name: recovery-code, enabled: true}'))).toMatchObject({
      updated: 2,
      unchanged: 0,
    });
    expect(await settings()).toEqual({ policies: [], factors: ['otp', 'recovery-code'] });
    expect(await there.apply(await write('- {name: otp, enabled: false}', '{}'))).toMatchObject({
      updated: 1,
      unchanged: 0,
    });
    expect(await settings()).toEqual({ policies: [], factors: ['recovery-code'] });
  });

  test('the last of two that contradict each other counts', async () => {
    await there.apply(await write('- {name: otp, enabled: true}\n- {name: otp, enabled: false}'));
    expect((await settings()).factors).toEqual([]);
  });

  test.each([
    ['a factor that nobody knows', '- {name: nosuch, enabled: true}', '{}', 2, /there is no factor `nosuch`/],
    ['a factor without a name', '- {enabled: true}', '{}', 2, /there is no factor ``/],
    ['a factor that is neither on nor off', '- {name: otp}', '{}', 2, /enabled/],
    ['a factor with more than a switch', '- {name: otp, enabled: true, x: 1}', '{}', 2, /not allowed: x/],
    ['a policy that nobody knows', '- {name: otp, enabled: true}', '{policies: [nosuch]}', 3, /nosuch/],
    ['policies that are no list', '- {name: otp, enabled: true}', '{policies: nosuch}', 3, /array/],
    [
      'policies and something else',
      '- {name: otp, enabled: true}',
      '{policies: [], x: 1}',
      3,
      /not allowed: x/,
    ],
    ['a list of policies', '- {name: otp, enabled: true}', '[all-applications]', 3, /Expected type object/],
  ])('%s is a mistake, and nothing is applied', async (_what, factors, policies, line, message) => {
    const before = await there.state();
    const mistakes = await there.mistakesOf(await write(factors, policies));
    expect(mistakes).toMatchObject([{ line, message: expect.stringMatching(message) }]);
    expect(await there.state()).toEqual(before);
    expect(await settings()).toEqual({ policies: [], factors: [] });
  });

  test('what else the tool keeps beside them is left out with a warning', async () => {
    const directory = await there.write({
      'guardian/factors/otp.json': '{"name": "otp", "enabled": true}',
      'guardian/providers/sms-twilio.json': '{"name": "sms", "provider": "twilio"}',
      'guardian/phoneFactorMessageTypes.json': '{"message_types": ["sms"]}',
    });
    const { warnings, updated } = await there.apply(directory);
    expect(updated).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(/guardian.phoneFactorMessageTypes\.json was left out/),
      expect.stringMatching(/guardian.providers was left out/),
    ]);
  });
});
