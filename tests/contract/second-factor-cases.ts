// What users show beside a password, and when they are asked for it.

import { bodyOf } from '../oauth/given.js';
import { type Cases, nowhere, strangers, tooLong, type World } from './world.js';

const key = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const app = { type: 'totp', totp_secret: key };
const methodsOf = (user: string): string => `users/${user}/authentication-methods`;
const none = 'totp%7Cdev_0000000000000000';

/** A new app of the user: its path, and what it is known by as an enrollment. */
async function givenApp({ server, user }: World): Promise<{ path: string; device: string }> {
  const made = bodyOf<{ id: string }>(server.api('post', methodsOf(user), app), 201);
  const { id } = await made;
  return { path: `${methodsOf(user)}/${encodeURIComponent(id)}`, device: id.split('|')[1] ?? '' };
}

/** Cases of an operation on what is under a user, at the end of its path. */
const ofUser = (
  operationId: string,
  method: 'get' | 'post' | 'delete',
  below: string,
  status: number,
): Cases => ({
  ...strangers(operationId),
  [`${operationId} ${status}`]: ({ server, user }) => server.api(method, `users/${user}/${below}`),
  [`${operationId} 400`]: ({ server }) => server.api(method, `users/${tooLong}/${below}`),
  [`${operationId} 404`]: ({ server }) => server.api(method, `users/${nowhere.user}/${below}`),
});
/** The same, where a user that does not exist is no error. */
function deletingAll(operationId: string, below: string): Cases {
  const { [`${operationId} 404`]: _missing, ...cases } = ofUser(operationId, 'delete', below, 204);
  return cases;
}

export const secondFactorCases: Cases = {
  ...strangers('getGuardianPolicies'),
  'getGuardianPolicies 200': ({ server }) => server.api('get', 'guardian/policies'),
  'getGuardianPolicies 400': ({ server }) => server.api('get', 'guardian/policies?nosuch=1'),

  ...strangers('setGuardianPolicies'),
  'setGuardianPolicies 200': ({ server }) => server.api('put', 'guardian/policies', []),
  'setGuardianPolicies 400': ({ server }) => server.api('put', 'guardian/policies', ['nosuch']),

  ...strangers('listGuardianFactors'),
  'listGuardianFactors 200': ({ server }) => server.api('get', 'guardian/factors'),
  'listGuardianFactors 400': ({ server }) => server.api('get', 'guardian/factors?nosuch=1'),

  ...strangers('setGuardianFactor'),
  'setGuardianFactor 200': ({ server }) => server.api('put', 'guardian/factors/otp', { enabled: true }),
  'setGuardianFactor 400': ({ server }) => server.api('put', 'guardian/factors/otp', {}),

  ...strangers('listUserAuthenticationMethods'),
  'listUserAuthenticationMethods 200': async (world) => {
    await givenApp(world);
    return world.server.api('get', `${methodsOf(world.user)}?include_totals=true`);
  },
  'listUserAuthenticationMethods 400': ({ server, user }) => server.api('get', `${methodsOf(user)}?page=x`),
  'listUserAuthenticationMethods 404': ({ server }) => server.api('get', methodsOf(nowhere.user)),

  ...strangers('createUserAuthenticationMethod'),
  'createUserAuthenticationMethod 201': ({ server, user }) => server.api('post', methodsOf(user), app),
  'createUserAuthenticationMethod 400': ({ server, user }) => server.api('post', methodsOf(user), {}),
  'createUserAuthenticationMethod 404': ({ server }) => server.api('post', methodsOf(nowhere.user), app),

  ...strangers('setUserAuthenticationMethods'),
  'setUserAuthenticationMethods 200': ({ server, user }) => server.api('put', methodsOf(user), [app]),
  'setUserAuthenticationMethods 400': ({ server, user }) => server.api('put', methodsOf(user), [{}]),
  'setUserAuthenticationMethods 404': ({ server }) => server.api('put', methodsOf(nowhere.user), [app]),

  ...deletingAll('deleteUserAuthenticationMethods', 'authentication-methods'),
  ...deletingAll('deleteUserAuthenticators', 'authenticators'),

  ...strangers('getUserAuthenticationMethod'),
  'getUserAuthenticationMethod 200': async (world) => world.server.api('get', (await givenApp(world)).path),
  'getUserAuthenticationMethod 400': ({ server, user }) => server.api('get', `${methodsOf(user)}/${tooLong}`),
  'getUserAuthenticationMethod 404': ({ server, user }) => server.api('get', `${methodsOf(user)}/${none}`),

  ...strangers('updateUserAuthenticationMethod'),
  'updateUserAuthenticationMethod 200': async (world) =>
    world.server.api('patch', (await givenApp(world)).path, { name: 'Phone' }),
  'updateUserAuthenticationMethod 400': async (world) =>
    world.server.api('patch', (await givenApp(world)).path, { name: '' }),
  'updateUserAuthenticationMethod 404': ({ server, user }) =>
    server.api('patch', `${methodsOf(user)}/${none}`, { name: 'Phone' }),

  ...strangers('deleteUserAuthenticationMethod'),
  'deleteUserAuthenticationMethod 204': async (world) =>
    world.server.api('delete', (await givenApp(world)).path),
  'deleteUserAuthenticationMethod 400': ({ server, user }) =>
    server.api('delete', `${methodsOf(user)}/${tooLong}`),
  'deleteUserAuthenticationMethod 404': ({ server, user }) =>
    server.api('delete', `${methodsOf(user)}/${none}`),

  ...ofUser('regenerateRecoveryCode', 'post', 'recovery-code-regeneration', 200),
  ...ofUser('invalidateRememberedBrowsers', 'post', 'multifactor/actions/invalidate-remember-browser', 204),
  ...ofUser('deleteUserMultifactorProvider', 'delete', 'multifactor/google-authenticator', 204),
  ...ofUser('listUserEnrollments', 'get', 'enrollments', 200),
  // There is one to be seen.
  'listUserEnrollments 200': async (world) => {
    await givenApp(world);
    return world.server.api('get', `users/${world.user}/enrollments`);
  },

  ...strangers('getGuardianEnrollment'),
  'getGuardianEnrollment 200': async (world) =>
    world.server.api('get', `guardian/enrollments/${(await givenApp(world)).device}`),
  'getGuardianEnrollment 400': ({ server }) => server.api('get', `guardian/enrollments/${tooLong}`),
  'getGuardianEnrollment 404': ({ server }) => server.api('get', 'guardian/enrollments/dev_none'),

  ...strangers('deleteGuardianEnrollment'),
  'deleteGuardianEnrollment 204': async (world) =>
    world.server.api('delete', `guardian/enrollments/${(await givenApp(world)).device}`),
  'deleteGuardianEnrollment 400': ({ server }) => server.api('delete', `guardian/enrollments/${tooLong}`),
};
