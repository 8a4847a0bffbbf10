interface Waiting<Key, Value> {
  readonly key: Key;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one statement of all that is asked for in the same turn of the event loop: it costs little more for many rows
 * than for one.
 *
 * @param statement answers for each key, in their order.
 */
export function inOneStatement<Key, Value>(
  statement: (keys: readonly Key[]) => Promise<readonly Value[]>,
): (key: Key) => Promise<Value> {
  let waiting: Waiting<Key, Value>[] = [];

  const run = async (): Promise<void> => {
    const group = waiting;
    waiting = [];
    try {
      const values = await statement(group.map(({ key }) => key));
      for (const [index, { resolve }] of group.entries()) resolve(values[index] as Value);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };

  return (key) =>
    new Promise((resolve, reject) => {
      // Runs when every promise that is settled by now has been heard.
      if (waiting.push({ key, resolve, reject }) === 1) process.nextTick(() => void run());
    });
}
