/** The lives of a cluster. */
import { testLives } from '../../support/lives.ts';
import { live } from './life.ts';

export const testClusters = (half: 1 | 2): void =>
  testLives(half, 50, async (seed) => {
    const { found, life } = await live(seed);
    for (const node of life.nodes) node.close();
    return found;
  });
