/** The lives of one bridge. */
import { testLives } from '../support/lives.ts';
import { live } from './life.ts';

export const testBridges = (half: 1 | 2): void =>
  testLives(half, 80, async (seed) => (await live(seed)).found);
