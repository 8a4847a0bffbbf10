// JSON columns are checked when they are read back (design.md D9): the database knows only that they are JSON.

import { z } from 'zod';
import { Prisma } from '../../generated/prisma/client.js';
import type { JsonObject, JsonValue } from '../../domain/json.js';
import type { ProofOfPossession, Scope, TokenEncryption } from '../../domain/resource-server.js';
import type { PublicJwk } from '../../domain/signing-key.js';
import type { DefaultTokenQuotas } from '../../domain/tenant-settings.js';
import type { TokenQuota } from '../../domain/token-quota.js';

export const jsonValue: z.ZodType<JsonValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(jsonValue),
    z.record(z.string(), jsonValue),
  ]),
);

export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), jsonValue);

export const strings: z.ZodType<readonly string[]> = z.array(z.string());

export const scopes: z.ZodType<readonly Scope[]> = z.array(
  z.strictObject({ value: z.string(), description: z.string().exactOptional() }),
);

export const tokenEncryption: z.ZodType<TokenEncryption> = z.strictObject({
  format: z.literal('compact-nested-jwe'),
  encryptionKey: z.strictObject({
    name: z.string().exactOptional(),
    alg: z.enum(['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512']),
    kid: z.string().exactOptional(),
    pem: z.string(),
    thumbprintSha256: z.string().exactOptional(),
  }),
});

export const proofOfPossession: z.ZodType<ProofOfPossession> = z.strictObject({
  mechanism: z.enum(['mtls', 'dpop']),
  required: z.boolean(),
  required_for: z.enum(['public_clients', 'all_clients']).exactOptional(),
});

export const tokenQuota: z.ZodType<TokenQuota> = z.strictObject({
  enforce: z.boolean(),
  perDay: z.number().int().nullable(),
  perHour: z.number().int().nullable(),
});

export const defaultTokenQuotas: z.ZodType<DefaultTokenQuotas> = z.strictObject({
  clients: tokenQuota.nullable(),
  organizations: tokenQuota.nullable(),
});

export const publicJwk: z.ZodType<PublicJwk> = z.strictObject({
  kty: z.literal('RSA'),
  n: z.string(),
  e: z.string(),
});

/** What Prisma wants for a JSON column: a value as it is, null as SQL's NULL and not as JSON's. */
export function toColumn(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null ? Prisma.DbNull : (value as Prisma.InputJsonValue);
}

/** Reads a nullable JSON column. @throws ZodError when it does not hold what it should. */
export function fromColumn<T>(schema: z.ZodType<T>, value: unknown): T | null {
  return value === null ? null : schema.parse(value);
}
