// /api/v2/emails/provider and /api/v2/email-templates, as recorded (auth0/go-auth0, TestEmailProviderManager_*,
// TestEmailTemplateManager_*; auth0/terraform-provider-auth0, TestAccEmailTemplate).

import { startServer, type TestServer } from '../../support/server.js';
import { invalidBody, payloadError, refused, seen } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
afterEach(() =>
  server.storage.write(async ({ settingsDocuments }) => {
    for (const name of ['emails/provider', 'email-templates/welcome_email'])
      await settingsDocuments.delete(name);
    return { result: null, entry: null };
  }),
);

const smtp = {
  name: 'smtp',
  enabled: true,
  default_from_address: 'no-reply@example.com',
  credentials: { smtp_host: 'smtp.example.com', smtp_port: 587, smtp_user: 'user', smtp_pass: 'hidden-pass' },
};
const { smtp_pass: _hidden, ...shownCredentials } = smtp.credentials;
const shown = { ...smtp, credentials: shownCredentials };

const noProvider = refused(404, 'There is not a configured email provider', 'inexistent_email_provider');
const noTemplate = refused(404, 'The template does not exist.', 'inexistent_email_template');

describe('the email provider', () => {
  test('is not there until it is made, and then shows everything but its secrets', async () => {
    expect(seen(await server.api('get', 'emails/provider'))).toEqual(noProvider);
    expect(seen(await server.api('post', 'emails/provider', smtp))).toEqual({ status: 201, body: shown });
    expect(seen(await server.api('get', 'emails/provider'))).toEqual({ status: 200, body: shown });
  });

  test.each([
    [
      'ses',
      { accessKeyId: 'hidden', secretAccessKey: 'hidden', region: 'us-east-1' },
      { region: 'us-east-1' },
    ],
    ['mandrill', { api_key: 'hidden' }, {}],
    ['mailgun', { api_key: 'hidden', domain: 'hidden', region: 'eu' }, { region: 'eu' }],
    ['azure_cs', { connectionString: 'hidden' }, {}],
    ['ms365', { tenantId: 'hidden', clientId: 'hidden', clientSecret: 'hidden' }, {}],
  ])('of kind %s shows what the platform shows', async (name, credentials, expected) => {
    const { body, text } = await server.api('post', 'emails/provider', { name, credentials });
    expect(body).toEqual({ name, enabled: true, credentials: expected });
    expect(text).not.toContain('hidden');
  });

  test('is shown with the fields that are asked for', async () => {
    await server.api('post', 'emails/provider', smtp);
    const { body } = await server.api('get', 'emails/provider?fields=name,enabled&include_fields=true');
    expect(body).toEqual({ name: 'smtp', enabled: true });
  });

  test('is there once', async () => {
    await server.api('post', 'emails/provider', smtp);
    expect(seen(await server.api('post', 'emails/provider', smtp))).toEqual(
      refused(409, 'There is already a configured email provider'),
    );
  });

  test('keeps its credentials when a PATCH sends others, of the same kind', async () => {
    await server.api('post', 'emails/provider', smtp);
    const changes = { enabled: false, credentials: { smtp_port: 25 }, settings: {} };
    const answer = await server.api('patch', 'emails/provider', changes);
    expect(answer.body).toEqual({
      ...shown,
      enabled: false,
      credentials: { ...shownCredentials, smtp_port: 25 },
      settings: {},
    });
    expect(await server.storage.config.settingsDocuments.find('emails/provider')).toMatchObject({
      credentials: { smtp_pass: 'hidden-pass', smtp_port: 25 },
    });
  });

  test('of another kind has none of the credentials of the one before', async () => {
    await server.api('post', 'emails/provider', smtp);
    const credentials = { api_key: 'hidden' };
    const answer = await server.api('patch', 'emails/provider', { name: 'mandrill', credentials });
    expect(answer.body).toEqual({ ...shown, name: 'mandrill', credentials: {} });
    expect(await server.storage.config.settingsDocuments.find('emails/provider')).toMatchObject({
      credentials,
    });
  });

  test('is gone once it is deleted, which can be done twice', async () => {
    await server.api('post', 'emails/provider', smtp);
    const statuses = [
      (await server.api('delete', 'emails/provider')).status,
      (await server.api('delete', 'emails/provider')).status,
    ];
    expect(statuses).toEqual([204, 204]);
    expect(seen(await server.api('patch', 'emails/provider', { enabled: true }))).toEqual(noProvider);
  });

  test.each([
    ['an unknown provider', { name: 'pigeon', credentials: {} }],
    ['no credentials', { name: 'smtp' }],
    ['an unknown credential', { name: 'smtp', credentials: { nosuch: 'x' } }],
    ['a port that is none', { name: 'smtp', credentials: { smtp_port: 65_536 } }],
    ['a secret that is too long', { name: 'mandrill', credentials: { api_key: 'x'.repeat(4097) } }],
  ])('%s is refused', async (_name, body) => {
    expect(seen(await server.api('post', 'emails/provider', body))).toEqual(invalidBody(payloadError));
  });

  test('leaves nothing of its secrets in the log, also when it is refused', async () => {
    await server.api('post', 'emails/provider', smtp);
    await server.api('post', 'emails/provider', smtp);
    await server.api('patch', 'emails/provider', { credentials: { smtp_pass: 'hidden-pass', nosuch: 1 } });
    const { text, body } = await server.api('get', 'logs?per_page=100');
    expect((body as { type: string }[]).slice(0, 3).map(({ type }) => type)).toEqual([
      'fapi',
      'fapi',
      'sapi',
    ]);
    expect(text).not.toContain('hidden-pass');
  });
});

describe('an email template', () => {
  const welcome = {
    template: 'welcome_email',
    body: '<html></html>',
    from: '',
    resultUrl: 'https://travel0.com/welcome',
    subject: 'Welcome',
    syntax: 'liquid',
    urlLifetimeInSeconds: 3600,
    enabled: false,
  };

  test('is not there until it is made', async () => {
    for (const [method, path] of [
      ['get', 'email-templates/welcome_email'],
      ['patch', 'email-templates/welcome_email'],
      ['put', 'email-templates/welcome_email'],
    ] as const) {
      const body = method === 'get' ? undefined : welcome;
      expect(seen(await server.api(method, path, body))).toEqual(noTemplate);
    }
    expect(seen(await server.api('post', 'email-templates', welcome))).toEqual({
      status: 201,
      body: welcome,
    });
    expect(seen(await server.api('get', 'email-templates/welcome_email'))).toEqual({
      status: 200,
      body: welcome,
    });
    expect(seen(await server.api('get', 'email-templates/verify_email'))).toEqual(noTemplate);
  });

  test('cannot be made twice', async () => {
    await server.api('post', 'email-templates', welcome);
    expect(seen(await server.api('post', 'email-templates', welcome))).toEqual(
      refused(409, 'Template welcome_email already exists.'),
    );
  });

  test('is merged by PATCH, where null removes, and replaced by PUT', async () => {
    await server.api('post', 'email-templates', welcome);
    const merged = await server.api('patch', 'email-templates/welcome_email', { enabled: true, from: null });
    const { from: _from, ...others } = welcome;
    expect(seen(merged)).toEqual({ status: 200, body: { ...others, enabled: true } });
    const replacement = { template: 'welcome_email', body: 'x', includeEmailInRedirect: true };
    const replaced = await server.api('put', 'email-templates/welcome_email', replacement);
    expect(seen(replaced)).toEqual({ status: 200, body: replacement });
    expect((await server.api('get', 'email-templates/welcome_email')).body).toEqual(replacement);
  });

  test('keeps its name', async () => {
    await server.api('post', 'email-templates', welcome);
    const answer = await server.api('patch', 'email-templates/welcome_email', { template: 'reset_email' });
    expect(seen(answer)).toEqual(invalidBody('`template` does not match the template of the path'));
  });
});
