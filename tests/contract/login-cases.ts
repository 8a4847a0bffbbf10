// What users have consented to, and who cannot log in because of failures.

import { platformLoginLimits } from '../../src/domain/login.js';
import { type Cases, nowhere, strangers, tooLong } from './world.js';

export const grantCases: Cases = {
  ...strangers('listUserGrants'),
  'listUserGrants 200': ({ server }) => server.api('get', 'grants'),
  'listUserGrants 400': ({ server }) => server.api('get', 'grants?nosuch=1'),

  ...strangers('deleteUserGrants'),
  'deleteUserGrants 204': ({ server, user }) => server.api('delete', `grants?user_id=${user}`),
  'deleteUserGrants 400': ({ server }) => server.api('delete', 'grants'),

  ...strangers('deleteUserGrant'),
  'deleteUserGrant 204': async ({ server, user, client, api }) => {
    const { id } = await server.storage.consents.remember({
      userId: decodeURIComponent(user),
      clientId: client.id,
      audience: api.identifier,
      organizationId: null,
      scopes: ['read'],
    });
    return server.api('delete', `grants/${id}`);
  },
  'deleteUserGrant 400': ({ server }) => server.api('delete', `grants/${tooLong}`),
};

const [failing, blockedAddress] = ['192.0.2.76', '192.0.2.77'];

export const userBlockCases: Cases = {
  ...strangers('listUserBlocksByIdentifier'),
  'listUserBlocksByIdentifier 200': ({ server }) => server.api('get', 'user-blocks?identifier=somebody'),
  'listUserBlocksByIdentifier 400': ({ server }) => server.api('get', 'user-blocks'),

  ...strangers('deleteUserBlocksByIdentifier'),
  'deleteUserBlocksByIdentifier 204': ({ server }) => server.api('delete', 'user-blocks?identifier=somebody'),
  'deleteUserBlocksByIdentifier 400': ({ server }) => server.api('delete', 'user-blocks'),

  ...strangers('listUserBlocks'),
  'listUserBlocks 200': async ({ server, user, email }) => {
    const source = { identifier: email, address: failing };
    for (let n = 0; n < platformLoginLimits.failuresPerIdentifier; n++) {
      await server.storage.logins.admit(source, platformLoginLimits, new Date());
    }
    return server.api('get', `user-blocks/${user}`);
  },
  'listUserBlocks 400': ({ server }) => server.api('get', `user-blocks/${tooLong}`),
  'listUserBlocks 404': ({ server }) => server.api('get', `user-blocks/${nowhere.user}`),

  ...strangers('deleteUserBlocks'),
  'deleteUserBlocks 204': ({ server, user }) => server.api('delete', `user-blocks/${user}`),
  'deleteUserBlocks 400': ({ server }) => server.api('delete', `user-blocks/${tooLong}`),
  'deleteUserBlocks 404': ({ server }) => server.api('delete', `user-blocks/${nowhere.user}`),

  ...strangers('checkBlockedIp'),
  'checkBlockedIp 200': async ({ server }) => {
    const limits = { ...platformLoginLimits, forgiveSeconds: 1_000_000 };
    await server.storage.logins.admit({ identifier: 'any', address: blockedAddress }, limits, new Date());
    return server.api('get', `anomaly/blocks/ips/${blockedAddress}`);
  },
  'checkBlockedIp 400': ({ server }) => server.api('get', `anomaly/blocks/ips/${tooLong}`),
  'checkBlockedIp 404': ({ server }) => server.api('get', 'anomaly/blocks/ips/192.0.2.78'),

  ...strangers('unblockIp'),
  'unblockIp 204': ({ server }) => server.api('delete', `anomaly/blocks/ips/${blockedAddress}`),
  'unblockIp 400': ({ server }) => server.api('delete', `anomaly/blocks/ips/${tooLong}`),
};
