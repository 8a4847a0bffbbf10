// What docs/testing.md says of signing users in without a page, run as it stands there.

import { readFileSync } from 'node:fs';
import { transpile } from 'typescript';
import { startServer } from '../support/server.js';
import { givenApi } from '../oauth/given.js';
import { CALLBACK, exchange, givenApp, givenUser, newPkce } from '../oauth/provider/given.js';

type CodeFor = (userId: string, parameters: Record<string, string>) => Promise<string>;

/** The function of the page, for a server at this address. */
async function codeForAt(url: string): Promise<CodeFor> {
  const page = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split('\n## Users without a page\n');
  const [, block = ''] = /```ts\n(.*?)```/s.exec(section) ?? [];
  const source = `export const make = (grantry) => {\n${transpile(block, { target: 99 })}\nreturn codeFor;\n};`;
  const module = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
    make: (grantry: { url: string }) => CodeFor;
  };
  return module.make({ url });
}

test('a test suite gets a code for a user, and tokens for the code', async () => {
  const server = await startServer({ env: { TEST_LOGIN: 'on' } });
  const app = await givenApp(server);
  const api = await givenApi(server, { skip_consent_for_verifiable_first_party_clients: true });
  const [user, pkce] = [await givenUser(server), newPkce()];
  const codeFor = await codeForAt(server.url);
  const code = await codeFor(user.id, {
    client_id: app.id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    audience: api.identifier,
    scope: 'openid read',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
  });
  const { body } = await exchange(server, app, code, { code_verifier: pkce.verifier });
  expect(body).toMatchObject({ scope: 'openid read' });
  await server.close();
});
