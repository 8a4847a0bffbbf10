import { errors, jwtVerify, type JWTPayload } from 'jose';
import { z } from 'zod';
import type { Tenant } from '../domain/tenant.js';
import { ManagementError } from '../errors.js';
import type { VerifyToken } from '../http/authentication.js';
import type { KeySet } from './signing-keys.js';
import { rsaAlgorithms } from './signing-keys.js';

/** The claims that the Management API reads. Both profiles of access tokens name the client in their own way. */
const claims = z
  .looseObject({
    sub: z.string(),
    azp: z.string().optional(),
    client_id: z.string().optional(),
    scope: z.string().default(''),
    // Fails closed: nobody has shown the key that such a token is bound to (RFC 9449 section 7.2).
    cnf: z.undefined().optional(),
  })
  .transform(({ sub, azp, client_id, scope }, context) => {
    const clientId = azp ?? client_id;
    // Only clients call for themselves yet; fails closed for tokens of anyone else.
    if (clientId === undefined || sub !== `${clientId}@clients`) {
      context.addIssue({ code: 'custom', message: 'not a token of a client' });
      return z.NEVER;
    }
    return { clientId, scopes: new Set(scope.split(' ').filter((each) => each !== '')) };
  });

/** The platform's texts (management-api.md 1.4; hapi-auth-jwt's where that is silent). */
function refusal(error: unknown): ManagementError {
  if (error instanceof errors.JWTExpired) {
    return new ManagementError('unauthorized', 'Expired token received for JSON Web Token validation');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return new ManagementError('unauthorized', 'Invalid signature received for JSON Web Token validation');
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    return new ManagementError('unauthorized', `Bad audience: ${String(error.payload.aud).slice(0, 200)}`);
  }
  return new ManagementError('unauthorized', 'Invalid token');
}

/** Verifies access tokens for the Management API: signature, issuer, audience, expiry, and whose they are. */
export function managementTokenVerifier(keys: KeySet, tenant: Tenant): VerifyToken {
  return async (token) => {
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys.verificationKey, {
        algorithms: [...rsaAlgorithms],
        issuer: tenant.issuer,
        audience: tenant.identifierOf('management'),
        requiredClaims: ['exp', 'iat', 'sub'],
      }));
    } catch (error) {
      if (error instanceof errors.JOSEError) throw refusal(error);
      throw error;
    }
    const read = claims.safeParse(payload);
    if (!read.success) throw new ManagementError('unauthorized', 'Invalid token');
    return read.data;
  };
}
