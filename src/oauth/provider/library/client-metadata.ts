import type { AllClientMetadata, Client as LibraryClient } from 'oidc-provider';
import { z } from 'zod';
import type { Client } from '../../../domain/client.js';
import { originsOf } from '../../origins.js';
import { grantTypes, responseTypes, userGrantTypes } from '../../vocabulary.js';
import {
  type IdTokenSettings,
  type RefreshTokenSettings,
  userTokenSettings,
} from '../../user-tokens/client-settings.js';

/** Name of the property of the library's clients that holds what follows. */
export const OWN_METADATA = 'grantry';

const strings = z.array(z.string()).catch([]);
const positive = z.number().int().positive();

/** token-issuance.md PA-1: recorded. */
const DEFAULT_PUSHED_REQUEST_SECONDS = 30;

/** Of a client's settings, what its logins need. */
const settings = z.object({
  callbacks: strings,
  allowed_logout_urls: strings,
  redirection_policy: z.string().nullish().catch(null),
  require_pushed_authorization_requests: z.boolean().catch(false),
  par_request_expiry: positive.nullish().catch(null),
});

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
  readonly idToken: IdTokenSettings;
  readonly requiresPushedRequests: boolean;
  readonly pushedRequestSeconds: number;
}

/** What our code knows of a client. */
export function ownMetadataOf(client: Client): OwnMetadata {
  const known = settings.parse(client.settings);
  const { isConfidential, refreshToken, idToken } = userTokenSettings(client);
  const isStrictThirdParty = !client.isFirstParty && client.thirdPartySecurityMode !== 'permissive';
  return {
    name: client.name,
    isFirstParty: client.isFirstParty,
    isStrictThirdParty,
    isConfidential,
    callbacks: known.callbacks,
    logoutUrls: known.allowed_logout_urls,
    origins: originsOf(client),
    showsErrorsHere: isStrictThirdParty && known.redirection_policy !== 'allow_always',
    refreshToken,
    idToken,
    requiresPushedRequests: known.require_pushed_authorization_requests,
    pushedRequestSeconds: known.par_request_expiry ?? DEFAULT_PUSHED_REQUEST_SECONDS,
  };
}

/** What our code knows of one of the library's clients. */
export function ownMetadata(client: LibraryClient): OwnMetadata {
  return client[OWN_METADATA] as OwnMetadata;
}

const NOT_OF_LIBRARY: ReadonlySet<string> = new Set([grantTypes.ciba, grantTypes.jwtBearer]);

/**
 * A client as the library knows it. It has been authenticated before the library sees a request (`hand-over.ts`), and who
 * may use which flow is the policy's to say: here every client may do everything, without proof.
 */
export function libraryMetadataOf(client: Client): AllClientMetadata {
  const own = ownMetadataOf(client);
  const alg = own.idToken.algorithm;
  return {
    client_id: client.clientId,
    client_name: client.name,
    token_endpoint_auth_method: 'none',
    // Compared by `redirect-uris.ts`; the library wants one.
    redirect_uris: ['https://redirect.invalid/'],
    application_type: 'web',
    // With CIBA it would want to be told more: `gaps.ts` allows it. Identity assertions it does not know, and answers none.
    grant_types: ['implicit', ...[...userGrantTypes].filter((type) => !NOT_OF_LIBRARY.has(type))],
    response_types: [...responseTypes],
    id_token_signed_response_alg: alg,
    ...(alg === 'HS256' && { client_secret: client.secret }),
    require_pushed_authorization_requests: own.requiresPushedRequests,
    [OWN_METADATA]: own,
  };
}
