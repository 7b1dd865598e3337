/** The work around a node among the others: lanes, the log and the local store. */
import type { View } from './shared.ts';

/** The work of the rest of the node, which knows lanes, the log and the local store. */
export interface NodeDuties {
  /** Held from now on: what the holder before has left is to be found out. */
  gained(partitions: readonly number[]): void;
  /** Fenced: nothing of them leaves any more. Resolves when whatever had left has ended and is on record for everybody. */
  handOver(partitions: readonly number[]): Promise<void>;
  /** Fenced, and perhaps already another's. */
  lost(partitions: readonly number[]): void;
  /** The time was over for a while, and nobody has taken them. */
  back(partitions: readonly number[]): void;
  /**
   * A database that this node meets for the first time, or in an earlier state. Resolves when it has what this node knows; rejects with
   * `SharedError`, and then everything held is gained once more by the next answer.
   */
  tell(): Promise<void>;
  /** Number of the last row of the log that this node knows of. */
  latestSeq(): number;
  /** After each answer of the database. */
  seen(view: View): void;
}
