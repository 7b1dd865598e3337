/** No news is held back this long; such a span comes from a broken stamp. */
const LONGEST_PLAUSIBLE_MS = 30 * 86_400_000;

/** A span between two stamps, as far as it can be believed: unknown (NaN), negative or absurd is not old. */
export function plausibleMs(spanMs: number): number {
  // NaN fails both comparisons.
  return spanMs > 0 && spanMs < LONGEST_PLAUSIBLE_MS ? spanMs : 0;
}
