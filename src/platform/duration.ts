/** Durations as people write them in the config: `500ms`, `5s`, `1h30m`, `3d`. Always a unit, never a bare number. */
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The form of a duration. */
export const DURATION = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/;

/** Milliseconds, or `undefined` if the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h|d)/gy)) {
    totalMs += Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  }
  return Number.isFinite(totalMs) ? totalMs : undefined;
}

/** The shortest reading of a duration in at most two units: `1h30m`, `45s`, `1.2ms`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`;
  if (durationMs < 1000) return `${Number(durationMs.toFixed(durationMs < 10 ? 1 : 0))}ms`;
  if (durationMs < 60_000) return `${Number((durationMs / 1000).toFixed(1))}s`;
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ];
  const first = units.findIndex(([, unitMs]) => durationMs >= unitMs);
  let restMs = durationMs;
  let text = '';
  for (const [unit, unitMs] of units.slice(first, first + 2)) {
    const amount = Math.floor(restMs / unitMs);
    restMs -= amount * unitMs;
    if (amount > 0) text += `${amount}${unit}`;
  }
  return text;
}
