import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Issuance } from '../../user-tokens/issuance.js';

const issuances = new WeakMap<object, Issuance>();

export function remember(ctx: KoaContextWithOIDC, issuance: Issuance): void {
  issuances.set(ctx.req, issuance);
}

/** What the answer to this request is made of; null while nothing has been decided. */
export function issuanceOf(ctx: KoaContextWithOIDC): Issuance | null {
  return issuances.get(ctx.req) ?? null;
}
