/** The limits of the heap, in a process of its own: V8's flags are those of the whole process. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { flagsFor } from '../../src/platform/heap-limits.ts';

const MODULE = new URL('../../src/platform/heap-limits.ts', import.meta.url).href;

/** Makes so much that lives for a while that the space grows as far as it may; prints how large it was at most, in MB. */
const LOAD = `
  const { limitHeap, youngMb } = await import(${JSON.stringify(MODULE)});
  limitHeap(JSON.parse(process.argv[1]), 4);
  const kept = [];
  let most = 0;
  for (let round = 0; round < 120; round++) {
    await new Promise(setImmediate);
    for (let n = 0; n < 5000; n++) kept.push({ n, text: 'x' + n, list: [n] });
    if (kept.length > 100_000) kept.length = 0;
    most = Math.max(most, youngMb());
  }
  console.log(most);
`;

async function mostMb(options: readonly string[]): Promise<number> {
  const args = ['--input-type=module', '-e', LOAD, JSON.stringify(options)];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env: {} });
  expect(stderr, 'V8 knows the flags').toBe('');
  return Number(stdout);
}

test('it grows no further than the limit', async () => {
  // Twice 4, and what it grows by until the limit is seen: on a busy machine once more. Without a limit it is 64.
  expect(await mostMb([])).toBeLessThan(32);
});

test('the wish of the user goes before it', async () => {
  expect(await mostMb(['--max-semi-space-size=64'])).toBeGreaterThanOrEqual(16);
  expect(await mostMb(['--enable-source-maps --max_semi_space_size=64'])).toBeGreaterThanOrEqual(16);
});

test.each([
  [{ youngMb: 1, liveMb: 0 }, 2, 100],
  [{ youngMb: 16, liveMb: 25 }, 2, 100],
  [{ youngMb: 32, liveMb: 39 }, 1, 100],
  [{ youngMb: 33, liveMb: 40 }, 1, 0],
  [{ youngMb: 8, liveMb: 75 }, 2, 0],
])('%j: new objects times %i, all of it by %i percent', (size, factor, percent) => {
  expect(flagsFor(size)).toEqual({ 'semi-space-growth-factor': factor, 'heap-growing-percent': percent });
});
