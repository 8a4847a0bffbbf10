// Connections whose identity provider may say for whom a client acts (the platform's page "Cross App Access"; RFC 7523
// section 3, draft-ietf-oauth-identity-assertion-authz-grant): which issuer that is, and where its keys are.

import type { Connection } from './connection.js';
import { isJsonObject, type JsonValue } from './json.js';

/** Strategies that have an OpenID Connect issuer in their options. */
const STRATEGIES: ReadonlySet<string> = new Set(['okta', 'oidc']);
const MAX_URL_LENGTH = 1024;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const DISCOVERY_PATH = '/.well-known/openid-configuration';

/** With what its assertions can be signed, but for what a connection says: never with a key that is shared. */
export const issuerAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'ES256', 'ES384'] as const;
type IssuerAlgorithm = (typeof issuerAlgorithms)[number];

type Described = Pick<Connection, 'strategy' | 'options' | 'settings'>;

/** An issuer that a connection trusts. */
export interface AssertionIssuer {
  readonly issuer: string;
  /** Where its keys are; null: its discovery document says so. */
  readonly jwksUri: string | null;
  readonly discoveryUrl: string;
  readonly algorithms: readonly IssuerAlgorithm[];
}

/** Whether assertions of the connection's identity provider are wanted. */
export function acceptsAssertions({ strategy, settings }: Described): boolean {
  const { cross_app_access_resource_app: role } = settings;
  return STRATEGIES.has(strategy) && isJsonObject(role) && role['status'] === 'enabled';
}

/** An address that keys can be fetched from: over TLS, but for what is on this machine. */
export function isKeyAddress(address: string): boolean {
  if (address.length > MAX_URL_LENGTH || !URL.canParse(address)) return false;
  const { protocol, hostname, username, password, hash } = new URL(address);
  const isPlain = username === '' && password === '' && hash === '';
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname)));
}

const text = (value: JsonValue | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** `options.issuer`, or what stands for it: for Okta the domain, whose issuer is the address of it. */
function issuerOf({ strategy, options }: Described): string | null {
  const metadata = isJsonObject(options['oidc_metadata']) ? options['oidc_metadata'] : {};
  const domain = strategy === 'okta' ? text(options['domain']) : null;
  return (
    text(options['issuer']) ?? text(metadata['issuer']) ?? (domain === null ? null : `https://${domain}`)
  );
}

function algorithmsOf({ options }: Described): readonly IssuerAlgorithm[] {
  const { id_token_signed_response_algs: wanted } = options;
  if (!Array.isArray(wanted)) return issuerAlgorithms;
  return issuerAlgorithms.filter((algorithm) => wanted.includes(algorithm));
}

/** The issuer whose assertions a connection accepts; null where it accepts none, or the options do not say enough. */
export function assertionIssuerOf(connection: Described): AssertionIssuer | null {
  if (!acceptsAssertions(connection)) return null;
  const { options } = connection;
  const metadata = isJsonObject(options['oidc_metadata']) ? options['oidc_metadata'] : {};
  const issuer = issuerOf(connection);
  if (issuer === null || !isKeyAddress(issuer)) return null;
  const jwksUri = text(options['jwks_uri']) ?? text(metadata['jwks_uri']);
  // OpenID Connect Discovery 1.0 section 4.
  const discoveryUrl = text(options['discovery_url']) ?? `${issuer.replace(/\/$/, '')}${DISCOVERY_PATH}`;
  if (!isKeyAddress(jwksUri ?? discoveryUrl)) return null;
  return { issuer, jwksUri, discoveryUrl, algorithms: algorithmsOf(connection) };
}
