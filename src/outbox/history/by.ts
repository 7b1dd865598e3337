/** By what stats of a period are grouped. */
export const STATS_BY = ['feed', 'destination', 'rule', 'hour'] as const;
export type StatsBy = (typeof STATS_BY)[number];
