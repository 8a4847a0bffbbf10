/** Where the platform has them (token-issuance.md 7). */
export const paths = {
  authorization: '/authorize',
  code_verification: '/activate',
  device_authorization: '/oauth/device/code',
  end_session: '/oidc/logout',
  jwks: '/.well-known/jwks.json',
  pushed_authorization_request: '/oauth/par',
  registration: '/oidc/register',
  revocation: '/oauth/revoke',
  token: '/oauth/token',
  userinfo: '/userinfo',
  backchannel_authentication: '/bc-authorize',
  /** Ours: the pages of a login under way. */
  login: '/u/login',
  /** Ours: what users are asked to approve; and the platform's link to one of it. */
  approvals: '/u/approvals',
  approval: '/bc-verify',
  /** Ours: pairing a browser with a user, and what waits there to be approved. */
  pairing: '/u/pair',
  deviceApprovals: '/u/device',
  /** For test suites, where the server was started for it. */
  testLogin: '/_grantry/login',
  testApproval: '/_grantry/approve',
  /** The platform's older way of signing out. */
  logout: '/v2/logout',
} as const;
