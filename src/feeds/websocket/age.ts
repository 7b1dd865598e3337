/** No exchange announced a listing before; such a stamp is in another unit than the config says. */
const EARLIEST_US = Date.UTC(2015, 0, 1) * 1000;

/**
 * How old news with this stamp is, in ms, at `nowMs` of the wall clock. However old: a source may repeat what it has
 * announced months ago to whoever connects, and that is no news. 0 for a stamp that is absent, absurd or in the future.
 */
export function ageMs(bornUs: number | undefined, nowMs: number): number {
  return bornUs === undefined || bornUs < EARLIEST_US ? 0 : Math.max(nowMs - bornUs / 1000, 0);
}
