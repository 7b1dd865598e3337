/** A moment as a flag gives it: `2026-11-27T03:12+09:00`, or without an offset by the clock of this machine. */
import { UserError, WRONG_USAGE } from './exit-codes.ts';

const FORM =
  /^\d{4}-\d\d-\d\d(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)?$/;

/** Epoch ms. Throws `UserError`. */
export function momentIn(text: string): number {
  // A date alone would be midnight in UTC.
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const ms = FORM.test(text)
    ? Date.parse(isDate ? `${text}T00:00` : text.replace(' ', 'T').replace(' ', ''))
    : Number.NaN;
  if (!Number.isNaN(ms) && !isRolledOver(text)) return ms;
  throw new UserError(
    '--at is not a time: give it as 2026-11-27T03:12, or with the offset of a place, 2026-11-27T03:12+09:00',
    WRONG_USAGE,
  );
}

/** `Date` reads the 30th of February as the 2nd of March. */
function isRolledOver(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00Z`).toISOString().slice(0, 10) !== day;
}
