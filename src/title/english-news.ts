/** Whether an English title tells of a listing or a delisting. Titles in small letters. */

const HAPPENS =
  /\b(?:lists?|listed|listings?|relist\w*|delist\w*|launch\w*|adds?|added|adding|addition|introduc\w+|opens?|opening|support|supports|available|removals?|removes?|removed|removing|cease[sd]?|discontinue[sd]?|terminat\w+|new|live|enabl\w+|start(?:s|ed)? trading|trading (?:starts?|begins?|opens?))\b/;

/** Opens or closes nothing that is quoted in a currency: options, copies of other traders, credit. */
const OTHER_BUSINESS = /\b(?:options|copy trading|loans?|launchpool|staking|simple earn)\b/;

/** About what trading costs, wins or is rounded to. */
const CONDITIONS =
  /\b(?:tick sizes?|lot sizes?|price precision|(?:zero|maker|taker|trading)[- ](?:\w+ )?fees?|fees?|promotions?|promo|tournaments?|competitions?|contests?|campaigns?|rewards?|prizes?|giveaway|vouchers?|collateral|minimum (?:order|notional)\w*|funding rates?)\b/;

/** Says so outright, whatever it says besides. */
const OUTRIGHT =
  /\b(?:lists?|listings?|delist\w*|removals? of|perpetual|contracts?)\b|\b(?:adds?|added|new)\b.{0,300}\bpairs?\b/;

/** Adds margin to pairs that exist. */
const MARGIN = /\bmargin\b/;
const NOT_MARGIN_TRADING = /leverage (?:&|and) margin tiers?|(?:isolated|cross) margin trading and/g;

export interface EnglishNews {
  readonly happens: boolean;
  /** A pair is one that is traded on margin, and was there before. */
  readonly isMargin: boolean;
}

export function englishNews(lower: string): EnglishNews {
  const outright = OUTRIGHT.test(lower) && !/\bzero .{0,40}promotion\b/.test(lower);
  const happens = HAPPENS.test(lower) && !OTHER_BUSINESS.test(lower) && (outright || !CONDITIONS.test(lower));
  const isMargin = MARGIN.test(lower.replace(NOT_MARGIN_TRADING, '')) && !/\bspot\b/.test(lower);
  return { happens, isMargin };
}
