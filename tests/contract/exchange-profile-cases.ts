// Token exchange profiles.

import { bodyOf, unique } from '../oauth/given.js';
import { type Cases, nowhere, strangers, tooLong, type World } from './world.js';

const PROFILES = 'token-exchange-profiles';

async function newProfile({ server }: World): Promise<object> {
  const action = {
    name: unique('action'),
    supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
    code: 'exports.onExecuteCustomTokenExchange = async () => {};',
    deploy: true,
  };
  const { id } = await bodyOf<{ id: string }>(server.api('post', 'actions/actions', action), 201);
  return {
    name: unique('profile'),
    subject_token_type: `urn:acme:${unique('token')}`,
    action_id: id,
    type: 'custom_authentication',
  };
}

const given = async (world: World): Promise<{ id: string; subject_token_type: string }> =>
  bodyOf(world.server.api('post', PROFILES, await newProfile(world)), 201);

export const exchangeProfileCases: Cases = {
  ...strangers('listTokenExchangeProfiles'),
  'listTokenExchangeProfiles 200': async (world) => {
    await given(world);
    await given(world);
    return world.server.api('get', `${PROFILES}?take=1`);
  },
  'listTokenExchangeProfiles 400': ({ server }) => server.api('get', `${PROFILES}?per_page=1`),

  ...strangers('createTokenExchangeProfile'),
  'createTokenExchangeProfile 201': async (world) =>
    world.server.api('post', PROFILES, await newProfile(world)),
  'createTokenExchangeProfile 400': async (world) =>
    world.server.api('post', PROFILES, { ...(await newProfile(world)), action_id: nowhere.action }),
  'createTokenExchangeProfile 409': async (world) => {
    const { subject_token_type } = await given(world);
    return world.server.api('post', PROFILES, { ...(await newProfile(world)), subject_token_type });
  },

  ...strangers('getTokenExchangeProfile'),
  'getTokenExchangeProfile 200': async (world) =>
    world.server.api('get', `${PROFILES}/${(await given(world)).id}`),
  'getTokenExchangeProfile 400': ({ server }) => server.api('get', `${PROFILES}/${tooLong}`),
  'getTokenExchangeProfile 404': ({ server }) => server.api('get', `${PROFILES}/tep_0000000000000000`),

  ...strangers('updateTokenExchangeProfile'),
  'updateTokenExchangeProfile 200': async (world) =>
    world.server.api('patch', `${PROFILES}/${(await given(world)).id}`, { name: 'Another' }),
  'updateTokenExchangeProfile 400': async (world) =>
    world.server.api('patch', `${PROFILES}/${(await given(world)).id}`, { action_id: nowhere.action }),
  'updateTokenExchangeProfile 404': ({ server }) =>
    server.api('patch', `${PROFILES}/tep_0000000000000000`, { name: 'Another' }),
  'updateTokenExchangeProfile 409': async (world) => {
    const [{ subject_token_type }, { id }] = [await given(world), await given(world)];
    return world.server.api('patch', `${PROFILES}/${id}`, { subject_token_type });
  },

  ...strangers('deleteTokenExchangeProfile'),
  'deleteTokenExchangeProfile 204': async (world) =>
    world.server.api('delete', `${PROFILES}/${(await given(world)).id}`),
  'deleteTokenExchangeProfile 400': ({ server }) => server.api('delete', `${PROFILES}/${tooLong}`),
};
