import { answerOf, decide, type Row } from './facts.js';

/** The rows of the decision table that had a say: those of the trace, and those that took a scope. */
function rowsOf(decision: ReturnType<typeof decide>): readonly string[] {
  const dropped = decision.granted ? decision.dropped.map(({ source }) => source) : [];
  return [...decision.trace.map(({ source }) => source), ...dropped];
}

/** A decision table: for each row the outcome, and that the row it is about had a say. */
export function decisionTable(about: string, rows: readonly Row[]): void {
  describe(`${about}:`, () => {
    test.each(rows)('$name ($source)', (row) => {
      const decision = decide(row);
      expect(answerOf(decision)).toBe(row.answer);
      const [first = ''] = row.source.split(', ');
      expect(rowsOf(decision)).toContain(row.decidedBy ?? first);
      // A refusal ends with the rule that refused.
      if (!decision.granted) expect(decision.trace.at(-1)?.source).toBe(row.decidedBy ?? first);
    });
  });
}
