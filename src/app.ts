// The application: what happens to a request, in order. It does not listen; server.ts does.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type Express, type Response } from 'express';
import type { Logger } from 'pino';
import { platformLoginLimits } from './domain/login.js';
import type { ActionRunner } from './actions/run-actions.js';
import type { Tenant } from './domain/tenant.js';
import { ManagementError } from './errors.js';
import { authenticate } from './http/authentication.js';
import { type Contract, type Handlers, type OperationId, withoutPaths } from './http/contract.js';
import { renderErrors } from './http/error-renderer.js';
import { answerPreflight } from './http/preflight.js';
import { onlyKnownRoutes, routeOperations } from './http/router.js';
import { securityHeaders } from './http/security-headers.js';
import { validateAgainst } from './http/validation.js';
import { health, snapshotHandlers, snapshotPaths } from './instance/routes.js';
import { actionHandlers } from './management/actions/routes.js';
import { changingWith, logRefusedWrites } from './management/change.js';
import { clientGrantHandlers } from './management/client-grants/routes.js';
import { credentialHandlers } from './management/clients/credential-routes.js';
import { newClient } from './management/clients/new-client.js';
import { clientHandlers } from './management/clients/routes.js';
import type { TenantFace } from './management/clients/wire.js';
import { connectionHandlers } from './management/connections/routes.js';
import { emailHandlers } from './management/emails/routes.js';
import { notBuiltHandlers } from './management/kept-settings/not-built.js';
import { keptSettingsHandlers } from './management/kept-settings/routes.js';
import { authenticationMethodHandlers } from './management/second-factors/authentication-method-routes.js';
import { enrollmentHandlers } from './management/second-factors/enrollment-routes.js';
import { secondFactorSettingsHandlers } from './management/second-factors/settings-routes.js';
import { grantHandlers } from './management/grants/routes.js';
import { logHandlers } from './management/logs/routes.js';
import { organizationClientHandlers } from './management/organizations/client-routes.js';
import { organizationConnectionHandlers } from './management/organizations/connection-routes.js';
import { discoveryDomainHandlers } from './management/organizations/discovery-domain-routes.js';
import { memberHandlers } from './management/organizations/member-routes.js';
import { organizationHandlers } from './management/organizations/routes.js';
import { resourceServerHandlers } from './management/resource-servers/routes.js';
import { roleHandlers } from './management/roles/routes.js';
import { userAccessHandlers } from './management/users/access-routes.js';
import { userHandlers } from './management/users/routes.js';
import { userBlockHandlers } from './management/user-blocks/routes.js';
import { tokenExchangeProfileHandlers } from './management/token-exchange-profiles/routes.js';
import { tenantSettingsHandlers } from './management/tenant-settings/routes.js';
import { managementTokenVerifier } from './oauth/management-tokens.js';
import { discoveryDocument } from './oauth/metadata.js';
import { type KeySet, toPem } from './oauth/signing-keys.js';
import { registrationRoutes } from './oauth/registration/routes.js';
import { type LoadLogins, loadLogins, loginRoutes } from './oauth/logins.js';
import { paths } from './oauth/provider/paths.js';
import { tokenEndpoint } from './oauth/token-endpoint.js';
import { pageAssetRoutes } from './pages/routes.js';
import type { PlatformChoices } from './policy/platform-choices.js';
import { referenceRoutes } from './reference/routes.js';
import type { ConfigStore, Storage } from './storage/storage.js';

export interface AppOptions {
  readonly contract: Contract;
  readonly storage: Storage;
  readonly tenant: Tenant;
  readonly keys: KeySet;
  /** Null where Actions are switched off. */
  readonly actions: ActionRunner | null;
  readonly choices: PlatformChoices;
  readonly now: () => Date;
  readonly log: Logger;
  /** Whether token answers name the rule that decided. */
  readonly reasonHeader: boolean;
  /** Whether the state can be remembered and put back. Without it there are no such paths. */
  readonly snapshots: boolean;
  /** Whether a script can sign users in without a page. */
  readonly testLogin: boolean;
  /** Checks answers against the contract as well as requests. For tests. */
  readonly validateResponses: boolean;
}

/** What the Management API serves of the contract. */
type ManagementOperation = Exclude<
  OperationId,
  | 'issueToken'
  | 'pushAuthorizationRequest'
  | 'requestDeviceCode'
  | 'revokeToken'
  | 'getUserinfo'
  | 'postUserinfo'
  | 'authorize'
  | 'authorizeByForm'
  | 'activateDevice'
  | 'requestApproval'
  | 'showApprovals'
  | 'showApproval'
  | 'associateAuthenticator'
  | 'challengeAuthenticator'
  | 'listAuthenticators'
  | 'removeAuthenticator'
  | 'endSession'
  | 'endSessionByForm'
  | 'logout'
  | 'logInForTest'
  | 'approveForTest'
  | 'registerClient'
  | 'getJsonWebKeySet'
  | 'getOpenidConfiguration'
  | 'getAuthorizationServerMetadata'
  | 'getOpenapiYaml'
  | 'getOpenapiJson'
  | 'getReference'
  | 'getHealth'
>;

/** What the Management API reads and writes besides the configuration. */
type OtherOperation =
  | keyof ReturnType<typeof logHandlers>
  | keyof ReturnType<typeof grantHandlers>
  | keyof ReturnType<typeof userBlockHandlers>
  | keyof ReturnType<typeof snapshotHandlers>;

type ConfigurationOperation = Exclude<ManagementOperation, OtherOperation>;

function faceOf(tenant: Tenant, keys: KeySet): TenantFace {
  const { certificate, pkcs7 } = keys.face;
  return {
    name: tenant.name,
    domain: tenant.domain,
    certificate: { pem: toPem('CERTIFICATE', certificate), pkcs7: toPem('PKCS7', pkcs7) },
  };
}

/**
 * The handlers of everything that the Management API configures.
 *
 * @param storage what they read and change.
 */
export function configurationHandlers(
  storage: ConfigStore,
  { tenant, keys }: Pick<AppOptions, 'tenant' | 'keys'>,
): Handlers<ConfigurationOperation> {
  const change = changingWith(storage, tenant);
  return {
    ...resourceServerHandlers(storage, change, tenant),
    ...clientGrantHandlers(storage, change, tenant),
    ...clientHandlers(storage, change, tenant, faceOf(tenant, keys)),
    ...credentialHandlers(storage, change),
    ...connectionHandlers(storage, change),
    ...organizationHandlers(storage, change, tenant),
    ...roleHandlers(storage, change, tenant),
    ...userHandlers(storage, change),
    ...userAccessHandlers(storage, change, tenant),
    ...organizationConnectionHandlers(storage, change),
    ...organizationClientHandlers(storage, change),
    ...discoveryDomainHandlers(storage, change),
    ...memberHandlers(storage, change),
    ...actionHandlers(storage, change),
    ...tokenExchangeProfileHandlers(storage, change),
    ...tenantSettingsHandlers(storage, change, tenant),
    ...emailHandlers(storage, change),
    ...keptSettingsHandlers(storage, change),
    ...secondFactorSettingsHandlers(storage, change),
    ...authenticationMethodHandlers(storage, change),
    ...enrollmentHandlers(storage, change),
    ...notBuiltHandlers(),
  };
}

function handlersOf(options: AppOptions): Handlers<ManagementOperation> {
  const { storage, tenant, now } = options;
  return {
    ...configurationHandlers(storage, options),
    ...grantHandlers(storage, tenant),
    ...userBlockHandlers(storage, tenant, { limits: platformLoginLimits, now }),
    ...logHandlers(storage),
    ...snapshotHandlers(storage),
  };
}

/** Public documents that verifiers of tokens fetch, from browsers too. */
function sendPublic(res: Response, body: object): void {
  res.set({ 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'public, max-age=300' }).json(body);
}

function createExpressApp(options: AppOptions, userFlows: LoadLogins): Express {
  const { storage, tenant, keys, log } = options;
  const contract = withoutPaths(options.contract, [
    ...(options.snapshots ? [] : snapshotPaths),
    ...(options.testLogin ? [] : [paths.testLogin, paths.testApproval]),
  ]);
  const guarded = ['/api/v2', ...(options.snapshots ? snapshotPaths : [])];
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  app.use((_req, res, next) => {
    res.set(securityHeaders);
    next();
  });
  app.get('/.well-known/jwks.json', async (_req, res) => {
    sendPublic(res, keys.publishedFor(await storage.config.tenantSettings.get()));
  });
  const discovery = discoveryDocument(tenant);
  app.get('/.well-known/openid-configuration', (_req, res) => sendPublic(res, discovery));
  app.get('/.well-known/oauth-authorization-server', (_req, res) => sendPublic(res, discovery));

  app.use(registrationRoutes({ storage, tenant, now: options.now, makeClient: newClient }));
  app.use(pageAssetRoutes());
  app.use(loginRoutes(userFlows, log));

  app.use(referenceRoutes(contract, tenant));

  app.get('/_grantry/health', health(storage));

  app.use(guarded, (req, res, next) => {
    // Answers can hold secrets, and are about what has just changed.
    res.set('Cache-Control', 'no-store');
    // RFC 9110 section 9.3.2: HEAD is GET without the body, which Node leaves out.
    if (req.method === 'HEAD') req.method = 'GET';
    next();
  });
  app.use(onlyKnownRoutes(contract));
  app.use(guarded, authenticate(managementTokenVerifier(keys, tenant)));
  app.use(validateAgainst(contract, { responses: options.validateResponses }));
  app.use(routeOperations(contract, handlersOf(options)));
  app.use(() => {
    throw new ManagementError('not_found');
  });
  app.use(logRefusedWrites(storage, tenant, contract));
  app.use(renderErrors(log));
  return app;
}

/**
 * Builds the application.
 *
 * The token endpoint stands before Express, whose routing would cost as much as half a signature
 * (docs/decisions/0004-token-path.md).
 */
export function createApp(options: AppOptions): RequestListener {
  const userFlows = loadLogins({ ...options, headers: securityHeaders });
  const app = createExpressApp(options, userFlows);
  const token = tokenEndpoint({ ...options, headers: securityHeaders, userFlows });
  return (req: IncomingMessage, res: ServerResponse) => {
    if (req.url?.split('?')[0] !== '/oauth/token') app(req, res);
    else if (req.method === 'OPTIONS') answerPreflight(req, res);
    else void token(req, res);
  };
}
