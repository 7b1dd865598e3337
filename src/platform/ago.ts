/** A time in the past as a person names it: `3d` back from now, or a moment (`moment.ts`). */
import { parseDuration } from './duration.ts';
import { momentMs } from './moment.ts';

export const AGO_HELP =
  'must be a duration such as 20s, 10m or 3d, or a time that has passed, such as 2026-11-25T09:30:00+09:00';

/** Ms back from now, or a moment. */
export type Ago = number | Date;

/** `wallMs`: now, epoch ms. `undefined` for what is no such time. */
export function agoIn(text: string, wallMs: number): Ago | undefined {
  const spanMs = parseDuration(text.trim());
  if (spanMs !== undefined) return spanMs > 0 ? spanMs : undefined;
  const ms = momentMs(text);
  return ms !== undefined && ms < wallMs ? new Date(ms) : undefined;
}
