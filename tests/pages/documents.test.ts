// What holds for every page, read by the rules of HTML.

import { formPostPage } from '../../src/pages/form-post.js';
import { continuePage } from '../../src/pages/continue.js';
import type { ApprovalDecision } from '../../src/pages/approvals.js';
import type { ConsentDecision } from '../../src/pages/consent.js';
import { errorPage } from '../../src/pages/error.js';
import { initials } from '../../src/pages/layout.js';
import type { DeviceApprovalDecision, WaitForDeviceDecision } from '../../src/pages/device-approvals.js';
import type { LoginDecision } from '../../src/pages/login.js';
import type { OrganizationDecision } from '../../src/pages/organization.js';
import type { PairingDecision } from '../../src/pages/pairing.js';
import type {
  EnrolmentDecision,
  NewRecoveryCodeDecision,
  OneTimePasswordDecision,
  RecoveryCodeDecision,
} from '../../src/pages/second-factor.js';
import { attribute, elements, read, squeezed, textOf } from './documents.js';
import { specimens } from './specimens.js';

const pages = Object.entries(specimens());

describe.each(pages)('%s', (name, html) => {
  const page = read(html);

  test('is a document in English with a title, one main part and one heading', () => {
    expect(attribute(page.only('html'), 'lang')).toBe('en');
    expect(squeezed(page.only('title'))).not.toBe('');
    expect(squeezed(page.only('h1'))).not.toBe('');
    expect(squeezed(page.only('main'))).toContain(squeezed(page.only('h1')));
    const levels = page.of('h1', 'h2', 'h3').map(({ tagName }) => Number(tagName.slice(1)));
    for (const [index, level] of levels.entries())
      expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
  });

  test('has ids once, and refers to those that are there', () => {
    const ids = page.all.flatMap((element) => attribute(element, 'id') ?? []);
    expect(ids).toEqual([...new Set(ids)]);
    const references = page.all.flatMap((element) => [
      ...['for', 'aria-describedby', 'aria-labelledby'].flatMap(
        (of) => attribute(element, of)?.split(' ') ?? [],
      ),
      ...(attribute(element, 'href')?.startsWith('#') === true ? [attribute(element, 'href')?.slice(1)] : []),
    ]);
    for (const reference of references) expect(ids).toContain(reference);
  });

  test('labels every field, without placeholders', () => {
    const labelled = page.of('label').map((label) => attribute(label, 'for'));
    for (const input of page.of('input').filter((input) => attribute(input, 'type') !== 'hidden')) {
      expect(labelled).toContain(attribute(input, 'id'));
      expect(attribute(input, 'placeholder')).toBeUndefined();
    }
    for (const button of page.of('button')) expect(squeezed(button)).not.toBe('');
  });

  test('posts forms, with the token, and loads nothing from elsewhere', () => {
    for (const form of page.of('form')) {
      expect(attribute(form, 'method')).toBe('post');
      if (name === 'form-post') continue;
      const tokens = elements(form).filter((element) => attribute(element, 'name') === 'xsrf');
      expect(tokens.map((token) => [attribute(token, 'type'), attribute(token, 'value')])).toEqual([
        ['hidden', 'q1LxP0a9vY'],
      ]);
    }
    for (const link of page.of('link')) expect(attribute(link, 'href')).toMatch(/^\/_grantry\/pages\//);
    expect(page.of('img', 'iframe', 'object', 'embed', 'base', 'style')).toEqual([]);
  });

  test('has no script, save the one', () => {
    expect(page.of('script')).toHaveLength(name === 'form-post' ? 1 : 0);
    const inline = page.all.flatMap(({ attrs }) => attrs.filter((attr) => /^(?:on|style$)/.test(attr.name)));
    expect(inline).toEqual([]);
  });

  test('says in the title, in a summary and at the field that something is wrong', () => {
    const summaries = page.all.filter((element) => attribute(element, 'role') === 'alert');
    expect(squeezed(page.only('title')).startsWith('Error: ')).toBe(summaries.length === 1);
    const focused = page.all.filter((element) => attribute(element, 'autofocus') !== undefined);
    expect(focused.length).toBeLessThanOrEqual(1);
    if (summaries.length > 0) expect(focused).toEqual(summaries);
    for (const invalid of page
      .of('input')
      .filter((input) => attribute(input, 'aria-invalid') !== undefined)) {
      const described = attribute(invalid, 'aria-describedby')?.split(' ') ?? [];
      const texts = described.map((id) => page.byId(id)).map((element) => element && squeezed(element));
      expect(summaries.map(squeezed).join(' ')).toContain(texts.at(-1));
    }
  });
});

/** The buttons of a page: name and value, as its form sends them. */
const buttonsOf = (html: string) =>
  read(html)
    .of('button')
    .map((button) => [attribute(button, 'name'), attribute(button, 'value')]);

describe('what the buttons send', () => {
  type Decision =
    | LoginDecision
    | ConsentDecision
    | OrganizationDecision
    | OneTimePasswordDecision
    | RecoveryCodeDecision
    | EnrolmentDecision
    | NewRecoveryCodeDecision
    | PairingDecision
    | DeviceApprovalDecision
    | WaitForDeviceDecision
    | ApprovalDecision;
  const decisions: readonly [string, readonly Decision[]][] = [
    // The first is what the Enter key presses.
    ['login', ['continue', 'cancel']],
    ['consent', ['accept', 'decline', 'switch_account']],
    ['login-approvals', ['continue']],
    ['approval', ['approve', 'deny', 'switch_account']],
    ['approval-closed', ['deny', 'switch_account']],
    ['approval-list', ['switch_account']],
    ['organization-choice', ['continue', 'cancel']],
    ['organization-name', ['continue', 'cancel']],
    ['otp', ['continue', 'cancel', 'use_recovery_code']],
    ['otp-organization', ['continue', 'cancel']],
    ['recovery-code', ['continue', 'cancel', 'use_one_time_password']],
    ['enrolment', ['continue', 'cancel']],
    ['new-recovery-code', ['continue']],
    ['pairing', ['pair', 'cancel']],
    ['device-approvals', ['approve', 'deny']],
    ['wait-for-device', ['continue', 'cancel', 'use_recovery_code']],
    ['wait-for-device-refused', ['ask_again', 'cancel']],
  ];
  test.each(decisions)('%s: a decision', (name, expected) => {
    expect(buttonsOf(specimens()[name] ?? '')).toEqual(expected.map((decision) => ['decision', decision]));
  });

  // oidc-provider: lib/actions/code_verification.js, end_session.js.
  test('device and logout: what oidc-provider reads', () => {
    const { logout = '', ...others } = specimens();
    expect(buttonsOf(others['device-confirmation'] ?? '')).toEqual([
      ['confirm', 'yes'],
      ['abort', 'yes'],
    ]);
    expect(buttonsOf(logout)).toEqual([
      ['logout', 'yes'],
      [undefined, undefined],
    ]);
  });
});

describe("someone else's text", () => {
  const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)></title></textarea></bdi><!--&lt;\`\${x}`;
  const marks: string[] = [];
  const hostile = specimens(() => {
    const mark = `${HOSTILE}${marks.length}.`;
    marks.push(mark);
    return mark;
  });
  const shapeOf = (html: string) =>
    read(html).all.map(({ tagName, attrs }) => [tagName, ...attrs.map(({ name }) => name)].join(' '));

  test.each(pages)('adds no element and no attribute to %s', (name, html) => {
    expect(shapeOf(hostile[name] ?? '')).toEqual(shapeOf(html));
  });

  test('is shown as it was written, each piece of it', () => {
    const seen = Object.values(hostile)
      .flatMap((html) => {
        const page = read(html);
        return [
          textOf(page.only('html')),
          ...page.all.flatMap(({ attrs }) => attrs.map(({ value }) => value)),
        ];
      })
      .join('\n');
    const written = (mark: string) => [mark, encodeURIComponent(mark), JSON.stringify(mark).slice(1, -1)];
    expect(marks.length).toBeGreaterThan(100);
    expect(marks.filter((mark) => !written(mark).some((form) => seen.includes(form)))).toEqual([]);
  });
});

test.each([
  ['Acme Orders', 'AO'],
  ['acme', 'A'],
  ['  The (very) Big-Company ', 'TC'],
  ['Ümlaut Größe', 'ÜG'],
  ['日本 商店', '日商'],
  ['<>', ''],
  ['', ''],
])('the initials of %j are %j', (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test('an error page has no link', () => {
  const page = read(errorPage({ code: 'invalid_request', description: 'https://evil.example/callback' }));
  expect(page.of('a', 'form', 'button')).toEqual([]);
  expect(squeezed(page.only('main'))).toContain('https://evil.example/callback');
});

test.each(['javascript:alert(1)', '//evil.example/', '/\\\\evil.example/', 'data:text/html,x', 'relative'])(
  'a page does not go on to %s',
  (url) => {
    expect(() => continuePage({ url })).toThrow('over http only');
  },
);

test('a form is not posted to a script', () => {
  expect(() => formPostPage({ action: 'javascript:alert(1)', fields: {} })).toThrow('over http only');
});
