import type { KoaContextWithOIDC } from 'oidc-provider';
import { isJsonObject, type JsonObject } from '../../../domain/json.js';
import type { TokenFacts } from '../../../domain/token-facts.js';
import { audienceOf } from '../../../policy/audience.js';
import type { UserAccessRequest } from '../../../policy/decision.js';
import { configurationEvent, requestEvent } from '../../bound-actions.js';
import { organizationNamed } from '../login/interaction.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { askedAtTokenEndpoint } from './token-parameters.js';

/** The platform's page "Event Object" of `custom-token-exchange`; without `actor_token_user`. */
export async function exchangeEvent(
  ctx: KoaContextWithOIDC,
  request: UserAccessRequest,
  facts: TokenFacts,
  { storage, tenant }: UserTokenOptions,
): Promise<JsonObject> {
  const asked = askedAtTokenEndpoint(ctx);
  const { clientId, connection, parameters } = asked;
  const client = await storage.known.client(clientId);
  const metadata = client?.settings['client_metadata'] ?? {};
  const organization = await organizationNamed(request.organization, storage);
  const known = organization && {
    [organization.id]: { displayName: organization.displayName, metadata: organization.metadata ?? {} },
  };
  const bound = {
    references: [],
    clientMetadata: isJsonObject(metadata) ? metadata : {},
    organizations: known ?? {},
  };
  const ofRequest = facts.access.organizations.find(({ id }) => id === organization?.id) ?? null;
  const audience = audienceOf(request, facts.access.tenant)?.audience ?? null;
  const [actorToken, actorTokenType] = [parameters.get('actor_token'), parameters.get('actor_token_type')];
  return {
    ...configurationEvent(facts, bound, ofRequest, tenant),
    request: { ...requestEvent(ctx.method, connection, tenant), body: asked.readBody() },
    ...(audience !== null && { resource_server: { identifier: audience } }),
    transaction: {
      subject_token: parameters.get('subject_token') ?? '',
      subject_token_type: parameters.get('subject_token_type') ?? '',
      requested_scopes: [...(request.scopes ?? [])],
      requested_token_type: parameters.get('requested_token_type') ?? null,
      ...(actorToken !== undefined && { actor_token: actorToken }),
      ...(actorTokenType !== undefined && { actor_token_type: actorTokenType }),
    },
  };
}
