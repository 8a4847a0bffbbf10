// The thread that Actions run in: one job after the other. It has no environment, and nothing of the server but this file
// and what it imports.

import { parentPort, workerData } from 'node:worker_threads';
import { type ActionsJob, runAll } from './run-all.js';
import { Sandbox } from './sandbox.js';

const sandbox = new Sandbox();
/** Tells the thread that waits which Action runs, also when this one cannot answer any more. */
const progress = workerData as Int32Array;

parentPort?.on('message', (job: ActionsJob) => {
  const running = (index: number): void => void Atomics.store(progress, 0, index);
  // A rejection ends the thread, and with it the job.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  void runAll(sandbox, job, running).then((outcome) => parentPort?.postMessage(outcome));
});
