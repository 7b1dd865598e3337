/**
 * The slots of time that figures are kept of: minutes add up to an hour, hours to a day. Each begins at a multiple of its
 * span on the bridge's timeline (`docs/decisions/history.md`).
 */
export interface Level {
  readonly spanMs: number;
  /** They are dropped when they are so old, and part of the level above; days unless `store.retention` says otherwise. */
  readonly keptMs: number;
}

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const MINUTES: Level = { spanMs: 5 * MINUTE_MS, keptMs: 2 * DAY_MS };
export const HOURS: Level = { spanMs: HOUR_MS, keptMs: 90 * DAY_MS };
export const DAYS: Level = { spanMs: DAY_MS, keptMs: 400 * DAY_MS };

/** A shorter time without a bridge is a restart; how often a running one is noted. */
export const SHORTEST_OFF_MS = MINUTE_MS;

/** The slots that one of this level is the sum of; `undefined`: it is made from rows. */
export const below = (level: Level): Level | undefined =>
  level === DAYS ? HOURS : level === HOURS ? MINUTES : undefined;

export const startOf = (ms: number, { spanMs }: Level): number => Math.floor(ms / spanMs) * spanMs;
