// The door to the logins of users. Behind it is a library that takes a while to load, and a server that only ever issues
// tokens to clients never loads it.

import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { answerPreflight } from '../http/preflight.js';
import { errorPage } from '../pages/error.js';
import { pageHeaders } from '../pages/security-policy.js';
import type { UserFlowOptions, UserFlows } from './provider/routes.js';

export type LoadLogins = () => Promise<UserFlows>;

/** @returns what loads them once, when it is first called. */
export function loadLogins(options: UserFlowOptions): LoadLogins {
  let loaded: Promise<UserFlows> | null = null;
  return () => (loaded ??= import('./provider/routes.js').then(({ userFlows }) => userFlows(options)));
}

/** What the paths of logins begin with. */
const BEGINNINGS = [
  '/authorize',
  '/mfa/',
  '/activate',
  '/bc-authorize',
  '/bc-verify',
  '/oauth/',
  '/oidc/logout',
  '/u/',
  '/userinfo',
  '/v2/logout',
  '/_grantry/login',
  '/_grantry/approve',
];

/** Endpoints that scripts of applications call, from pages of their own. */
const CALLED_BY_SCRIPTS = ['/mfa/', '/oauth/par', '/oauth/device/code', '/oauth/revoke', '/userinfo'];

export function loginRoutes(load: LoadLogins, log: Logger): RequestHandler {
  return async (req, res, next) => {
    const { path } = req;
    if (!BEGINNINGS.some((beginning) => path.startsWith(beginning))) {
      next();
      return;
    }
    if (req.method === 'OPTIONS' && CALLED_BY_SCRIPTS.some((beginning) => path.startsWith(beginning))) {
      answerPreflight(req, res);
      return;
    }
    const answer = (await load()).find(path);
    if (answer === null) {
      next();
      return;
    }
    try {
      await answer(req, res);
    } catch (error) {
      // A browser that went away half-way is nobody's failure.
      if (res.destroyed) return;
      log.error({ err: error }, 'login request failed');
      if (!res.headersSent) res.writeHead(500, pageHeaders());
      res.end(errorPage({ code: 'server_error' }));
    }
  };
}
