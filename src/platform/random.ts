import { randomBytes } from 'node:crypto';

/** Chance as an argument: a number in [0, 1). Tests hand in a seeded one. */
export type Random = () => number;

export const systemRandom: Random = Math.random;

/** For keys and tokens, which nobody may guess. */
export const secretBytes = (count: number): Buffer => randomBytes(count);
