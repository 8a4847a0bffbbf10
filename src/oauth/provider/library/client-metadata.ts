import type { AllClientMetadata, Client as LibraryClient } from 'oidc-provider';
import { z } from 'zod';
import type { Client } from '../../../domain/client.js';
import { responseTypes, userGrantTypes } from '../../vocabulary.js';

/** Name of the property of the library's clients that holds what follows. */
export const OWN_METADATA = 'grantry';

const strings = z.array(z.string()).catch([]);
const positive = z.number().int().positive();

/** token-issuance.md RT-11: seconds. */
const MAX_REFRESH_TOKEN_SECONDS = 31_557_600;
/** token-issuance.md PA-1: recorded. */
const DEFAULT_PUSHED_REQUEST_SECONDS = 30;
const DEFAULT_IDLE_SECONDS = 2_592_000;

const refreshToken = z.object({
  rotation_type: z.enum(['rotating', 'non-rotating']).catch('non-rotating'),
  expiration_type: z.enum(['expiring', 'non-expiring']).catch('non-expiring'),
  leeway: z.number().int().nonnegative().catch(0),
  token_lifetime: positive.catch(DEFAULT_IDLE_SECONDS),
  infinite_token_lifetime: z.boolean().catch(false),
  idle_token_lifetime: positive.catch(1_296_000),
  infinite_idle_token_lifetime: z.boolean().catch(false),
});

/** Of a client's settings, what its logins need. */
const settings = z.object({
  callbacks: strings,
  allowed_logout_urls: strings,
  allowed_origins: strings,
  web_origins: strings,
  redirection_policy: z.string().nullish().catch(null),
  require_pushed_authorization_requests: z.boolean().catch(false),
  par_request_expiry: positive.nullish().catch(null),
  refresh_token: refreshToken.nullish().catch(null),
});
type KnownSettings = z.infer<typeof settings>;

/** How long a client's refresh tokens live, and what their use does. Seconds; null for as long as their authorization. */
interface RefreshTokenSettings {
  readonly rotates: boolean;
  readonly leewaySeconds: number;
  readonly lifetimeSeconds: number;
  readonly idleSeconds: number | null;
  /** Whether they are bound to the key of the access tokens (RFC 9449 section 5). */
  readonly bindsKey: boolean;
}

/** What our code knows of a client that the library asks about. */
export interface OwnMetadata {
  readonly name: string;
  readonly isFirstParty: boolean;
  readonly isStrictThirdParty: boolean;
  readonly isConfidential: boolean;
  readonly callbacks: readonly string[];
  readonly logoutUrls: readonly string[];
  readonly origins: readonly string[];
  /** token-issuance.md RD-1: errors are shown on a page of ours, and nobody is sent anywhere with them. */
  readonly showsErrorsHere: boolean;
  readonly refreshToken: RefreshTokenSettings;
  readonly idTokenLifetimeSeconds: number;
  readonly requiresPushedRequests: boolean;
  readonly pushedRequestSeconds: number;
}

const isConfidential = ({ tokenEndpointAuthMethod, authenticationMethod }: Client): boolean =>
  tokenEndpointAuthMethod !== 'none' || authenticationMethod !== null;

function refreshTokenOf(client: Client, known: KnownSettings): RefreshTokenSettings {
  const given = known.refresh_token ?? refreshToken.parse({});
  // token-issuance.md RT-11: those of third parties must expire.
  const expires = given.expiration_type === 'expiring' || !client.isFirstParty;
  const isEndless = !expires || (given.infinite_token_lifetime && client.isFirstParty);
  const isNeverIdle = !expires || (given.infinite_idle_token_lifetime && client.isFirstParty);
  return {
    rotates: given.rotation_type === 'rotating',
    leewaySeconds: given.rotation_type === 'rotating' ? given.leeway : 0,
    lifetimeSeconds: isEndless ? MAX_REFRESH_TOKEN_SECONDS * 10 : given.token_lifetime,
    idleSeconds: isNeverIdle ? null : given.idle_token_lifetime,
    bindsKey: !isConfidential(client),
  };
}

function originOf(address: string): string[] {
  return URL.canParse(address) ? [new URL(address).origin] : [];
}

/** What our code knows of a client. */
export function ownMetadataOf(client: Client): OwnMetadata {
  const known = settings.parse(client.settings);
  const lifetime = client.jwtConfiguration['lifetime_in_seconds'];
  const isStrictThirdParty = !client.isFirstParty && client.thirdPartySecurityMode !== 'permissive';
  return {
    name: client.name,
    isFirstParty: client.isFirstParty,
    isStrictThirdParty,
    isConfidential: isConfidential(client),
    callbacks: known.callbacks,
    logoutUrls: known.allowed_logout_urls,
    origins: [...known.allowed_origins, ...known.web_origins, ...known.callbacks.flatMap(originOf)],
    showsErrorsHere: isStrictThirdParty && known.redirection_policy !== 'allow_always',
    refreshToken: refreshTokenOf(client, known),
    idTokenLifetimeSeconds: typeof lifetime === 'number' && lifetime > 0 ? lifetime : 36_000,
    requiresPushedRequests: known.require_pushed_authorization_requests,
    pushedRequestSeconds: known.par_request_expiry ?? DEFAULT_PUSHED_REQUEST_SECONDS,
  };
}

/** What our code knows of one of the library's clients. */
export function ownMetadata(client: LibraryClient): OwnMetadata {
  return client[OWN_METADATA] as OwnMetadata;
}

/** token-issuance.md 6.4: a shared key only where somebody keeps it secret. */
function idTokenAlgorithm(
  { jwtConfiguration }: Client,
  { isConfidential }: OwnMetadata,
): 'HS256' | 'RS256' | 'PS256' {
  const { alg } = jwtConfiguration;
  if (alg === 'PS256') return 'PS256';
  return alg === 'HS256' && isConfidential ? 'HS256' : 'RS256';
}

/**
 * A client as the library knows it. It has been authenticated before the library sees a request (`hand-over.ts`), and who
 * may use which flow is the policy's to say: here every client may do everything, without proof.
 */
export function libraryMetadataOf(client: Client): AllClientMetadata {
  const own = ownMetadataOf(client);
  const alg = idTokenAlgorithm(client, own);
  return {
    client_id: client.clientId,
    client_name: client.name,
    token_endpoint_auth_method: 'none',
    // Compared by `redirect-uris.ts`; the library wants one.
    redirect_uris: ['https://redirect.invalid/'],
    application_type: 'web',
    grant_types: ['implicit', ...userGrantTypes],
    response_types: [...responseTypes],
    id_token_signed_response_alg: alg,
    ...(alg === 'HS256' && { client_secret: client.secret }),
    require_pushed_authorization_requests: own.requiresPushedRequests,
    [OWN_METADATA]: own,
  };
}
