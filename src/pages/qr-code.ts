// A QR code (ISO/IEC 18004) in the page itself: an image of its own would have its content, a secret, in its address.

import { encode } from 'uqr';
import { html, type Html } from './html.js';

/** Light modules on each side, without which a reader does not find the code (ISO/IEC 18004, 6.3.8). */
const QUIET_ZONE = 4;
/** 117 modules a side, 1,273 characters: in more, a module is too small on a screen for the camera of a phone. */
const LARGEST_VERSION = 25;

function modulesOf(text: string): readonly (readonly boolean[])[] | undefined {
  try {
    // What is left of the version goes into correction.
    return encode(text, { ecc: 'L', boostEcc: true, maxVersion: LARGEST_VERSION, border: QUIET_ZONE }).data;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The dark modules, each run of them as a rectangle. */
function outline(modules: readonly (readonly boolean[])[]): string {
  return modules
    .flatMap((row, y) => {
      const dark = row.map((isDark) => (isDark ? '#' : '.')).join('');
      return [...dark.matchAll(/#+/g)].map(
        ({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`,
      );
    })
    .join('');
}

/**
 * Dark on white in every colour scheme, as readers want it, and by attributes, since the policy has no inline styles.
 *
 * @param label what is said in its place to who does not see it.
 * @returns undefined for a text that is too long to be read off a screen.
 */
export function qrCode(text: string, label: string): Html | undefined {
  const modules = modulesOf(text);
  if (modules === undefined) return undefined;
  const { length: size } = modules;
  return html`<svg
    class="qr-code"
    role="img"
    aria-label="${label}"
    viewBox="${`0 0 ${size} ${size}`}"
    shape-rendering="crispEdges"
  >
    <rect width="${size}" height="${size}" fill="#ffffff" />
    <path d="${outline(modules)}" fill="#000000" />
  </svg>`;
}
