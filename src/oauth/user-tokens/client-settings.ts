// What a client's settings say of its tokens for users.

import { z } from 'zod';
import type { Client } from '../../domain/client.js';

/** token-issuance.md RT-11: seconds. */
const MAX_REFRESH_TOKEN_SECONDS = 31_557_600;
const DEFAULT_IDLE_SECONDS = 2_592_000;
/** token-issuance.md 6.4. */
const DEFAULT_ID_TOKEN_SECONDS = 36_000;

const positive = z.number().int().positive();

const refreshToken = z.object({
  rotation_type: z.enum(['rotating', 'non-rotating']).catch('non-rotating'),
  expiration_type: z.enum(['expiring', 'non-expiring']).catch('non-expiring'),
  leeway: z.number().int().nonnegative().catch(0),
  token_lifetime: positive.catch(DEFAULT_IDLE_SECONDS),
  infinite_token_lifetime: z.boolean().catch(false),
  idle_token_lifetime: positive.catch(1_296_000),
  infinite_idle_token_lifetime: z.boolean().catch(false),
});

const settings = z.object({ refresh_token: refreshToken.nullish().catch(null) });

/** How long a client's refresh tokens live, and what their use does. Seconds; null for as long as their authorization. */
export interface RefreshTokenSettings {
  readonly rotates: boolean;
  readonly leewaySeconds: number;
  readonly lifetimeSeconds: number;
  readonly idleSeconds: number | null;
  /** Whether they are bound to the key of the access tokens (RFC 9449 section 5). */
  readonly bindsKey: boolean;
}

export interface IdTokenSettings {
  readonly algorithm: 'HS256' | 'RS256' | 'PS256';
  readonly lifetimeSeconds: number;
}

interface UserTokenSettings {
  readonly isConfidential: boolean;
  readonly refreshToken: RefreshTokenSettings;
  readonly idToken: IdTokenSettings;
}

function refreshTokenOf(client: Client, isConfidential: boolean): RefreshTokenSettings {
  const given = settings.parse(client.settings).refresh_token ?? refreshToken.parse({});
  // token-issuance.md RT-11: those of third parties must expire.
  const expires = given.expiration_type === 'expiring' || !client.isFirstParty;
  const isEndless = !expires || (given.infinite_token_lifetime && client.isFirstParty);
  const isNeverIdle = !expires || (given.infinite_idle_token_lifetime && client.isFirstParty);
  return {
    rotates: given.rotation_type === 'rotating',
    leewaySeconds: given.rotation_type === 'rotating' ? given.leeway : 0,
    lifetimeSeconds: isEndless ? MAX_REFRESH_TOKEN_SECONDS * 10 : given.token_lifetime,
    idleSeconds: isNeverIdle ? null : given.idle_token_lifetime,
    bindsKey: !isConfidential,
  };
}

function idTokenOf({ jwtConfiguration }: Client, isConfidential: boolean): IdTokenSettings {
  const { alg, lifetime_in_seconds: lifetime } = jwtConfiguration;
  // token-issuance.md 6.4: a shared key only where somebody keeps it secret.
  const isShared = alg === 'HS256' && isConfidential;
  return {
    algorithm: isShared ? 'HS256' : alg === 'PS256' ? 'PS256' : 'RS256',
    lifetimeSeconds: typeof lifetime === 'number' && lifetime > 0 ? lifetime : DEFAULT_ID_TOKEN_SECONDS,
  };
}

const known = new WeakMap<Client, UserTokenSettings>();

/** Read once of each client that was looked up. */
export function userTokenSettings(client: Client): UserTokenSettings {
  const before = known.get(client);
  if (before !== undefined) return before;
  const isConfidential = client.tokenEndpointAuthMethod !== 'none' || client.authenticationMethod !== null;
  const all = {
    isConfidential,
    refreshToken: refreshTokenOf(client, isConfidential),
    idToken: idTokenOf(client, isConfidential),
  };
  known.set(client, all);
  return all;
}
