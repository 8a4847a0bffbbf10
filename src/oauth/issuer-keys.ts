// The keys of identity providers whose assertions a connection accepts. Where they are is what an administrator has
// configured, or what the discovery document there says; never what a token says (RFC 8725 section 3.10).

import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type AssertionIssuer, isKeyAddress } from '../domain/cross-app-access.js';

const MAX_ISSUERS = 500;
const MAX_BYTES = 262_144;
const TIMEOUT_MS = 5_000;
/** How long what was found is believed. */
const KEPT_MS = 600_000;
/** How long nobody is asked again: after an answer without the key, and after none. */
const COOLDOWN_MS = 30_000;

/** RFC 7517 section 5. */
const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
const discovery = z.object({ issuer: z.string(), jwks_uri: z.string() });

/** Reads no more than it has to, from nowhere else than it was sent to. */
async function fetchJson(url: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
  if (answer.status !== 200 || answer.body === null) throw new Error(`${url} answered ${answer.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop ends the connection.
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error(`${url} answered more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Where the keys of an issuer are, as its discovery document has it (OpenID Connect Discovery 1.0 section 4.3). */
async function discoverKeys({ issuer, discoveryUrl }: AssertionIssuer): Promise<string> {
  const body = await fetchJson(discoveryUrl, AbortSignal.timeout(TIMEOUT_MS));
  const found = discovery.parse(JSON.parse(body));
  if (found.issuer !== issuer) throw new Error(`the document at ${discoveryUrl} is of another issuer`);
  // Nobody else has this server ask what is on its own machine.
  const isOfMachine = found.jwks_uri.startsWith('http:') && !discoveryUrl.startsWith('http:');
  if (!isKeyAddress(found.jwks_uri) || isOfMachine) {
    throw new Error(`the keys that ${discoveryUrl} names are not where keys can be fetched from`);
  }
  return found.jwks_uri;
}

/** A set that is fetched when it is needed, and whose server is left alone for a while when it fails. */
function remoteKeys(address: string): JWTVerifyGetKey {
  let failedAt = -Infinity;
  return createRemoteJWKSet(new URL(address), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEPT_MS,
    [customFetch]: async (url, { signal }) => {
      if (performance.now() - failedAt < COOLDOWN_MS) throw new Error(`${url} has failed a moment ago`);
      try {
        const found = keySet.parse(JSON.parse(await fetchJson(url, signal)));
        return Response.json(found);
      } catch (error) {
        failedAt = performance.now();
        throw error;
      }
    },
  });
}

/** Keys of many issuers, kept as long as they are asked for. */
export class IssuerKeys {
  readonly #addresses = new LRUCache<string, Promise<string>>({ max: MAX_ISSUERS });
  readonly #sets = new LRUCache<string, JWTVerifyGetKey>({ max: MAX_ISSUERS });

  /** @returns what finds the key of a signature; it throws where there is none, or none can be fetched. */
  of(issuer: AssertionIssuer): JWTVerifyGetKey {
    return async (header, token) => {
      const address = issuer.jwksUri ?? (await this.#discover(issuer));
      const known = this.#sets.get(address);
      const set = known ?? remoteKeys(address);
      if (known === undefined) this.#sets.set(address, set);
      return set(header, token);
    };
  }

  #discover(issuer: AssertionIssuer): Promise<string> {
    const name = JSON.stringify([issuer.issuer, issuer.discoveryUrl]);
    const known = this.#addresses.get(name);
    if (known !== undefined) return known;
    const asking = discoverKeys(issuer);
    this.#addresses.set(name, asking, { ttl: KEPT_MS });
    asking.catch(() => this.#addresses.set(name, asking, { ttl: COOLDOWN_MS }));
    return asking;
  }
}
