// POST /oidc/register: clients that register themselves (RFC 7591; token-issuance.md 4.18, DC-1). Off until the tenant's
// flag is on. Nobody has to show a token, so all that is known of such a client is what it says of itself: it is a third
// party, and gets nowhere without a grant and the consent of a user.

import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { ThirdPartySecurityMode } from '../../domain/access-policy.js';
import type { NewClient, NewClientCredential } from '../../domain/client.js';
import { isJsonObject, type JsonObject } from '../../domain/json.js';
import type { LogType, NewLogEntry } from '../../domain/log-entry.js';
import type { Tenant } from '../../domain/tenant.js';
import type { TenantSettings } from '../../domain/tenant-settings.js';
import type { components } from '../../generated/openapi.js';
import { connectionOf } from '../../http/connection.js';
import type { Storage } from '../../storage/storage.js';
import { type ClientMetadata, InvalidMetadata, readClientMetadata } from './client-metadata.js';

type Schemas = components['schemas'];

/** Makes a client out of a body of the Management API. */
type MakeClient = (
  body: Schemas['CreateClient'],
) => Promise<{ client: NewClient; credentials: readonly NewClientCredential[] }>;

interface RegistrationOptions {
  readonly storage: Pick<Storage, 'config' | 'write' | 'appendLog'>;
  readonly tenant: Tenant;
  readonly makeClient: MakeClient;
  readonly now: () => Date;
}

const PATH = '/oidc/register';
const MAX_BODY_BYTES = 65_536;
/** DC-1. Counted by each process for itself. */
const REQUESTS_PER_SECOND = 5;

/** Counts requests by the second. @returns whether there may be one more. */
function perSecond(limit: number): (now: Date) => boolean {
  let [second, count] = [0, 0];
  return (now) => {
    const current = Math.floor(now.getTime() / 1000);
    if (current !== second) [second, count] = [current, 0];
    count += 1;
    return count <= limit;
  };
}

function refuse(res: Response, status: number, error: string, description: string): void {
  res.status(status).json({ error, error_description: description } satisfies Schemas['OAuthError']);
}

const isOn = ({ settings }: TenantSettings): boolean =>
  isJsonObject(settings['flags']) && settings['flags']['enable_dynamic_client_registration'] === true;

/** Strict unless the tenant says otherwise in so many words. */
const modeOf = ({ settings }: TenantSettings): ThirdPartySecurityMode =>
  settings['dynamic_client_registration_security_mode'] === 'permissive' ? 'permissive' : 'strict';

function toClientBody(metadata: ClientMetadata, mode: ThirdPartySecurityMode): Schemas['CreateClient'] {
  return {
    name: metadata.name,
    ...(metadata.isNative && { app_type: 'native' as const }),
    is_first_party: false,
    third_party_security_mode: mode,
    callbacks: [...metadata.redirectUris],
    grant_types: [...metadata.grantTypes] as NonNullable<Schemas['CreateClient']['grant_types']>,
    token_endpoint_auth_method: metadata.tokenEndpointAuthMethod,
  };
}

/** In the documented order (auth0/docs-v2, dynamic-client-registration.mdx). */
function toAnswer(client: NewClient, metadata: ClientMetadata): Schemas['RegisteredClient'] {
  const { tokenEndpointAuthMethod } = metadata;
  return {
    client_name: client.name,
    client_id: client.clientId,
    ...(tokenEndpointAuthMethod !== 'none' && { client_secret: client.secret }),
    redirect_uris: [...metadata.redirectUris],
    client_secret_expires_at: 0,
    grant_types: [...metadata.grantTypes],
    token_endpoint_auth_method: tokenEndpointAuthMethod,
  };
}

/** Clients that register themselves. */
export function registrationRoutes({ storage, tenant, makeClient, now }: RegistrationOptions): Router {
  const mayBeOneMore = perSecond(REQUESTS_PER_SECOND);

  function logEntry(req: Request, type: LogType, client: NewClient | null, details: JsonObject): NewLogEntry {
    const { ip, userAgent } = connectionOf(req);
    return {
      date: now(),
      type,
      clientId: client?.clientId ?? null,
      audience: null,
      organizationId: null,
      reason: null,
      configVersion: null,
      data: {
        description: 'Dynamic client registration',
        ...(client && { client_name: client.name }),
        ip,
        ...(userAgent !== null && { user_agent: userAgent }),
        hostname: tenant.domain,
        tenant_name: tenant.name,
        details: { request: { method: 'post', path: PATH }, ...details },
      },
    };
  }

  async function register(req: Request, res: Response): Promise<void> {
    const body: unknown = req.body;
    if (!isJsonObject(body))
      throw new InvalidMetadata('invalid_client_metadata', 'The body must be a JSON object');
    const mode = modeOf(await storage.config.tenantSettings.get());
    const metadata = readClientMetadata(body, mode);
    const made = await makeClient(toClientBody(metadata, mode));
    const client: NewClient = { ...made.client, externalMetadataType: 'dcr' };
    await storage.write(async (config) => ({
      result: await config.clients.create(client, made.credentials),
      entry: logEntry(req, 'sapi', client, { security_mode: mode, redirect_uris: metadata.redirectUris }),
    }));
    res.status(201).json(toAnswer(client, metadata));
  }

  async function refuseInvalid(
    error: unknown,
    req: Request,
    res: Response,
    next: NextFunction,
  ): Promise<void> {
    const { status, type } = error as { status?: unknown; type?: unknown };
    if (error instanceof InvalidMetadata) {
      const refusal = { error: error.code, error_description: error.message };
      await storage.appendLog(logEntry(req, 'fapi', null, { response: { statusCode: 400, body: refusal } }));
      refuse(res, 400, error.code, error.message);
    } else if (status === 413) {
      refuse(res, 413, 'invalid_client_metadata', `The body is longer than ${MAX_BODY_BYTES} bytes`);
    } else if (typeof type === 'string' && typeof status === 'number' && status < 500) {
      // What body-parser throws at a body that it cannot read.
      refuse(res, 400, 'invalid_client_metadata', 'The body must be JSON');
    } else next(error);
  }

  const router = Router();
  router.post(
    PATH,
    async (_req, res, next) => {
      // RFC 7591 section 3.2.1.
      res.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
      if (!mayBeOneMore(now())) {
        res.set('Retry-After', '1');
        refuse(res, 429, 'too_many_requests', 'Too Many Requests');
      } else if (!isOn(await storage.config.tenantSettings.get())) {
        refuse(res, 403, 'access_denied', 'Dynamic client registration is not enabled');
      } else next();
    },
    express.json({ limit: MAX_BODY_BYTES }),
    (req, res) => register(req, res),
  );
  router.use(PATH, (error: unknown, req: Request, res: Response, next: NextFunction) =>
    refuseInvalid(error, req, res, next),
  );
  return router;
}
