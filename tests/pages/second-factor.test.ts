// What the pages of multi-factor authentication say that much depends on. What holds for every page is in documents.test.ts.

import { devicePairedPage, type PairingProblem, pairingProblemPage } from '../../src/pages/pairing.js';
import {
  type CodeProblem,
  enrolmentPage,
  newRecoveryCodePage,
  oneTimePasswordPage,
  recoveryCodePage,
} from '../../src/pages/second-factor.js';
import { attribute, type Element, elements, type Page, read, squeezed } from './documents.js';

const model = {
  action: '/mfa',
  csrfToken: 'token',
  application: { name: 'Acme', brand: { primaryColor: '#111111' } },
  user: { name: 'jane' },
};
const northwind = { displayName: 'Northwind', brand: { primaryColor: '#222222' } };
const setUp = { uri: 'otpauth://totp/Acme:jane?secret=GEZDGNBVGY3TQOJQ', secret: 'GEZDGNBVGY3TQOJQ' };

const pages: Readonly<
  Record<
    string,
    (more: { organization?: typeof northwind; problem?: CodeProblem; user?: { name: string } }) => string
  >
> = {
  otp: (more) => oneTimePasswordPage({ ...model, offersRecoveryCode: true, ...more }),
  recovery_code: (more) => recoveryCodePage({ ...model, ...more }),
  enrolment: (more) => enrolmentPage({ ...model, ...setUp, ...more }),
};

const fieldOf = (page: Page, id: string): Readonly<Record<string, string>> =>
  Object.fromEntries((page.byId(id)?.attrs ?? []).map(({ name, value }) => [name, value]));
const summaryOf = (page: Page): Element | undefined =>
  page.all.find((element) => attribute(element, 'role') === 'alert');
/** The links of the summary, each with its text. */
const linksOf = (page: Page) => {
  const summary = summaryOf(page);
  if (summary === undefined) return [];
  return elements(summary)
    .filter(({ tagName }) => tagName === 'a')
    .map((link) => [attribute(link, 'href'), squeezed(link)]);
};
const saidAt = (page: Page, id: string): string[] =>
  (fieldOf(page, id)['aria-describedby'] ?? '')
    .split(' ')
    .flatMap((of) => page.byId(of) ?? [])
    .map(squeezed);

const TOO_MANY = 'Too many attempts. Wait a while, then try again';
const problems: readonly [string, string, CodeProblem, string][] = [
  ['otp', 'otp', 'missing', 'Enter the code that your authenticator app shows'],
  ['otp', 'otp', 'wrong', 'Wrong code. Enter the one that the app shows now'],
  ['otp', 'otp', 'too_many_attempts', TOO_MANY],
  ['otp', 'otp', 'form_expired', 'This page was open for too long. Enter the code that the app shows now'],
  ['recovery_code', 'recovery_code', 'missing', 'Enter your recovery code'],
  ['recovery_code', 'recovery_code', 'wrong', 'Wrong recovery code. Enter the one that you saved last'],
  ['recovery_code', 'recovery_code', 'too_many_attempts', TOO_MANY],
  [
    'recovery_code',
    'recovery_code',
    'form_expired',
    'This page was open for too long. Enter your recovery code again',
  ],
  ['enrolment', 'otp', 'missing', 'Enter the code that your authenticator app shows'],
  ['enrolment', 'otp', 'wrong', 'Wrong code. Enter the one that the app shows now'],
  ['enrolment', 'otp', 'too_many_attempts', TOO_MANY],
  [
    'enrolment',
    'otp',
    'form_expired',
    'This page was open for too long. Enter the code that the app shows now',
  ],
];

test.each(problems)('%s, field %s: %s is said where it belongs', (name, id, problem, text) => {
  const page = read(pages[name]?.({ problem }) ?? '');
  const isAtField = problem === 'missing' || problem === 'wrong';
  expect(squeezed(summaryOf(page) ?? page.only('html'))).toBe(`There is a problem ${text}`);
  expect(linksOf(page)).toEqual(isAtField ? [[`#${id}`, text]] : []);
  expect(fieldOf(page, id)['aria-invalid']).toBe(isAtField ? 'true' : undefined);
  expect(saidAt(page, id).includes(text)).toBe(isAtField);
});

test('a code is asked for with the keyboard and the memory that it needs, and is never shown again', () => {
  const otp = fieldOf(read(oneTimePasswordPage({ ...model, offersRecoveryCode: true })), 'otp');
  expect(otp).toMatchObject({ type: 'text', inputmode: 'numeric', autocomplete: 'one-time-code' });
  expect(otp).toHaveProperty('autofocus');
  const recoveryCode = fieldOf(read(recoveryCodePage(model)), 'recovery_code');
  expect(recoveryCode).toMatchObject({ type: 'text', autocomplete: 'off', autocapitalize: 'characters' });
  expect(recoveryCode).toHaveProperty('autofocus');
  for (const field of [otp, recoveryCode]) {
    expect(field).not.toHaveProperty('value');
    // Codes are copied with spaces, which a limit would count.
    expect(field).not.toHaveProperty('maxlength');
  }
});

test('what is to be read first is not skipped by the focus', () => {
  const code = 'X8RZ4K2PWQ7N3MTB5HJD9FLC';
  for (const html of [enrolmentPage({ ...model, ...setUp }), newRecoveryCodePage({ ...model, code })])
    expect(read(html).all.filter((element) => attribute(element, 'autofocus') !== undefined)).toEqual([]);
});

test.each(Object.entries(pages))(
  '%s: whose login it is, and the colours of the organization',
  (_name, of) => {
    const hrefs = (page: Page) => page.of('link').map((link) => attribute(link, 'href'));
    const alone = read(of({}));
    expect(squeezed(alone.only('main'))).toContain('to continue to Acme as jane');
    expect(hrefs(alone)).toContain('/_grantry/pages/brand/111111-none.css');
    const within = read(of({ organization: northwind }));
    expect(squeezed(within.only('main'))).toContain('to continue to Acme as jane of Northwind');
    expect(hrefs(within)).toContain('/_grantry/pages/brand/222222-none.css');
    expect(hrefs(within)).not.toContain('/_grantry/pages/brand/111111-none.css');
  },
);

describe('setting up an authenticator app', () => {
  test('the key is written in fours, and copied without spaces', () => {
    const page = read(enrolmentPage({ ...model, ...setUp, secret: 'GEZDGNBVGY3TQOJQGE' }));
    const groups = page.of('bdi').find((bdi) => attribute(bdi, 'class') === 'groups');
    const spans = elements(groups ?? page.only('html')).filter(({ tagName }) => tagName === 'span');
    expect(spans.map(squeezed)).toEqual(['GEZD', 'GNBV', 'GY3T', 'QOJQ', 'GE']);
    expect(groups && squeezed(groups)).toBe('GEZDGNBVGY3TQOJQGE');
  });

  test('the picture has a text in its place, and the address of the key is nowhere but in it', () => {
    const html = enrolmentPage({ ...model, ...setUp });
    const picture = read(html).only('svg');
    expect(attribute(picture, 'role')).toBe('img');
    expect(attribute(picture, 'aria-label')).toBe('QR code of the key that is written below');
    expect(html).not.toContain('otpauth:');
  });

  test('an address that no phone could read off a screen leaves the key to be typed', () => {
    const page = read(enrolmentPage({ ...model, ...setUp, uri: `otpauth://totp/${'x'.repeat(5000)}` }));
    expect(page.of('svg')).toEqual([]);
    expect(page.of('h2').map(squeezed)).toEqual(['Type this key into the app']);
    expect(squeezed(page.only('main'))).toContain(setUp.secret);
  });
});

describe('a new recovery code', () => {
  const code = 'X8RZ4K2PWQ7N3MTB5HJD9FLC';

  test('is shown, with what it is for and that this is the only time', () => {
    const main = squeezed(read(newRecoveryCodePage({ ...model, code })).only('main'));
    expect(main).toContain(code);
    expect(main).toContain('sign in once without your authenticator app');
    expect(main).toContain('it is shown only now');
  });

  test('has to be said to be saved, by a box that is never ticked beforehand', () => {
    const page = read(newRecoveryCodePage({ ...model, code }));
    const box = fieldOf(page, 'saved');
    expect(box).toMatchObject({ type: 'checkbox', name: 'saved', value: 'yes', required: '' });
    expect(box).not.toHaveProperty('checked');
    expect(page.of('label').map((label) => [attribute(label, 'for'), squeezed(label)])).toEqual([
      ['saved', 'I have saved this code'],
    ]);
  });

  test('is shown still where the box was not ticked, which is said', () => {
    const page = read(newRecoveryCodePage({ ...model, code, problem: 'not_confirmed' }));
    expect(squeezed(page.only('main'))).toContain(code);
    expect(linksOf(page)).toEqual([['#saved', 'Save the code, then tick the box']]);
    expect(fieldOf(page, 'saved')).toMatchObject({ 'aria-invalid': 'true' });
    expect(saidAt(page, 'saved')).toEqual(['Save the code, then tick the box']);
  });
});

test('codes cannot become markup', () => {
  const hostile = `"'><script>alert(1)</script><img src=x>`;
  for (const html of [
    enrolmentPage({ ...model, ...setUp, secret: hostile, uri: hostile }),
    newRecoveryCodePage({ ...model, code: hostile }),
  ]) {
    const page = read(html);
    expect(page.of('script', 'img')).toEqual([]);
    expect(squeezed(page.only('main'))).toContain(hostile.slice(0, 27));
  }
});

test.each<[PairingProblem, string]>([
  ['unknown', 'This link does not work'],
  ['expired', 'This link has expired'],
  ['used', 'This link has been used'],
])('a pairing link that is %s leads nowhere', (problem, title) => {
  const page = read(pairingProblemPage({ problem }));
  expect([squeezed(page.only('title')), squeezed(page.only('h1'))]).toEqual([title, title]);
  expect(page.of('a', 'form', 'button')).toEqual([]);
});

test('a paired browser is led to the requests at this server, and to nothing else', () => {
  const page = read(devicePairedPage({ approvalsUrl: '/approvals?of="jane"' }));
  expect(page.of('a').map((link) => attribute(link, 'href'))).toEqual(['/approvals?of="jane"']);
  for (const approvalsUrl of ['javascript:alert(1)', '//evil.example/', '/\\evil.example/'])
    expect(() => devicePairedPage({ approvalsUrl })).toThrow('over http only');
});
