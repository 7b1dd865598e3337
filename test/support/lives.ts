/** Lives of a simulation as tests, in two halves: a file is what vitest gives to a core. `SEEDS` says how many, `SEED` replays one alone. */
import { expect, test } from 'vitest';
import { TEST_MS } from './limits.ts';

const ONLY = process.env['SEED'];

/** `half`: of every two, the first or the second. `live`: gives what it found wrong. `count`: without `SEEDS`. */
export function testLives(
  half: 1 | 2,
  count: number,
  live: (seed: number) => Promise<readonly unknown[]>,
): void {
  const lives = Number(process.env['SEEDS'] ?? count);
  const seeds =
    ONLY === undefined
      ? Array.from({ length: Math.ceil((lives + 1 - half) / 2) }, (_, index) => 2 * index + half)
      : [Number(ONLY)].filter((seed) => (seed - half) % 2 === 0);
  test.runIf(seeds.length > 0)(
    ONLY === undefined ? `${seeds.length} lives` : `life ${ONLY}`,
    { timeout: TEST_MS + lives * 500 },
    async () => {
      for (const seed of seeds)
        expect(await live(seed), `seed ${seed}; replay it alone with SEED=${seed}`).toEqual([]);
    },
  );
}
