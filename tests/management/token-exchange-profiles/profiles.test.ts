// /api/v2/token-exchange-profiles. Bodies are those of recorded answers (auth0/go-auth0, TestTokenExchangeProfileManager_*);
// token-issuance.md TX-9.

import type { components } from '../../../src/generated/openapi.js';
import { bodyOf } from '../../oauth/given.js';
import { startServer, type TestServer } from '../../support/server.js';
import { type ActionWire, createAction, TIME } from '../actions/given.js';
import { invalidBody, payloadError, refused, seen, unique } from '../fixtures.js';

type Profile = components['schemas']['TokenExchangeProfile'];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const PROFILES = 'token-exchange-profiles';
const absent = refused(404, 'Token exchange profile not found.');
const taken = refused(409, 'A token exchange profile with the same subject_token_type already exists.');

const exchangeAction = (given: object = {}): Promise<ActionWire> =>
  createAction(server, {
    supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
    code: 'exports.onExecuteCustomTokenExchange = async (event, api) => {};',
    deploy: true,
    ...given,
  });

const newProfile = async (given: object = {}): Promise<object> => ({
  name: 'Test-Token-Exchange-Profile',
  subject_token_type: `urn:acme:${unique('token')}`,
  action_id: 'action_id' in given ? given.action_id : (await exchangeAction()).id,
  type: 'custom_authentication',
  ...given,
});

const createProfile = async (given: object = {}): Promise<Profile> =>
  bodyOf(server.api('post', PROFILES, await newProfile(given)), 201);

test('a profile is answered as it was sent, and found again', async () => {
  const sent = await newProfile({ subject_token_type: 'https://acme.com/cis-token' });
  const answer = await server.api('post', PROFILES, sent);
  const id: unknown = expect.stringMatching(/^tep_[A-Za-z0-9]{16}$/);
  const body = { id, ...sent, created_at: TIME, updated_at: TIME };
  expect(seen(answer)).toEqual({ status: 201, body });
  const path = `${PROFILES}/${(answer.body as Profile).id}`;
  expect(seen(await server.api('get', path))).toEqual({ status: 200, body: answer.body as object });
});

test('name and subject_token_type change, and nothing else does', async () => {
  const before = await createProfile();
  const path = `${PROFILES}/${before.id}`;
  const sent = { name: 'Another', subject_token_type: 'https://acme.com/ping-token' };
  const after = await bodyOf<Profile>(server.api('patch', path, sent), 200);
  expect(after).toEqual({ ...before, ...sent, updated_at: TIME });
  expect(await bodyOf(server.api('patch', path, { name: 'A third' }), 200)).toEqual({
    ...after,
    name: 'A third',
    updated_at: TIME,
  });
  for (const fixed of [{ action_id: before.action_id }, { type: 'custom_authentication' }, {}]) {
    expect(seen(await server.api('patch', path, fixed))).toEqual(invalidBody(payloadError));
  }
});

test('one that is deleted is gone, and deleting it again is no error', async () => {
  const { id, subject_token_type } = await createProfile();
  const path = `${PROFILES}/${id}`;
  await bodyOf(server.api('delete', path), 204);
  expect(seen(await server.api('get', path))).toEqual(absent);
  expect(seen(await server.api('patch', path, { name: 'Gone' }))).toEqual(absent);
  await bodyOf(server.api('delete', path), 204);
  await createProfile({ subject_token_type });
});

test('the list is paged by checkpoints only, oldest first', async () => {
  const made = [await createProfile(), await createProfile(), await createProfile()];
  const ids: string[] = [];
  let query = 'take=2';
  for (;;) {
    const page = await bodyOf<{ token_exchange_profiles: Profile[]; next?: string }>(
      server.api('get', `${PROFILES}?${query}`),
      200,
    );
    ids.push(...page.token_exchange_profiles.map(({ id }) => id));
    if (page.next === undefined) break;
    query = `take=2&from=${page.next}`;
  }
  expect(ids.slice(-3)).toEqual(made.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect((await server.api('get', `${PROFILES}?include_totals=true`)).status).toBe(400);
});

describe('subject_token_type', () => {
  test.each([
    'http://auth0.com/x',
    'https://auth0.com',
    'https://auth0.com.example.com/',
    'HTTPS://AUTH0.com/x',
    'http://okta.com/x',
    'https://okta.com/x',
    'urn:ietf:params:oauth:token-type:access_token',
    'URN:IETF:params:oauth:token-type:id_token',
    'urn:auth0:x:y',
    'urn:okta:x:y',
  ])('TX-9: %s is reserved', async (subject_token_type) => {
    const message = `Payload validation error: 'subject_token_type ${subject_token_type} is in a reserved namespace'.`;
    const sent = await newProfile({ subject_token_type });
    expect(seen(await server.api('post', PROFILES, sent))).toEqual(invalidBody(message));
    const { id } = await createProfile();
    const patched = await server.api('patch', `${PROFILES}/${id}`, { subject_token_type });
    expect(seen(patched)).toEqual(invalidBody(message));
  });

  test.each([
    ['no URI', 'a legacy token'],
    ['of another scheme', 'ftp://acme.com/token'],
    ['with a space', 'urn:acme:a token'],
    ['too short', 'urn:a:b'],
    ['too long', `urn:acme:${'x'.repeat(92)}`],
  ])('%s is refused', async (_what, subject_token_type) => {
    const sent = await newProfile({ subject_token_type });
    expect(seen(await server.api('post', PROFILES, sent))).toEqual(invalidBody(payloadError));
  });

  test('no two profiles are for one type, also when they are made at once', async () => {
    const { subject_token_type } = await createProfile();
    const sent = await newProfile({ subject_token_type });
    expect(seen(await server.api('post', PROFILES, sent))).toEqual(taken);
    const { id } = await createProfile();
    expect(seen(await server.api('patch', `${PROFILES}/${id}`, { subject_token_type }))).toEqual(taken);

    const again = await newProfile();
    const answers = await Promise.all([1, 2, 3, 4].map(() => server.api('post', PROFILES, again)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409]);
  });
});

describe('the action', () => {
  test('has to exist, to be deployed, and to be deployed for the trigger', async () => {
    const post = async (action_id: string) =>
      seen(await server.api('post', PROFILES, await newProfile({ action_id })));
    const nowhere = '00000000-0000-4000-8000-000000000000';
    expect(await post(nowhere)).toEqual(invalidBody(`There is no action with the id ${nowhere}`));
    const { id: draft } = await exchangeAction({ deploy: false });
    expect(await post(draft)).toEqual(
      refused(400, 'Trying to create a binding for an action that has not been deployed yet'),
    );
    const login = await createAction(server, { deploy: true });
    expect(await post(login.id)).toEqual(
      invalidBody(`The action "${login.name}" is not deployed for the trigger custom-token-exchange`),
    );
  });

  test('cannot be deleted before the profile, not even with force', async () => {
    const { id, action_id } = await createProfile();
    const path = `actions/actions/${action_id}`;
    const bound = refused(409, 'Unable to delete an action bound to a trigger.');
    expect(seen(await server.api('delete', path))).toEqual(bound);
    expect(seen(await server.api('delete', `${path}?force=true`))).toEqual(bound);
    await bodyOf(server.api('delete', `${PROFILES}/${id}`), 204);
    await bodyOf(server.api('delete', path), 204);
  });

  test('cannot turn to another trigger while a profile runs it', async () => {
    const { action_id } = await createProfile();
    const supported_triggers = [{ id: 'post-login', version: 'v3' }];
    const answer = await server.api('patch', `actions/actions/${action_id}`, { supported_triggers });
    expect(seen(answer)).toEqual(refused(400, "can't upgrade to this trigger."));
  });
});

test.each([
  ['name', { name: 'ab' }],
  ['name', { name: 'x'.repeat(51) }],
  ['type', { type: 'on_behalf_of_token_exchange' }],
  ['member', { nosuch: 1 }],
])('a %s that the contract does not have is refused', async (_what, given) => {
  const sent = await newProfile(given);
  expect(seen(await server.api('post', PROFILES, sent))).toEqual(invalidBody(payloadError));
});

test('a write is in the log, with the profile that it was about', async () => {
  const { id, name } = await createProfile({ name: unique('Logged') });
  await bodyOf(server.api('delete', `${PROFILES}/${id}`), 204);
  const logs = await bodyOf<{ type: string; description: string; details: object }[]>(
    server.api('get', 'logs?per_page=5'),
    200,
  );
  expect(logs[0]).toMatchObject({ type: 'sapi', description: 'Delete a token exchange profile' });
  expect(logs.some(({ details }) => JSON.stringify(details).includes(name))).toBe(true);
});
