/** The list of `npm run test:mutation` is kept with the code: each place is there, once, and so are the tests. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutate } from './mutation.ts';
import { mutations } from './mutations.ts';

test('every mutation finds its place in the code, exactly once', () => {
  const lost = mutations.flatMap((mutation) => {
    try {
      mutate(readFileSync(mutation.file, 'utf8'), mutation);
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : error];
    }
  });
  expect(lost, 'correct `find` in test/mutation/list').toEqual([]);
});

test('every mutation has a name of its own, and tests that are there', () => {
  const names = mutations.map(({ file, name }) => `${file} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(mutations.flatMap(({ tests }) => tests).filter((file) => !existsSync(file))).toEqual([]);
});
