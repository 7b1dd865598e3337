/** The kinds of news that cooldowns hold, for people and programs. */

/** One kind that a rule sends to a destination no more for a while. Spans are in ms. */
export interface ShownCooldown {
  readonly rule: string;
  readonly destination: string;
  readonly by: 'ticker' | 'title' | 'rule';
  /** The ticker in capital letters, or the title as it is compared; absent: anything. */
  readonly kind?: string;
  /** Something of it arrived, or may have; false: the first is on its way, and the others wait for its fate. */
  readonly isSent: boolean;
  /** Since the receipt of the announcement that began it. */
  readonly sinceMs: number;
  readonly leftMs: number;
  /** That announcement. */
  readonly announcement: string;
}

/** The latest: a day may bring more than anybody reads. */
export const MOST_SHOWN = 50;

/** Of a title. */
const LONGEST_KIND = 200;

export const kindShown = (by: ShownCooldown['by'], kind: string): string | undefined =>
  by === 'rule' ? undefined : (by === 'ticker' ? kind.toUpperCase() : kind).slice(0, LONGEST_KIND);
