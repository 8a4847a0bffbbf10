import type { components } from '../generated/openapi.js';
import type { TokenQuota } from '../domain/token-quota.js';

type Wire = components['schemas']['TokenQuota'];

/** The token quota of a client or organization, from the wire. Without `enforce` it is enforced. */
export function quotaFromWire({ client_credentials: quota }: Wire): TokenQuota {
  return { enforce: quota.enforce ?? true, perDay: quota.per_day ?? null, perHour: quota.per_hour ?? null };
}

export function quotaToWire({ enforce, perDay, perHour }: TokenQuota): Wire {
  return {
    client_credentials: {
      enforce,
      ...(perDay !== null && { per_day: perDay }),
      ...(perHour !== null && { per_hour: perHour }),
    },
  };
}
