/** Fails closed: where yes is the answer that refuses, a fact that is missing counts as yes. */
export const mayBe = (fact: boolean | undefined): boolean => fact !== false;
