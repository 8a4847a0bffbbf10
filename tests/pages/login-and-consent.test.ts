// What the two pages say that much depends on.

import { consentPage, type StandardScope } from '../../src/pages/consent.js';
import { type LoginModel, loginPage, type LoginProblem } from '../../src/pages/login.js';
import { attribute, read, squeezed } from './documents.js';

describe('signing in', () => {
  const model: LoginModel = {
    action: '/login',
    csrfToken: 'token',
    application: { name: 'Acme' },
    identifierKind: 'email',
  };
  const input = (html: string, name: string) => {
    const found = read(html)
      .of('input')
      .find((input) => attribute(input, 'name') === name);
    return Object.fromEntries((found?.attrs ?? []).map(({ name, value }) => [name, value]));
  };

  test('password managers know the fields, and a password is never sent back', () => {
    const html = loginPage({ ...model, identifier: 'jane@example.com', problems: ['wrong_credentials'] });
    expect(input(html, 'username')).toMatchObject({
      type: 'email',
      autocomplete: 'username',
      value: 'jane@example.com',
    });
    expect(input(html, 'password')).toMatchObject({ type: 'password', autocomplete: 'current-password' });
    expect(input(html, 'password')).not.toHaveProperty('value');
  });

  test('wrong credentials are one text, at no field', () => {
    const html = loginPage({ ...model, identifier: 'jane@example.com', problems: ['wrong_credentials'] });
    expect(squeezed(read(html).only('ul'))).toBe('Wrong email address or password');
    expect(html).not.toContain('aria-invalid');
  });

  test.each<[LoginProblem, string]>([
    ['identifier_missing', 'Enter your email address'],
    ['password_missing', 'Enter your password'],
    ['connection_missing', 'Choose where your account is'],
    ['wrong_credentials', 'Wrong email address or password'],
    ['too_many_attempts', 'Too many attempts. Wait a while, then try again'],
    ['form_expired', 'This page was open for too long. Sign in again'],
  ])('%s is said', (problem, text) => {
    const connections = [
      { name: 'a', label: 'A' },
      { name: 'b', label: 'B' },
    ];
    const page = read(loginPage({ ...model, connections, problems: [problem] }));
    expect(squeezed(page.only('ul'))).toBe(text);
  });

  test('one connection is not asked for', () => {
    const html = loginPage({ ...model, connections: [{ name: 'db', label: 'Database' }] });
    expect(read(html).of('fieldset')).toEqual([]);
  });

  test("an organization's colours come before the tenant's", () => {
    const tenant = { primaryColor: '#111111' };
    const hrefs = (html: string) =>
      read(html)
        .of('link')
        .map((link) => attribute(link, 'href') ?? '');
    const named = loginPage({ ...model, application: { name: 'Acme', brand: tenant } });
    expect(hrefs(named)).toContain('/_grantry/pages/brand/111111-none.css');
    const branded = loginPage({
      ...model,
      application: { name: 'Acme', brand: tenant },
      organization: { displayName: 'N', brand: { primaryColor: '#222222' } },
    });
    expect(hrefs(branded)).toContain('/_grantry/pages/brand/222222-none.css');
    expect(hrefs(branded)).not.toContain('/_grantry/pages/brand/111111-none.css');
  });
});

describe('consent', () => {
  const model = {
    action: '/consent',
    csrfToken: 'token',
    application: { name: 'Acme', isThirdParty: false },
    user: { name: 'jane' },
    permissions: [],
    standardScopes: [] as StandardScope[],
  };
  const mainOf = (html: string) => squeezed(read(html).only('main'));

  test.each([
    ['https://shop.example.com:8443/callback?x=1#y', 'shop.example.com:8443'],
    ['https://user@shop.example.com/', 'shop.example.com'],
    // A Cyrillic letter in place of the Latin one.
    ['https://аpple.com/', 'xn--pple-43d.com'],
    ['http://localhost:3000/cb', 'this device (localhost:3000)'],
    ['http://[::1]:3000/cb', 'this device ([::1]:3000)'],
    ['com.example.app:/cb', 'an app on this device (com.example.app)'],
  ])('%s is shown as %s', (redirectUri, shown) => {
    expect(mainOf(consentPage({ ...model, redirectUri }))).toContain(`You return to ${shown} Acme would`);
  });

  test.each<[StandardScope, string]>([
    ['openid', 'Know that you signed in, and recognise you'],
    ['profile', 'See your name, picture and the rest of your profile'],
    ['email', 'See your email address'],
    ['address', 'See your postal address'],
    ['phone', 'See your phone number'],
    ['offline_access', 'Also while you are away.'],
  ])('%s is explained in words', (scope, text) => {
    const main = mainOf(consentPage({ ...model, standardScopes: [scope] }));
    expect(main).toContain(text);
  });

  test('a description that is empty gives way to the value', () => {
    const html = consentPage({ ...model, permissions: [{ value: 'read:a', description: '  ' }] });
    expect(read(html).of('li').map(squeezed)).toEqual(['read:a']);
  });

  test('a rich request is shown whole: fields as words, five levels, the rest as JSON', () => {
    const deep = { one: { two: { three: { four: { five: { six: ['seven', 8, true, null] } } } } } };
    const html = consentPage({
      ...model,
      authorizationDetails: [
        { type: 'payment', instructedAmount: '1', redirectURI: 'x', 'weird key': 'y', deep },
      ],
    });
    const page = read(html);
    const rows = page.of('dt').map(squeezed);
    expect(rows).toEqual(
      expect.arrayContaining(['Instructed amount', 'Redirect URI', 'weird key', 'One', 'Four']),
    );
    expect(mainOf(html)).toContain('{"six": ["seven", 8, true, null]}');
  });

  test('a request without end does not break the page', () => {
    let nested: readonly unknown[] = [];
    for (let level = 0; level < 20_000; level++) nested = [nested];
    const html = consentPage({ ...model, authorizationDetails: [{ type: 'x', nested: nested as never }] });
    expect(html).toContain('…');
    expect(html.length).toBeLessThan(10_000);
  });
});
