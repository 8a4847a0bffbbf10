// RFC 8693 as the platform has it for APIs that call other APIs for their users (token-issuance.md TX-10 to TX-17).

import { errors, jwtVerify } from 'jose';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import { malformed, type Refusal } from '../../refusal.js';
import { issueTo, requestWithoutBrowser } from './grants.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { RefusedRequest } from '../refused-request.js';
import { askedAtTokenEndpoint } from './token-parameters.js';

/** TX-15. */
const MAX_DEPTH = 4;

interface Actor {
  readonly sub: string;
  readonly act?: Actor | undefined;
}

const actor: z.ZodType<Actor> = z.lazy(() => z.looseObject({ sub: z.string(), act: actor.optional() }));

const subjectClaims = z.object({
  sub: z.string(),
  org_id: z.string().optional(),
  act: actor.optional(),
  // Fails closed: nobody has shown the key that such a token is bound to.
  cnf: z.undefined().optional(),
});

/** TX-13. */
const invalidSubject: Refusal = {
  reason: 'subject_token_invalid',
  error: {
    status: 401,
    error: 'invalid_request',
    description: 'The subject_token is invalid or has expired',
  },
};

const depthOf = (act: Actor | undefined): number => (act === undefined ? 0 : 1 + depthOf(act.act));

/** The token of a user for the API that the client is the other side of. */
async function readSubject(
  ctx: KoaContextWithOIDC,
  { storage, keys, tenant, now }: UserTokenOptions,
): Promise<z.infer<typeof subjectClaims>> {
  const { parameters, clientId } = askedAtTokenEndpoint(ctx);
  const token = parameters.get('subject_token') ?? '';
  const client = await storage.config.clients.find(clientId);
  // Fails closed: only a client that stands for an API can act on tokens that were made for it.
  const audience = client?.resourceServerIdentifier;
  if (audience === null || audience === undefined) throw new RefusedRequest(invalidSubject);
  try {
    const { payload } = await jwtVerify(token, keys.verificationKey, {
      algorithms: ['RS256', 'RS512', 'PS256'],
      issuer: tenant.issuer,
      audience,
      requiredClaims: ['exp', 'iat', 'sub'],
      currentDate: now(),
    });
    return subjectClaims.parse(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) {
      throw new RefusedRequest(invalidSubject);
    }
    throw error;
  }
}

/** Answers a request for a token on behalf of the user of another one. */
export async function exchangeOnBehalf(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  options: UserTokenOptions,
): Promise<void> {
  const subject = await readSubject(ctx, options);
  if (depthOf(subject.act) >= MAX_DEPTH) {
    throw new RefusedRequest(
      malformed('Delegation chain (`act` claim) depth exceeds the maximum allowed limit of 4'),
    );
  }
  const user = await options.storage.config.users.find(subject.sub);
  if (user === null) throw new RefusedRequest(invalidSubject);
  const asked = requestWithoutBrowser(ctx, 'on_behalf_of');
  // TX-16: the organization of the login, and no other.
  const request = { ...asked, organization: subject.org_id ?? null };
  const act = { sub: askedAtTokenEndpoint(ctx).clientId, ...(subject.act && { act: subject.act }) };
  const otherClaims = { act: act as unknown as JsonObject };
  await issueTo(provider, ctx, { user, request, otherClaims }, options);
}
