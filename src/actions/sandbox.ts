// One Action in a JavaScript engine of its own: QuickJS as WebAssembly, which has nothing but the language. Runs in a worker
// thread (worker.ts), since it takes the thread for as long as the Action runs.
//
// Each run gets a runtime and a context that nobody had before. The memory that holds them is used again only after a run
// that ended well; after any other the engine is thrown away with it.

import releaseSync from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import type { RunnableTrigger } from '../domain/action.js';
import { CallRefused, type Recorder } from './changes.js';
import { type ActionLimits, MAX_OUTPUT_LENGTH } from './limits.js';
import { preludeOf } from './prelude.js';

export interface SandboxRun {
  readonly trigger: RunnableTrigger;
  readonly code: string;
  /** As JSON, with the Action's secrets. */
  readonly event: string;
  readonly recorder: Pick<Recorder<unknown>, 'call' | 'read'>;
  readonly limits: Pick<ActionLimits, 'memoryBytes' | 'stackBytes'>;
  /** How long it may take, from its first instruction on. */
  readonly timeMs: number;
}

export interface SandboxResult {
  /** Null for a run that ended well. For logs. */
  readonly failure: string | null;
  readonly output: string;
  readonly tookMs: number;
}

const OUT_OF_TIME = 'ran out of time';

/** The package declares the types of its CommonJS form, whose default export is a member. */
const variant = releaseSync as unknown as QuickJSSyncVariant;

/** An engine that runs one Action after the other. */
export class Sandbox {
  /** Null where the last run spoilt it. */
  #engine: QuickJSWASMModule | null = null;

  async run(given: SandboxRun): Promise<SandboxResult> {
    const engine = this.#engine ?? (await newQuickJSWASMModuleFromVariant(variant));
    // Until this run has ended well.
    this.#engine = null;
    const result = runIn(engine, given);
    if (result.failure === null) this.#engine = engine;
    return result;
  }
}

function runIn(
  engine: QuickJSWASMModule,
  { trigger, code, event, recorder, limits, timeMs }: SandboxRun,
): SandboxResult {
  const start = performance.now();
  let isOutOfTime = false;
  let output = '';
  let settled: { readonly kind: string; readonly text: string } | null = null;
  const result = (failure: string | null): SandboxResult => ({
    failure: isOutOfTime ? OUT_OF_TIME : failure,
    output,
    tookMs: performance.now() - start,
  });
  try {
    const runtime = engine.newRuntime();
    runtime.setMemoryLimit(limits.memoryBytes);
    runtime.setMaxStackSize(limits.stackBytes);
    runtime.setInterruptHandler(() => {
      isOutOfTime ||= performance.now() - start > timeMs;
      return isOutOfTime;
    });
    const context = runtime.newContext();
    const host = hostObject(context, {
      call: (method, argument, text) => recorder.call(method ?? '', argument ?? '', text),
      read: (path) => recorder.read(path ?? ''),
      print: (text) => {
        const line = output === '' ? (text ?? '') : `\n${text}`;
        output += line.slice(0, MAX_OUTPUT_LENGTH - output.length);
      },
      // The first time counts.
      settle: (kind, text) => {
        settled ??= { kind: kind ?? '', text: text ?? '' };
      },
    });

    const begin = prepare(context, trigger, host, event);
    if (typeof begin === 'string') return result(begin);
    const loaded = context.evalCode(code, 'action.js', { type: 'global' });
    if (loaded.error) return result(textOf(context, loaded.error));
    loaded.value.dispose();
    const begun = context.callFunction(begin, context.undefined);
    if (begun.error) return result(textOf(context, begun.error));
    begun.value.dispose();
    // All of them: nothing of this run may be left when it is over.
    const jobs = runtime.executePendingJobs();
    if (jobs.error) return result(textOf(context, jobs.error));

    const end = settled as { readonly kind: string; readonly text: string } | null;
    // There are no timers and no network, so nothing can settle what is still pending.
    if (end === null) return result('returned a promise that never settles');
    if (end.kind !== 'done' || isOutOfTime) return result(end.text);
    for (const handle of [begin, host]) handle.dispose();
    context.dispose();
    runtime.dispose();
    return result(null);
  } catch (error) {
    // The stack of this thread is used up, or the engine has given up.
    return result(`stopped the engine: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`);
  }
}

/** @returns the function that calls the Action, or why there is none. */
function prepare(
  context: QuickJSContext,
  trigger: RunnableTrigger,
  host: QuickJSHandle,
  event: string,
): QuickJSHandle | string {
  const prelude = context.unwrapResult(context.evalCode(preludeOf(trigger), 'prelude.js'));
  const text = context.newString(event);
  const started = context.callFunction(prelude, context.undefined, host, text);
  prelude.dispose();
  text.dispose();
  return started.error ? textOf(context, started.error) : started.value;
}

type HostFunction = (...texts: (string | undefined)[]) => string | void;

/** Functions of this thread for the sandbox. They take texts and nothing else. */
function hostObject(
  context: QuickJSContext,
  functions: Readonly<Record<string, HostFunction>>,
): QuickJSHandle {
  const host = context.newObject();
  for (const [name, run] of Object.entries(functions)) {
    const handle = context.newFunction(name, (...handles) => {
      const texts = handles.map((handle) =>
        context.typeof(handle) === 'string' ? context.getString(handle) : undefined,
      );
      try {
        const answer = run(...texts);
        return answer === undefined ? context.undefined : context.newString(answer);
      } catch (error) {
        const refusal =
          error instanceof CallRefused ? error : new CallRefused('TypeError', 'the call was refused');
        return { error: context.newError({ name: refusal.kind, message: refusal.message }) };
      }
    });
    context.setProp(host, name, handle);
    handle.dispose();
  }
  return host;
}

/** What was thrown, in a line. */
function textOf(context: QuickJSContext, error: QuickJSHandle): string {
  const dumped: unknown = context.dump(error);
  if (typeof dumped !== 'object' || dumped === null) return `threw ${String(dumped)}`;
  const { name, message } = dumped as { name?: unknown; message?: unknown };
  return typeof name === 'string' ? `${name}: ${String(message)}` : 'threw an object';
}
