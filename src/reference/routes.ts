// The API reference: openapi.yaml as this server publishes it, and the page that shows it. The page is Swagger UI, served
// from its package (docs/decisions/0006-api-reference.md); what is ours of it stands in page/.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Response, Router } from 'express';
import { stringify } from 'yaml';
import type { Tenant } from '../domain/tenant.js';
import type { Contract } from '../http/contract.js';

// From the compiled file as from the source.
const pageFolder = path.join(import.meta.dirname, '../../src/reference/page');
const rendererFolder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** What the page loads, and nothing else of either folder. */
const assets = [
  { folder: pageFolder, file: 'page.js', type: 'text/javascript' },
  { folder: pageFolder, file: 'page.css', type: 'text/css' },
  { folder: pageFolder, file: 'icon.svg', type: 'image/svg+xml' },
  { folder: rendererFolder, file: 'swagger-ui-bundle.js', type: 'text/javascript' },
  { folder: rendererFolder, file: 'swagger-ui.css', type: 'text/css' },
] as const;

/**
 * The page runs this server's scripts and no others, and can reach this server only. Swagger UI draws its arrows with
 * `data:` images in its style sheet; without them it has none.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';');

/**
 * A text that is the same until the server is started anew, with its name for caches (RFC 9110 section 8.8.3). A name made
 * of the content: the files of npm packages all bear the same date.
 */
interface Text {
  readonly type: string;
  readonly body: string;
  readonly etag: string;
}

function textOf(type: string, body: string): Text {
  return { type, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}

/** Makes a text when it is first asked for, so that the start of the server does not wait for it. */
function whenAsked(make: () => Text): () => Text {
  let made: Text | undefined;
  return () => (made ??= make());
}

/** Express answers 304 where the caller has it already. */
function sendText(res: Response, { type, body, etag }: Text, headers: Record<string, string>): void {
  res.set({ 'Content-Type': `${type}; charset=utf-8`, ETag: etag, ...headers }).send(body);
}

/** Documents for tools and pages of any origin, like the discovery documents. */
const PUBLIC = { 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'public, max-age=300' };
/** After an update of the server the page and the files that it loads have to be of one version. */
const REVALIDATED = { 'Cache-Control': 'no-cache' };

/** `GET /openapi.yaml`, `/openapi.json`, `/reference` and the files of that page. */
export function referenceRoutes(contract: Contract, tenant: Tenant): Router {
  // The paths of the document begin with a slash.
  const url = tenant.issuer.replace(/\/$/, '');
  const document = { ...contract.document, servers: [{ url }] };
  // Written anew, since not every tool knows the anchors and merge keys of the source.
  const asYaml = (): string => stringify(document, { aliasDuplicateObjects: false });
  const documents = {
    '/openapi.yaml': whenAsked(() => textOf('application/yaml', asYaml())),
    '/openapi.json': whenAsked(() => textOf('application/json', JSON.stringify(document))),
  };
  const fileAt = (folder: string, file: string, type: string): (() => Text) =>
    whenAsked(() => textOf(type, readFileSync(path.join(folder, file), 'utf8')));
  const page = fileAt(pageFolder, 'index.html', 'text/html');

  const router = Router();
  for (const [at, text] of Object.entries(documents)) {
    router.get(at, (_req, res) => sendText(res, text(), PUBLIC));
  }
  router.get('/reference', (_req, res) => {
    sendText(res, page(), { ...REVALIDATED, 'Content-Security-Policy': pagePolicy });
  });
  for (const { folder, file, type } of assets) {
    const text = fileAt(folder, file, type);
    router.get(`/reference/${file}`, (_req, res) => sendText(res, text(), REVALIDATED));
  }
  return router;
}
