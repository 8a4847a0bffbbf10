import type { Denial, Rule, TraceStep } from './decision.js';

/** The rules collect what they looked at here, in order. */
export class Trace {
  readonly steps: TraceStep[] = [];

  pass(rule: Rule, source: string, because: string): void {
    this.steps.push({ rule, outcome: 'pass', source, because });
  }

  /** Records the refusal and hands it back, so that a rule can say `return trace.deny(...)`. */
  deny<D extends Denial>(rule: Rule, source: string, because: string, denial: D): D {
    this.steps.push({ rule, outcome: 'deny', source, because });
    return denial;
  }
}
