/** The answer to `POST /api/announcements`. */
export type Injected =
  | {
      readonly ok: true;
      /** As it was understood. */
      readonly announcement: {
        readonly id: string;
        readonly publisher: string;
        readonly listingType: string;
        readonly tickers: readonly string[];
        readonly title: string;
        /** Matches only rules with `test: true`. */
        readonly test: boolean;
        readonly ageMs: number;
      };
      /** Every rule that matched, also one that sends nothing. */
      readonly rules: readonly string[];
      readonly deliveries: readonly {
        readonly id: string;
        readonly destination: string;
        readonly ticker: string | undefined;
        /** Held back at once (a mute): why, and until when in words. */
        readonly skipped?: string | undefined;
        readonly detail?: string | undefined;
        /** Of a cluster: it is not this node that sends it. */
        readonly elsewhere?: true | undefined;
        /** Whichever sends it now; absent: nobody does. */
        readonly node?: string | undefined;
      }[];
    }
  | {
      readonly ok: true;
      /** The same was received before, within `dedupeWindow`: nothing is sent. `feed`: absent when that was before the last start. */
      readonly duplicateOf: { readonly feed: string | undefined; readonly agoMs: number };
    }
  | { readonly ok: false; readonly problem: string; readonly code: 'stopping' | 'not_an_announcement' };
