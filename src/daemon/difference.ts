/** The changes of a reload among named things, in words. */
export interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** `destination vip: added`; nothing for what stayed as it was. */
export function describeDifference(what: string, { added, changed, removed }: Difference): string[] {
  return [
    ...added.map((name) => `${what} ${name}: added`),
    ...changed.map((name) => `${what} ${name}: changed`),
    ...removed.map((name) => `${what} ${name}: removed`),
  ];
}
