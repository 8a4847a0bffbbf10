// Where a login may end. The platform compares letter by letter; only a pattern that an administrator registered may stand
// for more (`https://*.example.com/callback`, one label, never more of the host; D:get-started/applications, "Subdomain
// URL placeholders").

/** Whether a registered address, which may be a pattern, covers the one of a request. */
function covers(registered: string, asked: string): boolean {
  const pattern = /^(https?:\/\/)\*(\.[^/*]+\.[^/*]+(?:\/[^*]*)?)$/.exec(registered);
  // A pattern is no address of its own.
  if (pattern === null) return registered === asked;
  const [, scheme = '', rest = ''] = pattern;
  if (!asked.startsWith(scheme) || !asked.endsWith(rest)) return false;
  const label = asked.slice(scheme.length, asked.length - rest.length);
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label);
}

/** Schemes that run in the page that opens them. */
const UNSAFE = /^(?:javascript|data|vbscript|blob|file|about):/i;

/**
 * True when a client registered the address. What is no absolute address, has a fragment (RFC 6749 section 3.1.2) or names
 * a user is never one.
 */
export function isRegistered(asked: string, registered: readonly string[]): boolean {
  if (asked.length > 2048 || asked.includes('#') || UNSAFE.test(asked) || !URL.canParse(asked)) return false;
  const { username, password } = new URL(asked);
  if (username !== '' || password !== '') return false;
  return registered.some((address) => covers(address, asked));
}
