// The tenant's settings, emails, settings that are kept, and what is not built.

import { bodyOf } from '../oauth/given.js';
import { operations } from './document.js';
import { type Cases, strangers, type World } from './world.js';

/** A name for each parameter of a path. */
const names: Record<string, string> = {
  prompt: 'login',
  language: 'en',
  factor: 'sms',
  provider: 'twilio',
  key: 'any',
};

function pathOf(id: string, path: string): string {
  const named: Record<string, string> = { ...names, ...(id.endsWith('FactorSettings') && { factor: 'duo' }) };
  return path.slice('/api/v2/'.length).replaceAll(/\{(\w+)\}/g, (_, name: string) => named[name] ?? 'any');
}

/** Operations that are alike have cases that are alike. */
function casesOfTag(tag: string): Cases {
  const tagged = operations.filter(({ raw }) => (raw['tags'] as string[]).includes(tag));
  const cases = tagged.map(({ id, path, method, responses }): Cases => {
    const ask = ({ server }: World, query: string, body?: object) =>
      server.api(method as 'get' | 'post' | 'put' | 'patch', pathOf(id, path) + query, body);
    const isRead = method === 'get';
    return {
      ...strangers(id),
      [`${id} 400`]: (world) => (isRead ? ask(world, '?nosuch=1') : ask(world, '', [1])),
      ...(responses.has('200') && {
        [`${id} 200`]: (world) => ask(world, '', isRead ? undefined : {}),
      }),
      ...(responses.has('404') && { [`${id} 404`]: (world) => ask(world, '') }),
    };
  });
  return Object.assign({}, ...cases) as Cases;
}

export const keptSettingsCases: Cases = casesOfTag('kept-settings');
export const notBuiltCases: Cases = casesOfTag('not-built');

export const tenantCases: Cases = {
  ...strangers('getTenantSettings'),
  'getTenantSettings 200': ({ server }) => server.api('get', 'tenants/settings'),
  'getTenantSettings 400': ({ server }) => server.api('get', 'tenants/settings?nosuch=1'),

  ...strangers('updateTenantSettings'),
  'updateTenantSettings 200': ({ server }) =>
    server.api('patch', 'tenants/settings', { friendly_name: 'Acme', session_lifetime_in_minutes: 181 }),
  'updateTenantSettings 400': ({ server }) => server.api('patch', 'tenants/settings', {}),
};

const provider = { name: 'smtp', credentials: { smtp_host: 'smtp.example.com', smtp_pass: 'secret' } };
/** There is one provider at most, so each case begins by making, or removing, it. */
async function withProvider({ server }: World): Promise<void> {
  await server.api('delete', 'emails/provider');
  await bodyOf(server.api('post', 'emails/provider', provider), 201);
}

export const emailCases: Cases = {
  ...strangers('getEmailProvider'),
  'getEmailProvider 200': async (world) => {
    await withProvider(world);
    return world.server.api('get', 'emails/provider');
  },
  'getEmailProvider 400': ({ server }) => server.api('get', 'emails/provider?nosuch=1'),
  'getEmailProvider 404': async ({ server }) => {
    await server.api('delete', 'emails/provider');
    return server.api('get', 'emails/provider');
  },

  ...strangers('createEmailProvider'),
  'createEmailProvider 201': async ({ server }) => {
    await server.api('delete', 'emails/provider');
    return server.api('post', 'emails/provider', provider);
  },
  'createEmailProvider 400': ({ server }) => server.api('post', 'emails/provider', { name: 'smtp' }),
  'createEmailProvider 409': async (world) => {
    await withProvider(world);
    return world.server.api('post', 'emails/provider', provider);
  },

  ...strangers('updateEmailProvider'),
  'updateEmailProvider 200': async (world) => {
    await withProvider(world);
    return world.server.api('patch', 'emails/provider', { enabled: false, settings: { message: {} } });
  },
  'updateEmailProvider 400': ({ server }) => server.api('patch', 'emails/provider', { name: 'nosuch' }),
  'updateEmailProvider 404': async ({ server }) => {
    await server.api('delete', 'emails/provider');
    return server.api('patch', 'emails/provider', { enabled: false });
  },

  ...strangers('deleteEmailProvider'),
  'deleteEmailProvider 204': ({ server }) => server.api('delete', 'emails/provider'),
  'deleteEmailProvider 400': ({ server }) => server.api('delete', 'emails/provider?nosuch=1'),

  ...strangers('createEmailTemplate'),
  'createEmailTemplate 201': ({ server }) =>
    server.api('post', 'email-templates', { template: 'verify_email', enabled: true, from: null }),
  'createEmailTemplate 400': ({ server }) => server.api('post', 'email-templates', { template: 'nosuch' }),
  'createEmailTemplate 409': async ({ server }) => {
    await server.api('post', 'email-templates', { template: 'reset_email' });
    return server.api('post', 'email-templates', { template: 'reset_email' });
  },

  ...strangers('getEmailTemplate'),
  'getEmailTemplate 200': async ({ server }) => {
    await server.api('post', 'email-templates', { template: 'reset_email' });
    return server.api('get', 'email-templates/reset_email');
  },
  'getEmailTemplate 400': ({ server }) => server.api('get', 'email-templates/nosuch'),
  'getEmailTemplate 404': ({ server }) => server.api('get', 'email-templates/async_approval'),

  ...strangers('replaceEmailTemplate'),
  'replaceEmailTemplate 200': async ({ server }) => {
    await server.api('post', 'email-templates', { template: 'reset_email' });
    return server.api('put', 'email-templates/reset_email', { template: 'reset_email', body: 'x' });
  },
  'replaceEmailTemplate 400': ({ server }) => server.api('put', 'email-templates/reset_email', {}),
  'replaceEmailTemplate 404': ({ server }) =>
    server.api('put', 'email-templates/async_approval', { template: 'async_approval' }),

  ...strangers('updateEmailTemplate'),
  'updateEmailTemplate 200': async ({ server }) => {
    await server.api('post', 'email-templates', { template: 'reset_email' });
    return server.api('patch', 'email-templates/reset_email', { urlLifetimeInSeconds: 60 });
  },
  'updateEmailTemplate 400': ({ server }) => server.api('patch', 'email-templates/reset_email', {}),
  'updateEmailTemplate 404': ({ server }) =>
    server.api('patch', 'email-templates/async_approval', { enabled: true }),
};
