// Approving a login on another device (CB-5). What the platform does with an app of its own, a browser does here that the user
// has paired: it holds a secret that no other has, and shows what waits on a page. Nothing is sent to it.

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { platformAskingLimit } from '../../domain/approval.js';
import { newApprovalId } from '../../domain/ids.js';
import type { Authenticator } from '../../domain/second-factor.js';
import type { User } from '../../domain/user.js';
import { beginDevice, type BegunWith, type Enrolling, type NotBegun } from './enrolment.js';
import { changedByUser } from './log-rows.js';

/** auth0/docs-v2, enroll-and-challenge-push-authenticators.mdx: "within the next 5 minutes". */
const SECONDS = 300;
/** How the artifact of a pairing link is called. */
const PAIRING = 'DevicePairing';

const pairing = z.object({ userId: z.string(), authenticatorId: z.string(), approvalId: z.string() });

/** How a link names what it pairs. */
export const PAIRING_TOKEN = 'token';

/** What a QR code leads a phone to. */
export const pairingAddress = (issuer: string, token: string): string =>
  `${issuer}u/pair?${new URLSearchParams({ [PAIRING_TOKEN]: token }).toString()}`;

const newSecret = (): string => randomBytes(32).toString('base64url');

interface Login {
  readonly clientId: string;
  /** The address that it comes from, which the user is shown. */
  readonly ip: string;
}

/**
 * Asks a user to approve a login on a paired device.
 *
 * @returns what the answer is waited for with (`oob_code`), and the id of the approval; null when the user has been asked
 *   too often.
 * @throws MissingReference when the user or client has gone.
 */
export async function askOnDevice(
  { userId }: User,
  { clientId, ip }: Login,
  { storage, now }: Enrolling,
): Promise<{ readonly code: string; readonly id: string } | null> {
  const createdAt = now();
  const id = newApprovalId();
  const code = newSecret();
  const approval = {
    id,
    kind: 'second_factor',
    userId,
    clientId,
    audience: null,
    organizationId: null,
    asked: { bindingMessage: ip, scopes: [], authorizationDetails: null },
    createdAt,
    expiresAt: new Date(createdAt.getTime() + SECONDS * 1000),
  } as const;
  return (await storage.approvals.create(approval, code, platformAskingLimit)) ? { code, id } : null;
}

/** A device that is to be paired, by a link that is good once and for a few minutes. */
interface DeviceToPair {
  readonly authenticator: Authenticator;
  /** Stands in the link. */
  readonly token: string;
  /** What the pairing is waited for with. */
  readonly code: string;
  readonly recoveryCode: string | null;
}

export async function beginPairing(
  user: User,
  login: Login,
  begunWith: BegunWith,
  options: Enrolling,
): Promise<DeviceToPair | NotBegun> {
  const { storage, now } = options;
  const begun = await beginDevice(user, begunWith, options);
  if (typeof begun === 'string') return begun;
  const { authenticator, recoveryCode } = begun;
  const asked = await askOnDevice(user, login, options);
  if (asked === null) return 'too_often';
  const token = newSecret();
  const payload = { userId: user.userId, authenticatorId: authenticator.id, approvalId: asked.id };
  const expiresAt = new Date(now().getTime() + SECONDS * 1000);
  const kept = { authorizationId: null, otherName: null, leewaySeconds: 0, idleSeconds: null, expiresAt };
  await storage.artifacts.put(PAIRING, token, { ...kept, payload }, now());
  return { authenticator, token, code: asked.code, recoveryCode };
}

/** Whom a link pairs a device of, or why it pairs none. */
export async function findPairing(
  token: string,
  { storage, now }: Enrolling,
): Promise<
  | { readonly user: User; readonly authenticatorId: string; readonly approvalId: string }
  | 'unknown'
  | 'expired'
  | 'used'
> {
  const artifact = await storage.artifacts.find(PAIRING, token);
  if (artifact === null) return 'unknown';
  if (artifact.consumedAt !== null) return 'used';
  if (artifact.expiresAt <= now()) return 'expired';
  const { userId, ...rest } = pairing.parse(artifact.payload);
  const user = await storage.config.users.find(userId);
  return user === null ? 'unknown' : { user, ...rest };
}

/**
 * Pairs a browser, and lets the login go on that the link came with.
 *
 * @param before what the browser is known by; null for nothing.
 * @returns what it is known by from now on.
 */
export async function pairDevice(
  token: string,
  before: string | null,
  options: Enrolling,
): Promise<{ readonly deviceKey: string } | 'unknown' | 'expired' | 'used'> {
  const { storage, now } = options;
  const found = await findPairing(token, options);
  if (typeof found === 'string') return found;
  if (!(await storage.artifacts.consume(PAIRING, token, now()))) return 'used';
  const deviceKey = newSecret();
  const { user, authenticatorId, approvalId } = found;
  const isPaired = await storage.write(async ({ authenticators }) => {
    const known = await authenticators.find(user.userId, authenticatorId);
    const result = known !== null && (await authenticators.pair(authenticatorId, deviceKey, before, now()));
    return {
      result,
      entry: known && result ? changedByUser('gd_enrollment_complete', known, options) : null,
    };
  });
  // What was begun again meanwhile is paired by another link.
  if (!isPaired) return 'expired';
  await approveOnDevice(approvalId, user.userId, options);
  return { deviceKey };
}

/** @returns false when it was answered before, or is over. */
export const approveOnDevice = (
  id: string,
  userId: string,
  { storage, now }: Pick<Enrolling, 'storage' | 'now'>,
): Promise<boolean> =>
  storage.approvals.decide(
    id,
    userId,
    { status: 'approved', scopes: [], authenticatedAt: now(), hasSecondFactor: true },
    now(),
  );
