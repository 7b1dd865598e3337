import type { Delivery } from './delivery.ts';

/** The tickers beyond a destination's `maxTickers`: none of them is sent. */
export interface Capped {
  /** Stands for all of them; it names none, so that it can never be an order. */
  readonly delivery: Delivery;
  /** Their names, as far as they were asked for. */
  readonly skipped: readonly string[];
  readonly maxTickers: number;
  /** How many there were to send. */
  readonly total: number;
}

/** As long as the detail of an attempt (`AttemptResult`). */
const LONGEST_DETAIL = 300;

/** In words, with the first of the names. */
export function describeCapped({ skipped, maxTickers, total }: Capped): string {
  const names = skipped.slice(0, 50).join(', ').toWellFormed();
  const text = `${total - maxTickers} of ${total} tickers not sent, because maxTickers is ${maxTickers}: ${names}`;
  const isCut = text.length > LONGEST_DETAIL || skipped.length > 50;
  return isCut ? `${text.slice(0, LONGEST_DETAIL - 1).toWellFormed()}…` : text;
}
