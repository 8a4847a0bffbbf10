// The pages that the library asks for in the middle of its own work: errors, devices, signing out.

import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { deviceCodePage, deviceConfirmationPage, deviceOutcomePage } from '../../../pages/device.js';
import { errorPage } from '../../../pages/error.js';
import { logoutPage, signedOutPage } from '../../../pages/logout.js';
import { pageHeaders } from '../../../pages/security-policy.js';
import { pageFaultFrom } from '../faults.js';
import type { LibraryPages } from '../provider.js';
import { paths } from '../paths.js';

export function showPage(
  ctx: KoaContextWithOIDC,
  page: string,
  options?: { leadsTo: string | undefined },
): void {
  ctx.set(pageHeaders(options ?? {}));
  ctx.body = page;
}

/** Under the name that the library keeps it by. */
const csrfOf = (ctx: KoaContextWithOIDC): string => {
  const secret = ctx.oidc.session?.state?.['secret'];
  if (typeof secret !== 'string') throw new TypeError('there is no session for the form');
  return secret;
};

/** The library tells these apart by their names only. */
const DEVICE_PROBLEMS: Record<string, 'missing' | 'unknown' | 'expired' | 'used'> = {
  NoCodeError: 'missing',
  NotFoundError: 'unknown',
  ExpiredError: 'expired',
  AlreadyUsedError: 'used',
};

export function libraryPages(): LibraryPages {
  return {
    renderError: (ctx, _out, error) => {
      const { code, description } = pageFaultFrom(error);
      const kind = error instanceof errors.SessionNotFound ? 'expired' : undefined;
      showPage(ctx, errorPage({ code, description, kind }));
    },
    deviceFlow: {
      charset: 'base-20',
      mask: '****-****',
      userCodeInputSource: (ctx, _form, _out, error) => {
        if (error?.name === 'AbortedError') {
          showPage(ctx, deviceOutcomePage({ outcome: 'cancelled' }));
          return;
        }
        const { session = {} } = ctx.oidc;
        if (error && 'new' in session && session.new === true) {
          // A form without the cookie of its session, and nobody would have that of a new one.
          showPage(ctx, errorPage({ code: 'invalid_request', kind: 'expired' }));
          return;
        }
        const problem = error && (DEVICE_PROBLEMS[error.name] ?? 'unknown');
        const userCode =
          error && 'userCode' in error && typeof error.userCode === 'string' ? error.userCode : undefined;
        const form = { action: paths.code_verification, csrfToken: csrfOf(ctx) };
        showPage(ctx, deviceCodePage({ ...form, problem, userCode }));
      },
      userCodeConfirmSource: (ctx, _form, client, info, userCode) => {
        const { ip } = info as { ip?: string };
        showPage(
          ctx,
          deviceConfirmationPage({
            action: paths.code_verification,
            csrfToken: csrfOf(ctx),
            application: { name: client.clientName ?? client.clientId },
            userCode,
            ipAddress: ip,
          }),
        );
      },
      successSource: (ctx) => {
        const { client } = ctx.oidc;
        const application = client && { name: client.clientName ?? client.clientId };
        showPage(ctx, deviceOutcomePage({ outcome: 'connected', application }));
      },
    },
    logout: {
      logoutSource: (ctx) => {
        const { client } = ctx.oidc;
        const leadsTo = ctx.oidc.session?.state?.['postLogoutRedirectUri'];
        showPage(
          ctx,
          logoutPage({
            action: `${paths.end_session}/confirm`,
            csrfToken: csrfOf(ctx),
            application: client && { name: client.clientName ?? client.clientId },
          }),
          { leadsTo: typeof leadsTo === 'string' ? leadsTo : undefined },
        );
      },
      postLogoutSuccessSource: (ctx) => {
        const { client } = ctx.oidc;
        showPage(
          ctx,
          signedOutPage({ application: client && { name: client.clientName ?? client.clientId } }),
        );
      },
    },
  };
}
