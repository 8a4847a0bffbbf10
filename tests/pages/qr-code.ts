// Reading QR codes as a phone does.

import jsQR from 'jsqr';

/** What is in a picture of RGBA; undefined where no code is found. A light code on dark is none. */
export function decoded(pixels: Uint8ClampedArray, width: number, height: number): string | undefined {
  return jsQR.default(pixels, width, height, { inversionAttempts: 'dontInvert' })?.data;
}
