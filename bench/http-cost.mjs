// What HTTP costs around a signature: a plain listener against an Express route that does the same, in one run. It is why
// the token endpoint stands before Express (docs/decisions/0004-token-path.md).
//
//   node bench/http-cost.mjs

import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { load, rawSignatures, say, tokenRequest } from './measure.mjs';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const claims = Buffer.alloc(400, 'a');

/** Reads a form, signs, and answers like a token endpoint that has nothing to decide. */
function answer(
  /** @type {import('node:http').IncomingMessage} */ req,
  /** @type {import('node:http').ServerResponse} */ res,
) {
  /** @type {Buffer[]} */
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    sign('sha256', claims, privateKey, (_error, signature) => {
      const body = JSON.stringify({
        access_token: `${form.get('client_id')}.${signature.toString('base64url')}`,
      });
      res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
      res.end(body);
    });
  });
}

const app = express();
app.disable('x-powered-by');
app.post('/oauth/token', answer);

say('| connections | raw signatures/s | plain listener, of raw | Express route, of raw |');
say('| --- | --- | --- | --- |');
const requests = [tokenRequest('client', 'secret', 'https://api.example.com/')];
for (const connections of [1, 16, 64]) {
  const ratios = [];
  const raw = await rawSignatures(connections);
  for (const listener of [answer, app]) {
    const server = createServer(listener);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { perSecond } = await load({ port, connections, seconds: 3, requests });
    ratios.push((perSecond / raw).toFixed(2));
    server.closeAllConnections();
    server.close();
  }
  say(`| ${connections} | ${Math.round(raw)} | ${ratios.join(' | ')} |`);
}
