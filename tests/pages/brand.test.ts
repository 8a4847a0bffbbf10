import { readFileSync } from 'node:fs';
import { brandAt, brandOf, brandPath, brandSheet, contrast, SCHEMES } from '../../src/pages/brand.js';

const css = readFileSync(new URL('../../src/pages/assets/pages.css', import.meta.url), 'utf8');

test('colours are read from the branding of an organization', () => {
  expect(brandOf({ logo_url: 'x', colors: { primary: '#0F766E', page_background: '#e6f2f1' } })).toEqual({
    primaryColor: '#0f766e',
    pageBackground: '#e6f2f1',
  });
});

test.each([
  ['no branding', null],
  ['no colours', {}],
  ['a list', { colors: ['#000000'] }],
  ['a name', { colors: { primary: 'red' } }],
  ['three digits', { colors: { primary: '#fff' } }],
  ['a gradient', { colors: { page_background: { type: 'linear-gradient', start: '#fff', end: '#000' } } }],
  ['a way out', { colors: { primary: '#000000}body{display:none' } }],
])('%s is no colour', (_name, branding) => {
  expect(brandOf(branding)).toBeUndefined();
});

test('the address of a style sheet holds its colours', () => {
  const brand = { primaryColor: '#0f766e', pageBackground: undefined };
  expect(brandPath(brand)).toBe('/_grantry/pages/brand/0f766e-none.css');
  expect(brandAt('/_grantry/pages/brand/0f766e-none.css')).toEqual(brand);
  expect(brandPath({})).toBeUndefined();
  expect(brandPath({ primaryColor: '#000000;}' })).toBeUndefined();
});

test.each(['000000-fff.css', '0f766e.css', '0f766e-none.css.css', 'none-red.css', '..%2f'])(
  '%s is no address of colours',
  (file) => {
    expect(brandAt(`/_grantry/pages/brand/${file}`)).toBeUndefined();
  },
);

test('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#123456', '#123456')).toBe(1);
});

test('a scheme takes only the colours that can be seen in it', () => {
  // Pale yellow shows on dark, not on white; navy the other way round.
  const [yellowLight, yellowDark] = brandSheet({ primaryColor: '#ffe680', pageBackground: '#101010' }).split(
    '\n',
  );
  expect(yellowLight).toBe('@media (prefers-color-scheme: light) { :root {  } }');
  expect(yellowDark).toContain('--accent: #ffe680; --on-accent: #000000; --page: #101010;');
  const [navyLight, navyDark] = brandSheet({ primaryColor: '#0a1a3f', pageBackground: '#fafafa' }).split(
    '\n',
  );
  expect(navyLight).toContain('--accent: #0a1a3f; --on-accent: #ffffff; --page: #fafafa;');
  expect(navyDark).not.toContain('--');
});

test('the schemes are those of the style sheet', () => {
  const roots = [...css.matchAll(/:root \{[^}]*\}/g)].map(([root]) => root);
  const inSheet = roots.slice(0, 2).map((root) => ({
    surface: /--surface: (#\w{6})/.exec(root)?.[1],
    text: /--text: (#\w{6})/.exec(root)?.[1],
  }));
  expect(inSheet).toEqual(SCHEMES.map(({ surface, text }) => ({ surface, text })));
});
