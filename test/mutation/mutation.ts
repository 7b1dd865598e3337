/** One way to break the code on purpose, and the tests that have to notice. */
export interface Mutation {
  /** Short and unique; what `--only` finds. */
  readonly name: string;
  /** The promise that is no longer true. */
  readonly breaks: string;
  /** From the root of the repository, like the tests. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The test files that are run, the likeliest first. */
  readonly tests: readonly string[];
}

export const MOST_TESTS_MS = 5 * 60_000;

/** The mutated text. Throws when `find` does not stand there exactly once. */
export function mutate(text: string, { name, file, find, replace }: Mutation): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(
      `mutation "${name}": ${file} has ${text.split(find).length - 1} places with this text, one is wanted: ${find}`,
    );
  if (find === replace) throw new Error(`mutation "${name}" changes nothing`);
  return before + replace + after;
}
