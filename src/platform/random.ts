/** Chance as an argument: a number in [0, 1). Tests hand in a seeded one. */
export type Random = () => number;

export const systemRandom: Random = Math.random;
