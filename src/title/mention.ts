/** One place of a title that names a market. */
export interface Mention {
  /** Where it stands, by which mentions are put in order. */
  readonly at: number;
  readonly market: string;
  /** The tickers (small letters) that it is about; absent: all of the title. */
  readonly tickers?: readonly string[];
}
