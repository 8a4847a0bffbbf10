// Writes of settings that nothing here acts on, and of what is not built, leave their row too (design.md D7). They are about
// other systems, whose passwords and keys have any name, so that no body of them is logged.

import { contract, startServer, type TestServer } from '../../support/server.js';
import { latest } from '../logs/log-entry.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const tags = new Set(['emails', 'kept-settings', 'not-built']);
const writes = contract.operations.filter((operation) => operation.tags.some((tag) => tags.has(tag)));
/** In the order in which they work one after the other. */
const withBody = writes.filter(({ method }) => method !== 'get' && method !== 'delete');

const named: Record<string, string> = {
  prompt: 'login',
  language: 'en',
  provider: 'twilio',
  template: 'welcome_email',
};
const bodies: Record<string, object> = {
  createEmailProvider: { name: 'mandrill', credentials: { api_key: 'hidden-secret' } },
  updateEmailProvider: { credentials: { api_key: 'hidden-secret' } },
  createEmailTemplate: { template: 'welcome_email', body: 'hidden-secret' },
  replaceEmailTemplate: { template: 'welcome_email', body: 'hidden-secret' },
  updateEmailTemplate: { body: 'hidden-secret' },
  setGuardianPolicies: ['all-applications'],
  setGuardianFactor: { enabled: true },
};

test.each(withBody)('$summary', async ({ id, method, path, summary, tags: [tag] }) => {
  const factor = id === 'setFactorSettings' ? 'duo' : 'sms';
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => named[name] ?? factor);
  const body = bodies[id] ?? { anything: 'hidden-secret' };
  const answer = await server.api(method, at.slice('/api/v2/'.length), body);
  expect(answer.ok).toBe(tag !== 'not-built');
  const entry = await latest(server);
  expect(entry).toMatchObject({
    type: answer.ok ? 'sapi' : 'fapi',
    description: summary,
    details: { request: { method, path: at, body: '[redacted]' } },
  });
  expect(JSON.stringify(entry)).not.toContain('hidden-secret');
});

test('Remove the email provider', async () => {
  await server.api('delete', 'emails/provider');
  expect(await latest(server)).toMatchObject({
    type: 'sapi',
    details: { request: { method: 'delete', path: '/api/v2/emails/provider' } },
  });
});
