/** By what stats of a period are grouped. */
export const STATS_BY = ['feed', 'destination', 'rule', 'hour'] as const;
export type StatsBy = (typeof STATS_BY)[number];

/** The slots of a series of each group. */
export const STATS_SLOTS = ['hour', 'day'] as const;
export type StatsSlot = (typeof STATS_SLOTS)[number];
