// Logins for organizations: token-issuance.md 4.8 (UO-1 to UO-10), with the pages that ask for one, what tokens say of it, and
// what members may do in it.

import { startServer, type TestServer } from '../../support/server.js';
import {
  bodyOf,
  givenApi,
  givenOrganization,
  givenThirdParty,
  type TestApi,
  type TestClient,
} from '../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  claimsOf,
  exchange,
  givenApp,
  givenUser,
  givenUserGrant,
  logIn,
  newPkce,
  type Page,
  parameterOf,
  requestToken,
  signIn,
  type TestUser,
  type TokenAnswer,
} from './given.js';

let server: TestServer;
let user: TestUser;
let connectionId: string;
/** Lets everybody use the organization if they are in it. */
let app: TestClient;
let requires: TestClient;
beforeAll(async () => {
  server = await startServer();
  user = await givenUser(server);
  const found = await bodyOf<{ id: string }[]>(server.api('get', 'connections?name=Test-Users'), 200);
  connectionId = found[0]?.id ?? '';
  app = await givenApp(server, { organization_usage: 'allow' });
  requires = await givenApp(server, {
    organization_usage: 'require',
    organization_require_behavior: 'no_prompt',
  });
});
afterAll(() => server.close());

/** An organization whose members log in with the connection of tests. */
async function givenOrg(
  members: readonly TestUser[] = [],
  settings: { org?: object; connection?: object | null } = {},
): Promise<string> {
  const id = await givenOrganization(server, settings.org);
  if (settings.connection !== null) {
    const body = { connection_id: connectionId, ...settings.connection };
    await bodyOf(server.api('post', `organizations/${id}/enabled_connections`, body), 201);
  }
  if (members.length > 0) {
    const body = { members: members.map((member) => member.id) };
    await bodyOf(server.api('post', `organizations/${id}/members`, body), 204);
  }
  return id;
}

const address = (client: TestClient, parameters: Record<string, string>): string =>
  authorizeUrl(server, client, { scope: 'openid', ...parameters });

async function tokensOf(client: TestClient, end: Page): Promise<TokenAnswer> {
  const answer = await exchange(server, client, parameterOf(end, 'code'));
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as TokenAnswer;
}

const open = (client: TestClient, parameters: Record<string, string>, as = user): Promise<Page> =>
  logIn(new Browser(server.url), address(client, parameters), as);

const errorOf = (page: Page): [string, string] => [
  parameterOf(page, 'error'),
  parameterOf(page, 'error_description'),
];

const allowNames = (allowed: boolean) =>
  bodyOf(
    server.api('patch', 'tenants/settings', { allow_organization_name_in_authentication_api: allowed }),
    200,
  );

describe('a login for an organization', () => {
  test('UO-4, UO-5: says so in its tokens, and one for none does not', async () => {
    const [org, api] = [await givenOrg([user]), await givenApi(server)];
    const parameters = { audience: api.identifier, scope: 'openid read' };
    const tokens = await tokensOf(app, await open(app, { ...parameters, organization: org }));
    for (const token of [tokens.access_token, String(tokens.id_token)]) {
      expect(claimsOf(token)['org_id']).toBe(org);
      expect(claimsOf(token)).not.toHaveProperty('org_name');
    }
    const plain = await tokensOf(app, await open(app, parameters));
    expect(claimsOf(plain.access_token)).not.toHaveProperty('org_id');
    expect(claimsOf(String(plain.id_token))).not.toHaveProperty('org_id');
  });

  test('names it, and takes its name, where the tenant allows names', async () => {
    const org = await givenOrg([user], { org: { name: 'acme-corp' } });
    const api = await givenApi(server);
    expect(errorOf(await open(app, { organization: 'acme-corp' }))).toEqual([
      'invalid_request',
      'authorization request parameter organization must be an organization id',
    ]);
    await allowNames(true);
    const tokens = await tokensOf(
      app,
      await open(app, { organization: 'acme-corp', audience: api.identifier, scope: 'openid read' }),
    );
    for (const token of [tokens.access_token, String(tokens.id_token)]) {
      expect(claimsOf(token)).toMatchObject({ org_id: org, org_name: 'acme-corp' });
    }
    expect(errorOf(await open(app, { organization: 'Not A Name!' }))).toEqual([
      'invalid_request',
      'authorization request parameter organization must be an organization id or name',
    ]);
    await allowNames(false);
  });

  test('keeps it at a refresh, and ends with the membership', async () => {
    const member = await givenUser(server);
    const org = await givenOrg([member]);
    const api = await givenApi(server, { allow_offline_access: true });
    const parameters = { organization: org, audience: api.identifier, scope: 'offline_access read' };
    const tokens = await tokensOf(app, await open(app, parameters, member));
    const refresh = (more: Record<string, string> = {}) =>
      requestToken(server, app, {
        grant_type: 'refresh_token',
        refresh_token: String(tokens.refresh_token),
        ...more,
      });
    const refreshed = await refresh({ organization: await givenOrg([member]) });
    expect(claimsOf(String(refreshed.body.access_token))['org_id']).toBe(org);
    await bodyOf(server.api('delete', `organizations/${org}/members`, { members: [member.id] }), 204);
    const answer = await refresh();
    expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
  });

  test('shows which organization it is for', async () => {
    const org = await givenOrg([user], { org: { display_name: 'Acme & Sons' } });
    const page = await new Browser(server.url).open(address(app, { organization: org }));
    expect(page.html).toContain('Acme &amp; Sons');
  });
});

describe('a login for an organization is refused', () => {
  test('UO-1: where the client does not use organizations', async () => {
    const denies = await givenApp(server);
    for (const organization of [await givenOrg([user]), 'org_unknown0000000']) {
      const page = await new Browser(server.url).open(address(denies, { organization }));
      expect(errorOf(page)).toEqual([
        'invalid_request',
        'parameter organization is not allowed for this client',
      ]);
    }
  });

  test('UO-2: where the client needs one and none is named', async () => {
    const page = await new Browser(server.url).open(address(requires, {}));
    expect(errorOf(page)).toEqual(['invalid_request', 'parameter organization is required for this client']);
  });

  test('UO-5: where the user is no member', async () => {
    const org = await givenOrg([await givenUser(server)]);
    expect(errorOf(await open(app, { organization: org }))).toEqual([
      'access_denied',
      `user ${user.id} is not part of the ${org} organization`,
    ]);
  });

  test('UO-5: where a session was of a login for another organization', async () => {
    const [mine, other] = [await givenOrg([user]), await givenOrg()];
    const browser = new Browser(server.url);
    expect(parameterOf(await logIn(browser, address(app, { organization: mine }), user), 'code')).not.toBe(
      '',
    );
    expect(errorOf(await browser.open(address(app, { organization: other })))[0]).toBe('access_denied');
  });

  test('UO-6a, UO-7: where there is no such organization', async () => {
    const text = 'authorization request parameter organization must be an organization id';
    const page = await new Browser(server.url).open(address(app, { organization: 'nothing' }));
    expect(errorOf(page)).toEqual(['invalid_request', text]);
    const unknown = 'org_0123456789abcdef';
    const other = await new Browser(server.url).open(address(app, { organization: unknown }));
    expect(errorOf(other)).toEqual(['invalid_request', `parameter organization is invalid: ${unknown}`]);
  });

  test('UO-6d: where the connection is none of the organization, though the user is a member', async () => {
    const org = await givenOrg([user], { connection: null });
    const browser = new Browser(server.url);
    await logIn(browser, address(app, {}), user);
    expect(errorOf(await browser.open(address(app, { organization: org })))).toEqual([
      'access_denied',
      'connection is not enabled for this organization',
    ]);
    // Without a session there is no way in at all.
    const page = await new Browser(server.url).open(address(app, { organization: org }));
    const again = await signIn(new Browser(server.url), page, user);
    expect(again.url.searchParams.has('code')).toBe(false);
  });
});

describe('UO-3: a client that asks before login', () => {
  let asksBefore: TestClient;
  beforeAll(async () => {
    asksBefore = await givenApp(server, {
      organization_usage: 'require',
      organization_require_behavior: 'pre_login_prompt',
    });
  });

  test('asks for the name, then for the password, and the token is for the organization', async () => {
    const org = await givenOrg([user], { org: { name: 'before-login' } });
    const browser = new Browser(server.url);
    const asked = await browser.open(address(asksBefore, {}));
    expect(asked.html).toContain('name="organization"');
    expect(asked.html).not.toContain('name="password"');
    const login = await browser.submit(asked, { organization: '  Before-Login ', decision: 'continue' });
    expect(login.html).toContain('name="password"');
    const tokens = await tokensOf(asksBefore, await signIn(browser, login, user));
    expect(claimsOf(String(tokens.id_token))['org_id']).toBe(org);
  });

  test.each(['', 'no-such-organization', 'x'.repeat(5000), '\0', '<script>'])(
    'asks again after %j',
    async (organization) => {
      const browser = new Browser(server.url);
      const asked = await browser.open(address(asksBefore, {}));
      const again = await browser.submit(asked, { organization, decision: 'continue' });
      expect([again.status, again.url.pathname]).toEqual([400, '/u/login']);
      expect(again.html).toContain('name="organization"');
      expect(again.html).not.toContain('<script>');
    },
  );

  test('lets the user go back', async () => {
    const browser = new Browser(server.url);
    const end = await browser.submit(await browser.open(address(asksBefore, {})), { decision: 'cancel' });
    expect(errorOf(end)[0]).toBe('access_denied');
  });

  test('does not ask where the application has named one', async () => {
    const org = await givenOrg([user]);
    const page = await new Browser(server.url).open(address(asksBefore, { organization: org }));
    expect(page.html).toContain('name="password"');
  });

  test('cannot ask with prompt=none', async () => {
    const page = await new Browser(server.url).open(address(asksBefore, { prompt: 'none' }));
    expect(errorOf(page)[0]).toBe('interaction_required');
  });

  test('UO-5: does not let a user into an organization of others', async () => {
    await givenOrg([], { org: { name: 'of-others' } });
    const browser = new Browser(server.url);
    const login = await browser.submit(await browser.open(address(asksBefore, {})), {
      organization: 'of-others',
    });
    const end = await signIn(browser, login, user);
    expect(errorOf(end)[0]).toBe('access_denied');
  });
});

describe('UO-3: a client that asks after login', () => {
  let asksAfter: TestClient;
  beforeAll(async () => {
    asksAfter = await givenApp(server, {
      organization_usage: 'require',
      organization_require_behavior: 'post_login_prompt',
    });
  });

  test('offers the organizations of the user, and the token is for the one that was chosen', async () => {
    const member = await givenUser(server);
    const [one, other, foreign] = [
      await givenOrg([member], { org: { display_name: 'First Choice' } }),
      await givenOrg([member], { org: { display_name: 'Second Choice' } }),
      await givenOrg([], { org: { display_name: 'Foreign' } }),
    ];
    const browser = new Browser(server.url);
    const choice = await signIn(browser, await browser.open(address(asksAfter, {})), member);
    expect(choice.html).toContain('First Choice');
    expect(choice.html).toContain('Second Choice');
    expect(choice.html).not.toContain('Foreign');
    for (const wrong of [foreign, '', 'nothing']) {
      const again = await browser.submit(choice, { organization: wrong });
      expect(again.status).toBe(400);
      expect(again.url.searchParams.has('code')).toBe(false);
    }
    const end = await browser.submit(choice, { organization: other });
    expect(claimsOf(String((await tokensOf(asksAfter, end)).id_token))['org_id']).toBe(other);
    expect(one).not.toBe(other);
  });

  test('UO-6: has nothing to offer to a user without one', async () => {
    const end = await open(asksAfter, {}, await givenUser(server));
    expect(errorOf(end)).toEqual([
      'invalid_request',
      'client requires organization membership, but user does not belong to any organization',
    ]);
  });

  test('does not let in a user who lost the membership while the page was open', async () => {
    const member = await givenUser(server);
    const [org] = [await givenOrg([member]), await givenOrg([member])];
    const browser = new Browser(server.url);
    const choice = await signIn(browser, await browser.open(address(asksAfter, {})), member);
    await bodyOf(server.api('delete', `organizations/${org}/members`, { members: [member.id] }), 204);
    const end = await browser.submit(choice, { organization: org });
    expect(errorOf(end)[0]).toBe('access_denied');
  });
});

describe('members', () => {
  const member = () => givenUser(server);

  test('have what their roles in the organization give, there and nowhere else', async () => {
    const someone = await member();
    const org = await givenOrg([someone]);
    const api: TestApi = await givenApi(server, {
      enforce_policies: true,
      token_dialect: 'access_token_authz',
    });
    const role = async (name: string, permission_name: string): Promise<string> => {
      const { id } = await bodyOf<{ id: string }>(server.api('post', 'roles', { name }), 200);
      const permissions = [{ resource_server_identifier: api.identifier, permission_name }];
      await bodyOf(server.api('post', `roles/${id}/permissions`, { permissions }), 201);
      return id;
    };
    const [inOrg, outside] = [await role('member-role', 'write'), await role('tenant-role', 'delete')];
    const id = encodeURIComponent(someone.id);
    await bodyOf(server.api('post', `organizations/${org}/members/${id}/roles`, { roles: [inOrg] }), 204);
    await bodyOf(server.api('post', `users/${id}/roles`, { roles: [outside] }), 204);
    const direct = [{ resource_server_identifier: api.identifier, permission_name: 'read' }];
    await bodyOf(server.api('post', `users/${id}/permissions`, { permissions: direct }), 201);

    const parameters = { audience: api.identifier, scope: 'read write delete' };
    const there = await tokensOf(app, await open(app, { ...parameters, organization: org }, someone));
    expect(there.scope).toBe('read write');
    expect(claimsOf(there.access_token)['permissions']).toEqual(['read', 'write']);
    const elsewhere = await tokensOf(app, await open(app, parameters, someone));
    expect(elsewhere.scope).toBe('read delete');
  });

  test('are made by the login where the connection says so', async () => {
    const someone = await member();
    const org = await givenOrg([], { connection: { assign_membership_on_login: true } });
    const tokens = await tokensOf(app, await open(app, { organization: org }, someone));
    expect(claimsOf(String(tokens.id_token))['org_id']).toBe(org);
    const members = await bodyOf<{ user_id: string }[]>(
      server.api('get', `organizations/${org}/members`),
      200,
    );
    expect(members.map((each) => each.user_id)).toEqual([someone.id]);
  });

  test('are not made by a login that fails, or one for another organization', async () => {
    const someone = await member();
    const org = await givenOrg([], { connection: { assign_membership_on_login: true } });
    const browser = new Browser(server.url);
    await signIn(browser, await browser.open(address(app, { organization: org })), someone, 'wrong');
    await open(app, { organization: await givenOrg([someone]) }, someone);
    expect(await bodyOf(server.api('get', `organizations/${org}/members`), 200)).toEqual([]);
  });
});

describe('an organization that says which clients its members use', () => {
  const entitled = { org: { is_app_entitlement_active: true } };
  const list = async (org: string, client: TestClient): Promise<void> => {
    const body = { clients: [{ client_id: client.id, use_for_member_access: true }] };
    const { status, text } = await server.api('post', `organizations/${org}/clients`, body);
    if (status >= 300) throw new Error(text);
  };

  test('UO-8: refuses a first party that it does not list', async () => {
    const org = await givenOrg([user], entitled);
    expect(errorOf(await open(app, { organization: org }))[0]).toBe('access_denied');
    await list(org, app);
    expect(parameterOf(await open(app, { organization: org }), 'code')).not.toBe('');
  });

  test('UO-7, UO-9: third parties go by third_party_client_access, or by the list', async () => {
    const api = await givenApi(server);
    const client = await givenThirdParty(server, 'strict', {
      callbacks: [CALLBACK],
      grant_types: ['authorization_code'],
      redirection_policy: 'allow_always',
    });
    await givenUserGrant(server, client, api, ['read']);
    const { challenge, verifier } = newPkce();
    const go = (organization: string): Promise<Page> =>
      open(client, {
        organization,
        audience: api.identifier,
        scope: 'read',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      });
    const closed = await givenOrg([user]);
    expect(errorOf(await go(closed))).toEqual([
      'invalid_request',
      `parameter organization is invalid: ${closed}`,
    ]);
    const opened = await givenOrg([user], { org: { third_party_client_access: 'allow' } });
    const answer = await exchange(server, client, parameterOf(await go(opened), 'code'), {
      code_verifier: verifier,
    });
    expect(claimsOf(String(answer.body.access_token))).toMatchObject({ org_id: opened, scope: 'read' });
    const listing = await givenOrg([user], entitled);
    expect(errorOf(await go(listing))[0]).toBe('invalid_request');
    await list(listing, client);
    expect(parameterOf(await go(listing), 'code')).not.toBe('');
  });

  test('UO-10: what a client grant says of organizations has no effect on users', async () => {
    const api = await givenApi(server, {
      subject_type_authorization: {
        user: { policy: 'require_client_grant' },
        client: { policy: 'require_client_grant' },
      },
    });
    await givenUserGrant(server, app, api, ['read']);
    const org = await givenOrg([user]);
    const end = await open(app, { organization: org, audience: api.identifier, scope: 'read' });
    expect(claimsOf((await tokensOf(app, end)).access_token)).toMatchObject({ org_id: org, scope: 'read' });
  });
});
