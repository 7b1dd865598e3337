/** So many lives of a cluster, in two halves: a file is what vitest gives to a core. `SEEDS` says how many, `SEED` replays one alone. */
import { expect, test } from 'vitest';
import { TEST_MS } from '../../support/limits.ts';
import { live } from './life.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 50);
const ONLY = process.env['SEED'];

/** Of every two, the first or the second. */
export function testLives(half: 1 | 2): void {
  const seeds =
    ONLY === undefined
      ? Array.from({ length: Math.ceil((SEEDS + 1 - half) / 2) }, (_, index) => 2 * index + half)
      : [Number(ONLY)].filter((seed) => (seed - half) % 2 === 0);
  test.runIf(seeds.length > 0)(
    ONLY === undefined ? `${seeds.length} lives` : `life ${ONLY}`,
    { timeout: TEST_MS + SEEDS * 500 },
    async () => {
      for (const seed of seeds) {
        const { found, life } = await live(seed);
        expect(found, `seed ${seed}; replay it alone with SEED=${seed}`).toEqual([]);
        for (const node of life.nodes) node.close();
      }
    },
  );
}
