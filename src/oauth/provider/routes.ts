// The paths of logins, and who answers each: this server's own pages, or the library.
//
// `login/` is what happens until a user has agreed, `tokens/` what the client gets then, `endpoints/` what it asks beside; and
// `library/` is how oidc-provider is told of all that (docs/decisions/0007-oidc-provider.md).

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { platformLoginLimits } from '../../domain/login.js';
import { createPasswordLogin } from '../../login/password-login.js';
import { mfaEndpoints } from '../second-factor/endpoints.js';
import type { TokenRequest } from '../token-request.js';
import { answerInPlatformWords } from './answers.js';
import { backchannelAuthorize } from './backchannel/authorize.js';
import { approvalPages } from './backchannel/pages.js';
import { setAside } from './login/asked.js';
import { authenticatedForm, refuse } from './endpoints/client-endpoints.js';
import { deviceApprovalPages } from './devices/approvals.js';
import { pairingPages } from './devices/pairing.js';
import { handOver, queryOf, readForm } from './hand-over.js';
import { interactionPages } from './login/interaction-routes.js';
import { runLibrary } from './library/internals.js';
import { libraryPages } from './library/pages.js';
import { logout } from './endpoints/logout.js';
import type { UserTokenOptions } from '../user-tokens/options.js';
import { addBackchannelGrant } from './tokens/backchannel-grant.js';
import { addTokenExchange } from './tokens/token-exchange.js';
import { addPasswordGrants } from './tokens/password-grant.js';
import { addSecondFactorGrants } from './tokens/second-factor-grants.js';
import { paths } from './paths.js';
import { createProvider } from './provider.js';
import { useOwnFormPost } from './library/response-modes.js';
import { testApprove } from './endpoints/test-approve.js';
import { testLogin } from './endpoints/test-login.js';
import { libraryForm } from './tokens/token-form.js';
import { userinfo } from './endpoints/userinfo.js';

export interface UserFlowOptions extends UserTokenOptions {
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether answers name the rule that decided, in `Grantry-Reason`. */
  readonly reasonHeader: boolean;
  /** Whether a script can sign users in without a page. */
  readonly testLogin: boolean;
}

type Answer = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

export interface UserFlows {
  /** Answers a request for one of the paths of logins; null for every other path. */
  find(path: string): Answer | null;
  /** Answers a token request whose client has been authenticated. */
  issue(req: IncomingMessage, res: ServerResponse, request: TokenRequest): Promise<void>;
}

/** Waits until the library has answered. */
function finished(res: ServerResponse, begin: () => void): Promise<void> {
  return new Promise((resolve) => {
    res.once('close', resolve);
    begin();
  });
}

export function userFlows(given: UserFlowOptions): UserFlows {
  const passwordLogin = createPasswordLogin({ ...given, limits: platformLoginLimits });
  const options = { ...given, passwordLogin };
  const { tenant } = options;
  const provider: Provider = createProvider(options, libraryPages());
  answerInPlatformWords(provider, options);
  useOwnFormPost(provider);
  addPasswordGrants(provider, options);
  addSecondFactorGrants(provider, options);
  addTokenExchange(provider, options);
  addBackchannelGrant(provider, options);
  const library = provider.callback() as Parameters<typeof handOver>[0];
  const give = (req: IncomingMessage, res: ServerResponse, given: Parameters<typeof handOver>[4]) =>
    finished(res, () => void runLibrary(() => handOver(library, req, res, tenant, given)));

  /** RFC 6749 section 3.1: GET, and POST with a form. */
  const authorize: Answer = async (req, res) => {
    const parameters = req.method === 'POST' ? await readForm(req) : queryOf(req);
    return give(req, res, { query: setAside(parameters ?? new URLSearchParams(), tenant) });
  };

  const clientEndpoint =
    (kind: { onlyConfidential: boolean; asksForLogin: boolean; forDevices: boolean }): Answer =>
    async (req, res) => {
      const form = await authenticatedForm(req, options, kind);
      if (form instanceof URLSearchParams) {
        await give(req, res, { form: kind.asksForLogin ? setAside(form, tenant) : form });
      } else refuse(res, form, options);
    };

  /** OpenID Connect RP-Initiated Logout section 2: GET, and POST with a form. */
  const signOut: Answer = async (req, res) => {
    const query = req.method === 'POST' ? await readForm(req) : queryOf(req);
    return give(req, res, { query: query ?? new URLSearchParams() });
  };

  /** Forms of the library's own pages, and addresses that it made. */
  const page: Answer = async (req, res) => {
    const form = req.method === 'POST' ? ((await readForm(req)) ?? new URLSearchParams()) : undefined;
    return give(req, res, form === undefined ? {} : { form });
  };

  const answers = new Map<string, Answer>([
    [paths.authorization, authorize],
    [paths.login, interactionPages(provider, options)],
    [
      paths.pushed_authorization_request,
      clientEndpoint({ onlyConfidential: true, asksForLogin: true, forDevices: false }),
    ],
    [
      paths.device_authorization,
      clientEndpoint({ onlyConfidential: false, asksForLogin: true, forDevices: true }),
    ],
    [paths.backchannel_authentication, backchannelAuthorize(options)],
    [paths.approvals, approvalPages(provider, options)],
    [paths.approval, approvalPages(provider, options)],
    [paths.revocation, clientEndpoint({ onlyConfidential: false, asksForLogin: false, forDevices: false })],
    [paths.userinfo, userinfo(provider, options)],
    [paths.end_session, signOut],
    [paths.logout, logout(provider, options)],
  ]);
  answers.set(paths.pairing, pairingPages(provider, options));
  answers.set(paths.deviceApprovals, deviceApprovalPages(provider, options));
  const mfa = mfaEndpoints(options);
  if (options.testLogin) {
    answers.set(paths.testLogin, testLogin(provider, options));
    answers.set(paths.testApproval, testApprove(options));
  }

  return {
    find: (path) => {
      const own = answers.get(path) ?? mfa(path);
      if (own !== null) return own;
      const [, first = '', second = ''] = path.split('/');
      const isResumed = first === 'authorize' && second !== '';
      const isDevice = `/${first}` === paths.code_verification;
      const isLogout = path.startsWith(`${paths.end_session}/`);
      return isResumed || isDevice || isLogout ? page : null;
    },
    issue: async (req, res, request) => {
      const form = await libraryForm(request, options);
      if ('reason' in form) refuse(res, form, options);
      else await give(req, res, { ...form });
    },
  };
}
