import type { components } from '../../../src/generated/openapi.js';
import type { TestServer } from '../../support/server.js';
import { bodyOf } from '../../oauth/given.js';
import { refused, unique } from '../fixtures.js';

export type ActionWire = components['schemas']['Action'];

export const UUID: unknown = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const TIME: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

export const newAction = (given: object = {}): object => ({
  name: unique('Action'),
  supported_triggers: [{ id: 'post-login', version: 'v3' }],
  code: 'exports.onExecutePostLogin = async (event, api) => {}',
  runtime: 'node18-actions',
  ...given,
});

export const createAction = (server: TestServer, given: object = {}): Promise<ActionWire> =>
  bodyOf(server.api('post', 'actions/actions', newAction(given)), 201);

export const noAction = refused(404, 'That action does not exist.');
