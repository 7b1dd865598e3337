/**
 * Thousands of small lives of a cluster, each from a seed: nodes that die, hang, are cut off, come and go; a database that is away, slow,
 * replaced, with a clock that jumps. After each the promises are checked. `SEEDS` says how many, `SEED` replays one alone.
 */
import { expect, test } from 'vitest';
import { TEST_MS } from '../../support/limits.ts';
import { live } from './life.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 40);
const ONLY = process.env['SEED'];

test(ONLY === undefined ? `${SEEDS} lives` : `life ${ONLY}`, { timeout: TEST_MS + SEEDS * 500 }, async () => {
  const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, n) => n + 1) : [Number(ONLY)];
  for (const seed of seeds) {
    const { found, life } = await live(seed);
    expect(found, `seed ${seed}; replay it alone with SEED=${seed}`).toEqual([]);
    for (const node of life.nodes) node.close();
  }
});
