import type { components } from '../../generated/openapi.js';
import { isJsonObject, type JsonObject, withoutNulls } from '../../domain/json.js';

type Schemas = components['schemas'];

/** The members of credentials that are shown: those of the platform's answers. Every other one counts as a secret. */
const SHOWN = ['api_user', 'region', 'smtp_host', 'smtp_port', 'smtp_user'];

/** The provider without its secrets. Members in the recorded order. */
export function providerToWire(provider: JsonObject): Schemas['EmailProvider'] {
  const { name, enabled, default_from_address, credentials, settings } = provider;
  const shown = Object.entries(isJsonObject(credentials) ? credentials : {}).filter(([key]) =>
    SHOWN.includes(key),
  );
  const wire = {
    name,
    enabled,
    default_from_address,
    // Exports need it even where it shows nothing (recorded).
    credentials: Object.fromEntries(shown),
    settings,
  };
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== undefined));
}

/** The provider after a change. Credentials that are not sent stay, unless it is another provider now. */
export function changedProvider(before: JsonObject, body: Schemas['UpdateEmailProvider']): JsonObject {
  const isAnother = body.name !== undefined && body.name !== before['name'];
  const kept = isAnother || !isJsonObject(before['credentials']) ? {} : before['credentials'];
  const credentials = withoutNulls({ ...kept, ...(body.credentials as JsonObject | undefined) });
  return withoutNulls({ ...before, ...(body as JsonObject), credentials });
}

/** The order of members in recorded answers. */
const TEMPLATE_ORDER = [
  'template',
  'body',
  'from',
  'resultUrl',
  'subject',
  'syntax',
  'urlLifetimeInSeconds',
  'includeEmailInRedirect',
  'enabled',
];

export function templateToWire(template: JsonObject): Schemas['EmailTemplate'] {
  const members = TEMPLATE_ORDER.flatMap((name) => (name in template ? [[name, template[name]]] : []));
  return Object.fromEntries(members) as Schemas['EmailTemplate'];
}
