/** The places of mutations, and the tests that must catch them. */
import type { Mutation } from './mutation.ts';

type Change = readonly [
  name: string,
  breaks: string,
  find: string,
  replace: string,
  ...more: readonly string[],
];

/** `more` tests of a change run before those of its file. */
export const inFile = (file: string, tests: readonly string[], ...changes: readonly Change[]): Mutation[] =>
  changes.map(([name, breaks, find, replace, ...more]) => ({
    ...{ name, breaks, file, find, replace },
    tests: [...more, ...tests],
  }));

/** Named as they lie under `test/`: `delivery/lane`. */
export const suites = (...names: readonly string[]): string[] => names.map((name) => `test/${name}.test.ts`);
export const e2e = (...names: readonly string[]): string[] => names.map((name) => `test/e2e/${name}.test.ts`);
export const SIMULATION = 'test/simulation/simulation.test.ts';
