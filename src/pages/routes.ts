// What pages load: one style sheet, an icon, and the colours of organizations. All by addresses that change with the content,
// so that browsers may keep them.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Response, Router } from 'express';
import { brandAt, brandSheet } from './brand.js';

// From the compiled file as from the source.
const folder = path.join(import.meta.dirname, '../../src/pages/assets');

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** Read when it is first asked for, so that the start of the server does not wait for it. */
function asset(file: string, type: string): () => Asset {
  let read: Asset | undefined;
  return () => {
    if (read === undefined) {
      const body = readFileSync(path.join(folder, file), 'utf8');
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
      const { name, ext } = path.parse(file);
      read = { path: `/_grantry/pages/${name}.${hash}${ext}`, type, body };
    }
    return read;
  };
}

export const stylesheet = asset('pages.css', 'text/css');
export const icon = asset('icon.svg', 'image/svg+xml');

function sendForever(res: Response, type: string, body: string): void {
  res.set({
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': 'public, max-age=31536000, immutable',
  });
  res.send(body);
}

/** `GET /_grantry/pages/…`. An address of another version, or of no colours, is for the routes that follow. */
export function pageAssetRoutes(): Router {
  const router = Router();
  router.get('/_grantry/pages/brand/:colors', (req, res, next) => {
    const brand = brandAt(req.path);
    if (brand === undefined) next();
    else sendForever(res, 'text/css', brandSheet(brand));
  });
  router.get('/_grantry/pages/:file', (req, res, next) => {
    const found = [stylesheet(), icon()].find((asset) => asset.path === req.path);
    if (found === undefined) next();
    else sendForever(res, found.type, found.body);
  });
  return router;
}
