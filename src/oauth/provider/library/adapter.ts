// Where the library keeps things. Clients and grants are ours: it is shown them in its own form and never writes them.

import { errors, type Adapter, type AdapterPayload, type KoaContextWithOIDC } from 'oidc-provider';
import { type Artifact, endOf, isUsedUp, type NewArtifact } from '../../../domain/authorization.js';
import { type JsonObject } from '../../../domain/json.js';
import { isUnstorable } from '../../../domain/text.js';
import { MissingReference, type Storage } from '../../../storage/storage.js';
import { apiUri } from './api-uri.js';
import { libraryMetadataOf, ownMetadata } from './client-metadata.js';
import { authorizationFor } from './request-memory.js';

interface AdapterOptions {
  readonly storage: Storage;
  readonly now: () => Date;
  /** The request that is being answered; undefined outside of one. */
  readonly context: () => KoaContextWithOIDC | undefined;
}

const readOnly = async (): Promise<never> => {
  throw new Error('not written by the library');
};

const never = async (): Promise<undefined> => undefined;

/** Clients, read at every request: a change is in force for the next one. */
function clients({ storage, context }: AdapterOptions): Adapter {
  return {
    find: async (clientId) => {
      // Of a hint that nobody has verified yet it can be anything.
      if (typeof clientId !== 'string' || isUnstorable(clientId)) return undefined;
      // A token request has read fresh facts before; every other is the first to ask.
      const { clients } = storage.config;
      const isTokenRequest = context()?.oidc.route === 'token';
      const client = await (isTokenRequest ? storage.known.client(clientId) : clients.find(clientId));
      // The global client stands for no application.
      return client === null || client.isGlobal ? undefined : libraryMetadataOf(client);
    },
    upsert: readOnly,
    findByUserCode: never,
    findByUid: never,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
  };
}

/** The library's grants are our authorizations, which `tokens/new-authorization.ts` writes. */
function grants({ storage, now, context }: AdapterOptions): Adapter {
  return {
    find: async (id) => {
      const ctx = context();
      const authorization = await (ctx
        ? authorizationFor(ctx, id, storage)
        : storage.authorizations.find(id));
      if (authorization === null) return undefined;
      return {
        kind: 'Grant',
        jti: id,
        accountId: authorization.userId,
        clientId: authorization.clientId,
        iat: seconds(authorization.createdAt),
        exp: Math.max(seconds(authorization.expiresAt), seconds(now())),
        ...(authorization.grantedScopes.includes('openid') && { openid: { scope: 'openid' } }),
        resources: { [apiUri(authorization.audience)]: 'access' },
      };
    },
    upsert: async () => undefined,
    findByUserCode: never,
    findByUid: never,
    consume: readOnly,
    destroy: (id) => storage.authorizations.delete(id),
    revokeByGrantId: (id) => storage.authorizations.delete(id),
  };
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** Kinds that end with their authorization. An interaction names one too, which is written only when it is over. */
const BELONGING = new Set(['AuthorizationCode', 'DeviceCode', 'RefreshToken', 'AccessToken']);

/** Sessions, interactions, codes, refresh tokens, pushed requests: whatever has a name and ends some day. */
function artifacts(kind: string, options: AdapterOptions): Adapter {
  const { storage, now } = options;
  const store = storage.artifacts;

  const payloadOf = (artifact: Artifact | null): AdapterPayload | undefined => {
    if (artifact === null) return undefined;
    const { payload, consumedAt } = artifact;
    return {
      // The library changes what it is given, and what the store gives can be what it keeps.
      ...structuredClone(payload),
      exp: seconds(endOf(artifact)),
      ...(consumedAt !== null && isUsedUp(artifact, now()) && { consumed: seconds(consumedAt) }),
    };
  };

  return {
    upsert: async (name, payload, expiresIn) => {
      // Nobody's, and for nothing: whoever sends a cookie of their own making leaves none behind.
      if (kind === 'Session' && payload.accountId === undefined && payload['state'] === undefined) {
        return store.delete(kind, name);
      }
      const client = options.context()?.oidc.client;
      const settings = kind === 'RefreshToken' && client ? ownMetadata(client).refreshToken : null;
      const { grantId, uid, userCode, exp } = payload;
      // RFC 9449 section 5: where the client proves who it is, its refresh tokens stand without a key.
      const kept = settings?.bindsKey === false ? { ...payload, jkt: undefined } : payload;
      const lifetimeMs = (expiresIn ?? 0) * 1000;
      const artifact: NewArtifact = {
        payload: JSON.parse(JSON.stringify(kept)) as JsonObject,
        authorizationId: BELONGING.has(kind) ? (grantId ?? null) : null,
        otherName: uid ?? userCode ?? null,
        leewaySeconds: settings?.leewaySeconds ?? 0,
        idleSeconds: settings?.idleSeconds ?? null,
        expiresAt: exp === undefined ? new Date(now().getTime() + lifetimeMs) : new Date(exp * 1000),
      };
      if (kind !== 'ReplayDetection') {
        try {
          return await store.put(kind, name, artifact, now());
        } catch (error) {
          // Somebody took the authorization back while this was made of it.
          if (error instanceof MissingReference) throw new errors.InvalidGrant('the authorization has gone');
          throw error;
        }
      }
      // RFC 9449 section 11.1: of two at once, only one is the first.
      if (!(await store.putNew(kind, name, artifact, now()))) {
        throw new errors.InvalidDpopProof('DPoP proof JWT Replay detected');
      }
    },
    find: async (name) => payloadOf(await store.find(kind, name)),
    findByUid: async (uid) => payloadOf(await store.findByOtherName(kind, uid)),
    findByUserCode: async (code) => payloadOf(await store.findByOtherName(kind, code)),
    consume: async (name) => {
      if (await store.consume(kind, name, now())) return;
      const artifact = await store.find(kind, name);
      // Somebody else was first, a moment ago: one of the two is a thief, so neither keeps anything.
      if (artifact?.authorizationId) await storage.authorizations.delete(artifact.authorizationId);
      if (kind === 'PushedAuthorizationRequest') throw new errors.InvalidRequestUri('already used');
      throw new errors.InvalidGrant('already consumed');
    },
    destroy: (name) => store.delete(kind, name),
    revokeByGrantId: (id) => storage.authorizations.delete(id),
  };
}

/** The library's storage, one adapter for each kind of thing. */
export function adapterOn(options: AdapterOptions): (kind: string) => Adapter {
  return (kind) => {
    if (kind === 'Client') return clients(options);
    if (kind === 'Grant') return grants(options);
    return artifacts(kind, options);
  };
}
