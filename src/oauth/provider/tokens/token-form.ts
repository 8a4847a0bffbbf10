import type { IncomingMessage } from 'node:http';
import { markUntil } from '../../../domain/authorization.js';
import type { Refusal } from '../../refusal.js';
import type { TokenRequest } from '../../token-request.js';
import { grantTypes } from '../../vocabulary.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { putAside } from './token-parameters.js';

/** DV-2. */
export const POLLING_SECONDS = 5;

/** The last poll of a device, by its code. */
const POLL = 'DevicePoll';

/** What the library reads of a token request; scopes and APIs are no matter of its. */
const LIBRARY_PARAMETERS = ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'device_code'] as const;

/** DV-4, which the library leaves to others. */
async function pollsTooFast(
  { parameters }: TokenRequest,
  { storage, now }: UserTokenOptions,
): Promise<boolean> {
  const code = parameters.get('device_code');
  if (code === undefined) return false;
  const last = await storage.artifacts.find(POLL, code);
  const until = new Date(now().getTime() + POLLING_SECONDS * 1000);
  await storage.artifacts.put(POLL, code, markUntil(until), now());
  return last !== null && now() < last.expiresAt;
}

const slowDown: Refusal = {
  reason: 'polled_too_fast',
  error: {
    status: 429,
    error: 'slow_down',
    description: 'You are polling faster than the specified interval of 5 seconds.',
  },
};

/** A token request in the library's words, whose client has been authenticated; or why it goes no further. */
export async function libraryForm(
  request: TokenRequest,
  options: UserTokenOptions,
): Promise<{ form: URLSearchParams; prepare: (own: IncomingMessage) => void } | Refusal> {
  if (request.grantType === grantTypes.deviceCode && (await pollsTooFast(request, options))) return slowDown;
  const form = new URLSearchParams({ client_id: request.clientId });
  for (const name of LIBRARY_PARAMETERS) {
    const value = request.parameters.get(name);
    if (value !== undefined) form.set(name, value);
  }
  form.set('grant_type', request.grantType);
  return { form, prepare: (own) => putAside(own, request) };
}
