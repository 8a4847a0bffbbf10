// Settings that nothing here acts on: they come back as they were sent.

import { documents } from '../../../src/management/kept-settings/documents.js';
import { contract, startServer, type TestServer } from '../../support/server.js';
import { invalidBody, refused, seen } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const valueOf: Record<string, string> = { prompt: 'signup', language: 'fr', provider: 'sns' };
const operationOf = (id: string) => {
  const operation = contract.operations.find((each) => each.id === id);
  if (operation === undefined) throw new Error(`there is no operation ${id}`);
  const factor = id.endsWith('Settings')
    ? 'webauthn-roaming'
    : id.endsWith('Templates')
      ? 'phone'
      : 'push-notification';
  const path = operation.path
    .slice('/api/v2/'.length)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => valueOf[name] ?? factor);
  return { path, method: operation.method as 'patch' | 'put' };
};

describe.each(documents.map((row) => [operationOf(row.read).path, row] as const))('%s', (path, row) => {
  const { method } = operationOf(row.write);

  test('has what a new tenant has, then what was sent', async () => {
    const before = await server.api('get', path);
    const special = 'byDefaultFor' in row ? row.byDefaultFor['push-notification'] : undefined;
    expect(seen(before)).toEqual({ status: 200, body: special ?? row.byDefault });

    const sent = { marker: 'kept', nested: { list: [1, 2], text: '' } };
    const answer = await server.api(method, path, sent);
    const expected = method === 'put' ? sent : { ...(before.body as object), ...sent };
    expect(seen(answer)).toEqual({ status: 200, body: expected });
    expect((await server.api('get', path)).body).toEqual(expected);
  });

  test('takes back what it shows', async () => {
    const { body } = await server.api('get', path);
    await server.api(method, path, body as object);
    expect((await server.api('get', path)).body).toEqual(body);
  });

  test('refuses what is no object', async () => {
    expect(seen(await server.api(method, path, [1]))).toEqual(
      invalidBody("Payload validation error: 'Expected type object but found type array'."),
    );
  });
});

test('PATCH merges at every depth, and null takes away', async () => {
  await server.api('patch', 'attack-protection/suspicious-ip-throttling', {
    allowlist: ['127.0.0.1'],
    stage: { 'pre-login': { rate: 1 } },
    shields: null,
  });
  const { body } = await server.api('get', 'attack-protection/suspicious-ip-throttling');
  expect(body).toMatchObject({
    allowlist: ['127.0.0.1'],
    stage: { 'pre-login': { max_attempts: 100, rate: 1 }, 'pre-user-registration': { rate: 1200 } },
  });
  expect(body).not.toHaveProperty('shields');
});

test('texts of another prompt or language are others', async () => {
  await server.api('put', 'prompts/login/custom-text/en', { login: { title: 'Hi' } });
  expect((await server.api('get', 'prompts/login/custom-text/es')).body).toEqual({});
  expect((await server.api('get', 'prompts/login-id/custom-text/en')).body).toEqual({});
});

test.each([
  'prompts/nosuch/custom-text/en',
  'prompts/login/custom-text/xx',
  'prompts/logout/partials',
  'guardian/factors/otp/templates',
  'guardian/factors/sms/providers/nosuch',
])('GET %s is refused', async (path) => {
  expect(seen(await server.api('get', path))).toEqual(
    refused(400, expect.stringMatching(/^Path validation error: 'No enum match/), 'invalid_uri'),
  );
});

describe('secrets of other systems', () => {
  test.each([
    ['patch', 'attack-protection/captcha', { arkose: { site_key: 'shown', secret: 'hidden-secret' } }],
    ['put', 'guardian/factors/sms/providers/twilio', { sid: 'shown', auth_token: 'hidden-secret' }],
    ['put', 'guardian/factors/duo/settings', { ikey: 'shown', skey: 'hidden-secret' }],
  ] as const)('%s %s neither shows nor keeps nor logs them', async (method, path, body) => {
    const answers = [(await server.api(method, path, body)).text, (await server.api('get', path)).text];
    for (const text of answers) {
      expect(text).toContain('shown');
      expect(text).not.toContain('hidden-secret');
    }
    const kept = await server.storage.config.settingsDocuments.find(path);
    expect(JSON.stringify(kept)).not.toContain('hidden-secret');
    expect((await server.api('get', 'logs?per_page=100')).text).not.toContain('hidden-secret');
  });
});
