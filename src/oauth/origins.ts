// Whose pages may read what a client is answered (Fetch standard, CORS protocol).

import { z } from 'zod';
import type { Client } from '../domain/client.js';
import { isRegistered } from './redirect-uris.js';

const strings = z.array(z.string()).catch([]);
const settings = z.object({ allowed_origins: strings, web_origins: strings, callbacks: strings });

const originOf = (address: string): string[] => (URL.canParse(address) ? [new URL(address).origin] : []);

/** The origins that a client lists, and those of its callbacks; patterns as in `redirect-uris.ts`. */
export function originsOf(client: Pick<Client, 'settings'>): readonly string[] {
  const { allowed_origins, web_origins, callbacks } = settings.parse(client.settings);
  return [...allowed_origins, ...web_origins, ...callbacks.flatMap(originOf)];
}

export const isOriginOf = (client: Pick<Client, 'settings'>, origin: string): boolean =>
  isRegistered(origin, originsOf(client));
