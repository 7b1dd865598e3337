/**
 * Changes of what the store keeps of the past. They are worked out on another thread (`next-changes.ts`) and written on the
 * bridge's own connection (`history-rows.ts`), in pieces: no statement of another connection ever holds up a send.
 */
export interface FigureRow {
  /** `` for the sums of all: `news` and `sent`. */
  readonly kind: string;
  readonly name: string;
  readonly body: string;
}

/** Two feeds brought the same news. */
export interface Lead {
  /** When the later copy came. */
  readonly atMs: number;
  readonly winner: string;
  readonly loser: string;
  readonly leadMs: number;
}

export interface Slot {
  readonly spanMs: number;
  readonly fromMs: number;
}

export type HistoryChange =
  /** Some figures of a slot. */
  | (Slot & { readonly kind: 'figures'; readonly rows: readonly FigureRow[] })
  /** All figures of the slot are written, and these are the ones. `isSettled`: nothing of it waits any more. */
  | (Slot & {
      readonly kind: 'made';
      readonly madeMs: number;
      readonly isSettled: boolean;
      readonly figures: readonly Pick<FigureRow, 'kind' | 'name'>[];
    })
  /** Deliveries that had ended have changed, down to this row of `changed`: figures from that time on are to be made again. */
  | { readonly kind: 'changed'; readonly upTo: number; readonly slots: readonly Slot[] }
  | (Slot & { readonly kind: 'drop' })
  | { readonly kind: 'leads'; readonly leads: readonly Lead[] }
  /** A bridge has been running from the one moment to the other. */
  | {
      readonly kind: 'alive';
      readonly sinceMs: number;
      readonly untilMs: number;
      /** Of runs that began before it nothing is known any more. */
      readonly oldestMs: number;
    };
