import { createHash } from 'node:crypto';
import express from 'express';
import request from 'supertest';
import { brandPath } from '../../src/pages/brand.js';
import { icon, pageAssetRoutes, stylesheet } from '../../src/pages/routes.js';
import { FORM_POST_SCRIPT, formPostHeaders, pageHeaders } from '../../src/pages/security-policy.js';

const policyOf = (headers: Readonly<Record<string, string>>) => headers['Content-Security-Policy'];

test('a page may show itself, load from this server, send its form there, and nothing else', () => {
  expect(pageHeaders()).toEqual({
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
});

test.each([
  ['https://shop.example.com/callback?x=1', "form-action 'self' https://shop.example.com;"],
  ['http://127.0.0.1:4180/callback', "form-action 'self' http://127.0.0.1:4180;"],
  ['com.example.app:/callback', "form-action 'self' com.example.app:;"],
  // The host of a URL may hold these.
  ["https://a;script-src'unsafe-inline'.example/", "form-action 'self';"],
  ['https://a,b.example/', "form-action 'self';"],
  ['https://*.example/', "form-action 'self';"],
  ['javascript:alert(1)', "form-action 'self';"],
  ['data:text/html,x', "form-action 'self';"],
  ['no address', "form-action 'self';"],
])('a form that leads to %s', (leadsTo, directive) => {
  expect(policyOf(pageHeaders({ leadsTo }))).toContain(directive);
});

test('the one script is allowed by its hash, and no other', () => {
  const hash = createHash('sha256').update(FORM_POST_SCRIPT).digest('base64');
  expect(policyOf(formPostHeaders())).toBe(
    `default-src 'none'; script-src 'sha256-${hash}'; style-src 'self'; img-src 'self'; form-action https: http:; base-uri 'none'; frame-ancestors 'none'`,
  );
  expect(formPostHeaders()['Cache-Control']).toBe('no-store');
});

describe('what pages load', () => {
  const app = express().use(pageAssetRoutes());

  test.each([
    ['style sheet', () => stylesheet().path, 'text/css; charset=utf-8'],
    ['icon', () => icon().path, 'image/svg+xml; charset=utf-8'],
    ['colours', () => brandPath({ primaryColor: '#0f766e' }) ?? '', 'text/css; charset=utf-8'],
  ])('%s', async (_name, path, type) => {
    const answer = await request(app).get(path()).expect(200);
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  test.each(['pages.css', 'pages.0000000000000000.css', 'brand/red.css', 'brand/%2e%2e%2f', '..%2fhtml.ts'])(
    '%s is not there',
    async (file) => {
      await request(app).get(`/_grantry/pages/${file}`).expect(404);
    },
  );
});
