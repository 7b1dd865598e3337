/**
 * How sure a figure is: a 95 % interval by bootstrap. The repetitions are drawn again and again, with replacement,
 * and the figure is taken of each draw; what the middle 95 % of the draws say is the interval. The same sample has
 * the same interval, for the draws are always the same. Pure.
 */
import { percentile } from './statistics.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const DRAWS = 2000;
const SEED = 0x5eed;
/** Of fewer, not even the range from the least to the greatest holds a median with 95 % (2 × 0.5⁵ > 5 %). */
const FEWEST = 6;

/**
 * `figure` of the repetitions at these places. Two subjects that took turns are one sample of pairs: the same
 * places are drawn of both, so that a slow minute of the machine stays in both. `undefined`: too few to say.
 */
export function intervalOf(
  size: number,
  figure: (places: readonly number[]) => number,
): Interval | undefined {
  if (size < FEWEST) return undefined;
  const next = placesBelow(size);
  const places = Array.from({ length: size }, () => 0);
  const drawn = Array.from({ length: DRAWS }, () => figure(places.map(next)));
  return { low: percentile(drawn, 0.025), high: percentile(drawn, 0.975) };
}

/** Mulberry32 (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
function placesBelow(size: number): () => number {
  let state = SEED;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * size);
  };
}
