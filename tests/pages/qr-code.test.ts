import fc from 'fast-check';
import { qrCode } from '../../src/pages/qr-code.js';
import { attribute, read } from './documents.js';
import { decoded } from './qr-code.js';

const URI =
  'otpauth://totp/Acme%20Orders:jane.doe%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20Orders&algorithm=SHA1&digits=6&period=30';

const drawn = (text: string) => {
  const page = read(`<!doctype html><title>t</title>${String(qrCode(text, 'label'))}`);
  const [svg, rect, path] = [page.only('svg'), page.only('rect'), page.only('path')];
  return { page, svg, rect, path, size: Number(attribute(svg, 'viewBox')?.split(' ')[2]) };
};

/** The rectangles of the path, filled: which modules are dark. */
function modulesOf(text: string): boolean[][] {
  const { path, size } = drawn(text);
  const modules = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  const outline = attribute(path, 'd') ?? '';
  const rectangles = [...outline.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)];
  // Nothing else is drawn.
  expect(rectangles.map(([all]) => all).join('')).toBe(outline);
  for (const [, x, y, right, left] of rectangles) {
    expect(right).toBe(left);
    for (let step = 0; step < Number(right); step += 1) {
      const row = modules[Number(y)];
      if (row !== undefined) row[Number(x) + step] = true;
    }
  }
  return modules;
}

/** A picture of it, some pixels a module. */
function readOff(text: string): string | undefined {
  const scale = 4;
  const modules = modulesOf(text);
  const width = modules.length * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (let at = 0; at < width * width; at += 1) {
    const isDark = modules[Math.floor(at / width / scale)]?.[Math.floor((at % width) / scale)] === true;
    if (isDark) pixels.fill(0, at * 4, at * 4 + 3);
  }
  return decoded(pixels, width, width);
}

test('a code holds exactly the text', () => {
  expect(readOff(URI)).toBe(URI);
});

test('whatever the names in it are', () => {
  const names = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).map(encodeURIComponent);
  fc.assert(
    fc.property(names, names, (issuer, account) => {
      const uri = `otpauth://totp/${issuer}:${account}?secret=GEZDGNBVGY3TQOJQ&issuer=${issuer}`;
      expect(readOff(uri)).toBe(uri);
    }),
    { numRuns: 10 },
  );
});

test('a code has four light modules on each side', () => {
  const modules = modulesOf(URI);
  const size = modules.length;
  const dark = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [[x, y] as const] : [])));
  const all = dark.flat();
  expect([Math.min(...all), Math.max(...all)]).toEqual([4, size - 5]);
});

test('its colours are attributes, so that they need no style', () => {
  const { page, svg, rect, path, size } = drawn(URI);
  expect(attribute(rect, 'fill')).toBe('#ffffff');
  expect([attribute(rect, 'width'), attribute(rect, 'height')]).toEqual([`${size}`, `${size}`]);
  expect(attribute(path, 'fill')).toBe('#000000');
  expect(attribute(svg, 'aria-label')).toBe('label');
  expect(page.all.flatMap(({ attrs }) => attrs.filter(({ name }) => name === 'style'))).toEqual([]);
});

test('there is no code for what a phone could not read off a screen', () => {
  // ISO/IEC 18004, table 7: bytes in version 25 with the least correction.
  expect(qrCode('a'.repeat(1273), 'label')).toBeDefined();
  expect(qrCode('a'.repeat(1274), 'label')).toBeUndefined();
});
