// What a custom token exchange is about: a client that may, and a profile with the Action that answers for its subject tokens.

import type { Response } from 'supertest';
import type { TestServer } from '../../support/server.js';
import { bodyOf, type TestClient, unique } from '../given.js';
import { givenApp, requestToken } from './given.js';

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
export const SKIPS_CONSENT = { skip_consent_for_verifiable_first_party_clients: true };

/** A first-party application that may exchange tokens, whose users are those of `givenUser`. */
export const givenExchangeApp = (server: TestServer, settings: object = {}): Promise<TestClient> =>
  givenApp(server, {
    oidc_conformant: true,
    token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
    ...settings,
  });

/** A profile whose Action does this. Answers its `subject_token_type`. */
export async function givenProfile(server: TestServer, body: string): Promise<string> {
  const action = {
    name: unique('exchange'),
    supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
    code: `exports.onExecuteCustomTokenExchange = async (event, api) => {\n${body}\n};`,
    deploy: true,
  };
  const { id } = await bodyOf<{ id: string }>(server.api('post', 'actions/actions', action), 201);
  const profile = {
    name: unique('profile'),
    subject_token_type: `urn:acme:${unique('token')}`,
    action_id: id,
    type: 'custom_authentication',
  };
  await bodyOf(server.api('post', 'token-exchange-profiles', profile), 201);
  return profile.subject_token_type;
}

export const swapWith = (
  server: TestServer,
  client: TestClient,
  parameters: Record<string, string>,
): Promise<Response> => requestToken(server, client, { grant_type: EXCHANGE, ...parameters });
