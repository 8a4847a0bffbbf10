// Runs the Actions of a trigger in threads of their own, so that one that loops or eats memory keeps nobody else waiting.
// What they ask for is plain data, and nothing of it is believed: whoever calls decides what becomes of it.

import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ActionsOutcome, ChangesOf, DeployedAction, RunnableTrigger } from '../domain/action.js';
import type { JsonObject } from '../domain/json.js';
import { type ActionLimits, actionLimits } from './limits.js';
import type { ActionsJob } from './run-all.js';

/** Compiled code, also for a server that runs from its sources: threads load no TypeScript. */
const WORKER = path.join(import.meta.dirname, '../../dist/actions/worker.js');

/** More would only make all of them wait longer than they may. */
const MAX_WAITING = 1000;

interface Waiting {
  readonly job: ActionsJob;
  readonly since: number;
  readonly settle: (outcome: ActionsOutcome) => void;
}

interface Thread {
  readonly worker: Worker;
  /** Which of the job's Actions runs; written by the thread. */
  readonly progress: Int32Array;
}

const failed = ({ actions }: ActionsJob, because: string, at = 0): ActionsOutcome => ({
  kind: 'failed',
  action: actions[at]?.name ?? '',
  because,
  output: [],
});

/** Runs Actions. Threads are started when they are first needed. */
export class ActionRunner {
  readonly #limits: ActionLimits;
  readonly #size: number;
  readonly #idle: Thread[] = [];
  readonly #busy = new Map<Thread, Waiting>();
  readonly #waiting: Waiting[] = [];
  #isClosed = false;

  /** @param options.workers how many requests can have Actions run at once. */
  constructor({ limits = {}, workers = 2 }: { limits?: Partial<ActionLimits>; workers?: number } = {}) {
    this.#limits = { ...actionLimits, ...limits };
    this.#size = workers;
  }

  /**
   * Runs Actions in their order. The first one that denies or fails stops the rest. It never rejects.
   *
   * @param event what they are told, without secrets. For `credentials-exchange`, its `transaction.target_scopes` are
   * where the target scopes start.
   */
  run<Trigger extends RunnableTrigger>(
    trigger: Trigger,
    actions: readonly DeployedAction[],
    event: JsonObject,
  ): Promise<ActionsOutcome<ChangesOf[Trigger]>> {
    const job: ActionsJob = { trigger, actions, event, limits: this.#limits };
    return new Promise<ActionsOutcome>((settle) => {
      if (this.#isClosed) settle(failed(job, 'the server is closing'));
      else if (this.#waiting.length >= MAX_WAITING) settle(failed(job, 'too many requests wait for Actions'));
      else {
        this.#waiting.push({ job, since: performance.now(), settle });
        this.#next();
      }
    }) as Promise<ActionsOutcome<ChangesOf[Trigger]>>;
  }

  /** Ends all threads. What runs or waits fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { job, settle } of this.#waiting.splice(0)) settle(failed(job, 'the server is closing'));
    const threads = [...this.#idle.splice(0), ...this.#busy.keys()];
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #next(): void {
    while (this.#waiting.length > 0 && (this.#idle.length > 0 || this.#busy.size < this.#size)) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (performance.now() - next.since > this.#limits.waitMs) {
        next.settle(failed(next.job, 'waited too long for a thread'));
      } else {
        this.#begin(this.#idle.pop() ?? this.#startThread(), next);
      }
    }
  }

  #begin(thread: Thread, next: Waiting): void {
    const { job, settle } = next;
    // What the engine cannot interrupt (one step of it that takes minutes) ends with its thread.
    const timer = setTimeout(() => {
      this.#end(thread, 'ran out of time, and had to be ended with its thread');
    }, this.#limits.wallMs);
    this.#busy.set(thread, {
      ...next,
      settle: (outcome) => {
        clearTimeout(timer);
        settle(outcome);
      },
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.worker.postMessage(job);
  }

  #startThread(): Thread {
    const progress = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(WORKER, {
      workerData: progress,
      // Nothing of this process but what it is sent.
      env: {},
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
    });
    const thread = { worker, progress };
    worker.on('message', (outcome: ActionsOutcome) => {
      const done = this.#busy.get(thread);
      if (done === undefined) return;
      this.#busy.delete(thread);
      this.#idle.push(thread);
      done.settle(outcome);
      this.#next();
    });
    worker.on('error', (error) => this.#end(thread, `ended its thread: ${error.message}`));
    worker.on('exit', () => this.#end(thread, 'ended its thread'));
    return thread;
  }

  /** Gives a thread up, with what it was running. */
  #end(thread: Thread, because: string): void {
    const running = this.#busy.get(thread);
    this.#busy.delete(thread);
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
    void thread.worker.terminate();
    running?.settle(failed(running.job, because, Atomics.load(thread.progress, 0)));
    if (!this.#isClosed) this.#next();
  }
}
