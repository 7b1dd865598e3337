/** How long what has grown is kept before the halves change places: for as long as the node needs it that needs it longest. */
import { KEPT_MS } from '../shared.ts';
import { SCHEMA } from './schema.ts';

/** SQL: ms. A node of a version that does not say needs it for a day, also one that has been gone for less. */
export const KEEP_MS = `(SELECT least(coalesce(max(coalesce((card::json ->> 'needsMs')::float8, ${KEPT_MS})), ${KEPT_MS}), ${KEPT_MS})
  FROM ${SCHEMA}.nodes)`;

/** SQL: it is time. */
export const IS_DUE = `clock_timestamp() - turned_at >= ${KEEP_MS} * interval '1 ms'`;

/** Shown by each renewal. */
export interface Keeping {
  readonly isDue: boolean;
  readonly keepMs: number;
  /** Since the halves changed places, by the database's clock. */
  readonly turnedAgeMs: number;
  /** The one that takes what comes. */
  readonly half: number;
}

/**
 * Whether a node is to change them now. The database's clock may have been set, so the node has seen the same halves for as long by its own; one that has not
 * been there for so long waits for a day to pass by the other.
 */
export class Patience {
  #half: number | undefined;
  #sinceMs = 0;

  /** `nowMs`: monotonic. */
  isOver({ isDue, keepMs, turnedAgeMs, half }: Keeping, nowMs: number): boolean {
    if (half !== this.#half) [this.#half, this.#sinceMs] = [half, nowMs];
    return isDue && (nowMs - this.#sinceMs >= keepMs || turnedAgeMs >= KEPT_MS);
  }
}
