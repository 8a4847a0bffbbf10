import type { JsonObject } from './json.js';
import { isUnstorable } from './text.js';

/** The platform's event codes (token-issuance.md 8) that this server writes. */
export type LogType =
  /** Client credentials token: success and failure. */
  | 'seccft'
  | 'feccft'
  /** Exchange of an authorization code. */
  | 'seacft'
  | 'feacft'
  /** Exchange of a refresh token; the last is one that was used before. */
  | 'sertft'
  | 'fertft'
  | 'ferrt'
  /** Exchange of a password. */
  | 'sepft'
  | 'fepft'
  /** Exchange of a device code, and the request for one. */
  | 'sede'
  | 'fede'
  | 'fdeaz'
  /** Exchange of a token for one on behalf of its user. */
  | 'success_on_behalf_of_token_exchange'
  | 'failed_on_behalf_of_token_exchange'
  /** Exchange of a token by the Action of a profile. */
  | 'secte'
  | 'fecte'
  /** Second factor: shown, wrong, and too many that were wrong; set up; a recovery code taken, and one that was wrong. */
  | 'gd_auth_succeed'
  | 'gd_auth_failed'
  | 'gd_auth_rejected'
  | 'gd_otp_rate_limit_exceed'
  | 'gd_enrollment_complete'
  | 'gd_unenroll'
  | 'gd_recovery_succeed'
  | 'gd_recovery_failed'
  /** Exchange of a one-time password, of an approval on another device, and of a recovery code. */
  | 'seotpft'
  | 'feotpft'
  | 'seoobft'
  | 'feoobft'
  | 'sercft'
  | 'fercft'
  /** Backchannel authentication request, and the exchange of what came of it. */
  | 'ciba_start_succeeded'
  | 'ciba_start_failed'
  | 'ciba_exchange_succeeded'
  | 'ciba_exchange_failed'
  /** Exchange of an identity assertion; the last is of a JWT that is none. */
  | 'idjag_exchange_succeeded'
  | 'idjag_exchange_failed'
  | 'jwt_bearer_exchange_failed'
  /** Pushed authorization request: failure. */
  | 'fpar'
  /** Login without questions to the user: success and failure. */
  | 'ssa'
  | 'fsa'
  /** Token request of another grant type, or of none; login that fails for another reason than those below. */
  | 'f'
  /** Login: success, wrong password, unknown user. */
  | 's'
  | 'fp'
  | 'fu'
  /** Login that was not tried: the address has failed too often with one identifier, or with any. */
  | 'limit_wc'
  | 'limit_mu'
  /** Membership of an organization by logging in. */
  | 'organization_member_added'
  /** Write through the Management API: success and failure. */
  | 'sapi'
  | 'fapi';

/** One row of the append-only log (design.md D7). */
export interface NewLogEntry {
  readonly date: Date;
  readonly type: LogType;
  readonly clientId: string | null;
  readonly audience: string | null;
  readonly organizationId: string | null;
  /** Reason code of the decision; null where nothing was decided. */
  readonly reason: string | null;
  /** Version of the configuration that was decided on; null lets storage fill in the version a write produced. */
  readonly configVersion: number | null;
  /** The rest of the entry, in wire form. Never holds a secret. */
  readonly data: JsonObject;
}

export interface LogEntry extends NewLogEntry {
  /** Sorts by time: entries written later have greater ids. */
  readonly logId: string;
}

/** Values of a request end in the log; they can be long, and columns have indexes. */
const MAX_LOGGED = 600;

/** Text as the log keeps it: cut, and null where there is none or no column can hold it. */
export function logged(text: string | null | undefined): string | null {
  return text === null || text === undefined || isUnstorable(text) ? null : text.slice(0, MAX_LOGGED);
}
