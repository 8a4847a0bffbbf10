// A key of a change has three states: absent keeps, null clears, a value sets.

interface Subject<Thing, Changes> {
  /** Makes a thing in which every field that can be null has a value. */
  create(): Promise<Thing>;
  update(thing: Thing, changes: Changes): Promise<Thing>;
  find(thing: Thing): Promise<Thing | null>;
  /** For each field that can change: another value than `create` gives it, and whether null clears it. */
  readonly fields: {
    readonly [Field in keyof Changes & string]-?: { readonly to: Changes[Field]; readonly clears: boolean };
  };
}

export function keepsSetsAndClears<Thing extends object, Changes extends object>(
  subject: Subject<Thing, Changes>,
): void {
  const fields = Object.entries<{ to: unknown; clears: boolean }>(subject.fields);
  const clearable = fields.filter(([, { clears }]) => clears);

  test('an empty change keeps every field', async () => {
    const before = await subject.create();
    await subject.update(before, {} as Changes);
    expect(await subject.find(before)).toEqual(before);
  });

  test.each(fields)('a value for `%s` sets it and keeps every other field', async (field, { to }) => {
    const before = await subject.create();
    expect(before).not.toEqual({ ...before, [field]: to });
    const answer = await subject.update(before, { [field]: to } as Changes);
    expect(answer).toEqual({ ...before, [field]: to });
    expect(await subject.find(before)).toEqual(answer);
  });

  test.each(clearable)('null clears `%s` and keeps every other field', async (field) => {
    const before = await subject.create();
    expect(before).not.toEqual({ ...before, [field]: null });
    const answer = await subject.update(before, { [field]: null } as Changes);
    expect(answer).toEqual({ ...before, [field]: null });
    expect(await subject.find(before)).toEqual(answer);
  });
}
