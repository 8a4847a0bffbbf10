// The library knows an API by an absolute URI (RFC 8707 section 2). The platform's identifiers can be any text.

const PREFIX = 'urn:grantry:api:';
/** For tokens without an API, which are good for `/userinfo` only. */
const NONE = 'urn:grantry:userinfo';

/** The library's name for an API; for null, for `/userinfo`. */
export function apiUri(audience: string | null): string {
  return audience === null ? NONE : PREFIX + encodeURIComponent(audience);
}
