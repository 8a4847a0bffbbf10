// Actions, their versions, and what triggers run.

import { bodyOf, unique } from '../oauth/given.js';
import { type Cases, nowhere, strangers, tooLong, type World } from './world.js';

interface Made {
  readonly id: string;
  readonly name: string;
  readonly deployed_version?: { readonly id: string };
}

const newAction = () => ({
  name: unique('action'),
  supported_triggers: [{ id: 'post-change-password', version: 'v2' }],
  code: 'exports.onExecutePostChangePassword = async () => {};',
  dependencies: [{ name: 'lodash', version: '4.17.21', registry_url: 'https://registry.example.com' }],
  secrets: [{ name: 'KEY', value: 'secret' }],
});
const given = ({ server }: World, settings: object = {}): Promise<Made> =>
  bodyOf<Made>(server.api('post', 'actions/actions', { ...newAction(), ...settings }), 201);
const deployed = (world: World): Promise<Made> => given(world, { deploy: true });

const TRIGGER = 'actions/triggers/post-change-password/bindings';
const bind = ({ server }: World, ...names: string[]) =>
  server.api('patch', TRIGGER, {
    bindings: names.map((value) => ({ ref: { type: 'action_name', value } })),
  });

export const actionCases: Cases = {
  ...strangers('listActions'),
  'listActions 200': async (world) => {
    await deployed(world);
    return world.server.api('get', 'actions/actions?deployed=true&per_page=1&page=0');
  },
  'listActions 400': ({ server }) => server.api('get', 'actions/actions?include_totals=true'),

  ...strangers('createAction'),
  'createAction 201': ({ server }) => server.api('post', 'actions/actions', newAction()),
  'createAction 400': ({ server }) => server.api('post', 'actions/actions', { name: 'x' }),
  'createAction 409': async (world) => {
    const { name } = await given(world);
    return world.server.api('post', 'actions/actions', { ...newAction(), name });
  },

  ...strangers('getAction'),
  'getAction 200': async (world) => world.server.api('get', `actions/actions/${(await deployed(world)).id}`),
  'getAction 400': ({ server }) => server.api('get', `actions/actions/${tooLong}`),
  'getAction 404': ({ server }) => server.api('get', `actions/actions/${nowhere.action}`),

  ...strangers('updateAction'),
  'updateAction 200': async (world) =>
    world.server.api('patch', `actions/actions/${(await given(world)).id}`, { code: '' }),
  'updateAction 400': async (world) =>
    world.server.api('patch', `actions/actions/${(await given(world)).id}`, { nosuch: 1 }),
  'updateAction 404': ({ server }) => server.api('patch', `actions/actions/${nowhere.action}`, { code: '' }),
  'updateAction 409': async (world) => {
    const [{ name }, { id }] = [await given(world), await given(world)];
    return world.server.api('patch', `actions/actions/${id}`, { name });
  },

  ...strangers('deleteAction'),
  'deleteAction 204': async (world) =>
    world.server.api('delete', `actions/actions/${(await given(world)).id}`),
  'deleteAction 400': ({ server }) => server.api('delete', `actions/actions/${tooLong}`),
  'deleteAction 404': ({ server }) => server.api('delete', `actions/actions/${nowhere.action}`),
  'deleteAction 409': async (world) => {
    const { id, name } = await deployed(world);
    await bodyOf(bind(world, name), 200);
    return world.server.api('delete', `actions/actions/${id}`);
  },

  ...strangers('deployAction'),
  'deployAction 200': async (world) =>
    world.server.api('post', `actions/actions/${(await given(world)).id}/deploy`),
  'deployAction 400': ({ server }) => server.api('post', `actions/actions/${tooLong}/deploy`),
  'deployAction 404': ({ server }) => server.api('post', `actions/actions/${nowhere.action}/deploy`),

  ...strangers('listActionVersions'),
  'listActionVersions 200': async (world) =>
    world.server.api('get', `actions/actions/${(await deployed(world)).id}/versions`),
  'listActionVersions 400': ({ server }) =>
    server.api('get', `actions/actions/${nowhere.action}/versions?per_page=0`),
  'listActionVersions 404': ({ server }) => server.api('get', `actions/actions/${nowhere.action}/versions`),

  ...strangers('getActionVersion'),
  'getActionVersion 200': async (world) => {
    const { id, deployed_version: version } = await deployed(world);
    return world.server.api('get', `actions/actions/${id}/versions/${version?.id}`);
  },
  'getActionVersion 400': ({ server }) => server.api('get', `actions/actions/x/versions/${tooLong}`),
  'getActionVersion 404': async (world) =>
    world.server.api('get', `actions/actions/${(await given(world)).id}/versions/${nowhere.action}`),

  ...strangers('deployActionVersion'),
  'deployActionVersion 200': async (world) => {
    const { id, deployed_version: version } = await deployed(world);
    return world.server.api('post', `actions/actions/${id}/versions/${version?.id}/deploy`);
  },
  'deployActionVersion 400': ({ server }) =>
    server.api('post', `actions/actions/x/versions/${tooLong}/deploy`),
  'deployActionVersion 404': async (world) =>
    world.server.api('post', `actions/actions/${(await given(world)).id}/versions/x/deploy`),

  ...strangers('listActionTriggers'),
  'listActionTriggers 200': ({ server }) => server.api('get', 'actions/triggers'),
  'listActionTriggers 400': ({ server }) => server.api('get', 'actions/triggers?nosuch=1'),

  ...strangers('listActionBindings'),
  'listActionBindings 200': async (world) => {
    await bodyOf(bind(world, (await deployed(world)).name), 200);
    return world.server.api('get', TRIGGER);
  },
  'listActionBindings 400': ({ server }) => server.api('get', 'actions/triggers/event-stream/bindings'),

  ...strangers('updateActionBindings'),
  'updateActionBindings 200': async (world) => bind(world, (await deployed(world)).name),
  'updateActionBindings 400': async (world) => bind(world, (await given(world)).name),
  'updateActionBindings 404': (world) => bind(world, 'nosuch'),
};
