// /_grantry: the server itself, beyond what the platform has. Whether it can serve, and, for test suites, its whole state
// remembered and put back.

import { setTimeout } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import type { components } from '../generated/openapi.js';
import { ManagementError } from '../errors.js';
import type { Handlers } from '../http/contract.js';
import type { Storage } from '../storage/storage.js';

type Health = components['schemas']['Health'];

/** Whoever asks for health waits no longer than this. */
const PATIENCE_MS = 3000;

async function isAnswering(storage: Storage): Promise<boolean> {
  const answered = new AbortController();
  const patience = setTimeout(PATIENCE_MS, false, { signal: answered.signal, ref: false }).catch(() => false);
  const asking = storage.ping().then(
    () => true,
    () => false,
  );
  const isAnswered = await Promise.race([asking, patience]);
  answered.abort();
  return isAnswered;
}

/** Says no more than whether: anyone may ask. */
export function health(storage: Storage): RequestHandler {
  return async (_req, res) => {
    const body: Health = (await isAnswering(storage)) ? { status: 'ok' } : { status: 'unavailable' };
    res
      .set('Cache-Control', 'no-store')
      .status(body.status === 'ok' ? 200 : 503)
      .json(body);
  };
}

/** The paths that are only there when the server was started for it. */
export const snapshotPaths: readonly string[] = ['/_grantry/snapshot', '/_grantry/restore'];

export function snapshotHandlers(storage: Storage): Handlers<'takeSnapshot' | 'restoreSnapshot'> {
  return {
    async takeSnapshot() {
      await storage.takeSnapshot();
      return { status: 204, body: undefined };
    },

    async restoreSnapshot() {
      if (!(await storage.restoreSnapshot())) throw new ManagementError('no_snapshot');
      return { status: 204, body: undefined };
    },
  };
}
