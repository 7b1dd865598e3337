/** A `Date` has whole seconds, and its trip takes time: what these cannot explain is a clock that is wrong. */
const UNSURE_MS = 2_000;

/**
 * How far the wall clock of this machine is ahead of the source's, in ms, by the `Date` of the answer to the handshake
 * (RFC 9110 §6.6.1); 0 while that is absent, unreadable, or close enough. Ages of news are counted without it, so that a
 * wrong clock here neither expires everything nor lets old news through.
 */
export function clockAheadMs(date: string | undefined, wallMs: number): number {
  const aheadMs = wallMs - Date.parse(date ?? '');
  return Math.abs(aheadMs) > UNSURE_MS ? aheadMs : 0;
}
