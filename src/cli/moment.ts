/** A moment as the flag --at gives it: `2026-11-27T03:12+09:00`, or without an offset by the clock of this machine. */
import { momentMs } from '../platform/moment.ts';
import { UserError, WRONG_USAGE } from './exit-codes.ts';

/** Epoch ms. Throws `UserError`. */
export function momentIn(text: string): number {
  const ms = momentMs(text);
  if (ms !== undefined) return ms;
  throw new UserError(
    '--at is not a time: give it as 2026-11-27T03:12, or with the offset of a place, 2026-11-27T03:12+09:00',
    WRONG_USAGE,
  );
}
