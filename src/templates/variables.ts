/**
 * The variables of a template: every field of the announcement, the rule, the ticker, the latency split and the
 * exchange's page. One table serves both sides: `scopeOf` fills it, `check.ts` holds templates to it.
 */
import type { Announcement } from '../announcement.ts';
import type { Extracts } from '../matching/extract.ts';
import type { TableOf } from '../matching/table.ts';
import { fold, Text } from '../matching/text.ts';
import { MOST_TICKERS, updateMarkOf } from '../routing/subject.ts';
import { marketsIn } from '../title/market.ts';
import { exchangePage } from './exchange-page.ts';
import { TABLES, type TableScope } from './lookup.ts';

/** Patterns on the title, and whether what they do not find is an error (an order must not have a blank). */
export interface TitleParts {
  readonly extracts: Extracts;
  readonly isStrict: boolean;
}

const TITLE_PARTS = Symbol('titleParts');

/** The input of a message. */
export interface RenderInput {
  readonly announcement: Announcement;
  readonly rule: string;
  /** Set for `forEach: ticker`. */
  readonly ticker: string | undefined;
  /** The `extract:` of the config; absent: there is none. */
  readonly titleParts?: TitleParts | undefined;
  /** Absent: the config has none. */
  readonly tableOf?: TableOf | undefined;
}

/** Milliseconds, fractional; null where a stamp is missing. `network` may be negative when clocks differ. */
export interface Latency {
  /** published → detected by the service */
  readonly detection: number | null;
  /** detected → dispatched by the service */
  readonly service: number | null;
  /** dispatched → came to this machine */
  readonly network: number | null;
  /** came to this machine → read: this process was held up */
  readonly stalled: number;
  /** published (else detected) → read */
  readonly total: number | null;
}

/** A text is rendered for a whole announcement, or for one of its tickers (`forEach: ticker`): only then is there a `ticker`. */
export type RenderedFor = 'announcement' | 'ticker';

/** Liquid calls it on the scope when a template names it: a title is read for those who ask. */
type Read<Value> = (this: TemplateScope) => Value;

export interface TemplateScope extends Announcement, TableScope {
  /** The first of `markets`. */
  readonly market: Read<string | undefined>;
  /** The quote markets that the title names, of the `ticker` where there is one. */
  readonly markets: Read<readonly string[]>;
  /** The title is an edit or a follow-up. */
  readonly update: Read<boolean>;
  /** The one of `forEach`. */
  readonly ticker: string | undefined;
  readonly rule: string;
  readonly latency: Latency;
  readonly url: string | undefined;
  /** Parts of the title, by the names of the config. */
  readonly extract: Read<Readonly<Record<string, unknown>>>;
  readonly [TITLE_PARTS]: TitleParts | undefined;
}

/** How far a path may go into a variable: `value.size`, `list[0]`, named members, or anywhere. */
export type VariableShape = 'value' | 'list' | 'any' | readonly string[];

const SHAPES = {
  id: 'value',
  type: 'value',
  feed: 'value',
  publisher: 'value',
  listingType: 'value',
  tickers: 'list',
  title: 'value',
  publishTimestampUs: 'value',
  detectedTimestampUs: 'value',
  dispatchTimestampUs: 'value',
  receivedTimestampUs: 'value',
  receivedMs: 'value',
  stalledMs: 'value',
  ageAtReceiptMs: 'value',
  abnormal: 'value',
  redacted: 'value',
  test: 'value',
  extra: 'any',
  market: 'value',
  markets: 'list',
  update: 'value',
  extract: 'any',
  ticker: 'value',
  rule: 'value',
  latency: ['detection', 'service', 'network', 'stalled', 'total'] satisfies readonly (keyof Latency)[],
  url: 'value',
} as const satisfies Record<Extract<keyof TemplateScope, string>, VariableShape>;

const OF_A_TICKER: ReadonlyMap<string, VariableShape> = new Map(Object.entries(SHAPES));
const { ticker: _ticker, ...ofAll } = SHAPES;
const OF_AN_ANNOUNCEMENT: ReadonlyMap<string, VariableShape> = new Map(Object.entries(ofAll));

/** The variables there are, by name. */
export const variablesOf = (renderedFor: RenderedFor): ReadonlyMap<string, VariableShape> =>
  renderedFor === 'ticker' ? OF_A_TICKER : OF_AN_ANNOUNCEMENT;

const span = (fromUs: number | undefined, toUs: number | undefined) =>
  fromUs === undefined || toUs === undefined ? null : (toUs - fromUs) / 1000;

export function latencyOf(announcement: Announcement): Latency {
  const { publishTimestampUs, detectedTimestampUs, dispatchTimestampUs, receivedTimestampUs } = announcement;
  const { stalledMs = 0 } = announcement;
  return {
    detection: span(publishTimestampUs, detectedTimestampUs),
    service: span(detectedTimestampUs, dispatchTimestampUs),
    network: span(dispatchTimestampUs, receivedTimestampUs),
    stalled: stalledMs,
    total: span(publishTimestampUs ?? detectedTimestampUs, receivedTimestampUs + stalledMs * 1000),
  };
}

export function scopeOf({ announcement, rule, ticker, titleParts, tableOf }: RenderInput): TemplateScope {
  const { tickers } = announcement;
  return {
    ...announcement,
    // A loop over 30,000 would take a quarter of a second, for each destination.
    tickers: tickers.length > MOST_TICKERS ? tickers.slice(0, MOST_TICKERS) : tickers,
    stalledMs: announcement.stalledMs ?? 0,
    rule,
    ticker,
    latency: latencyOf(announcement),
    url: exchangePage(announcement),
    market: firstMarket,
    markets: marketsOf,
    update: isUpdate,
    extract: extracted,
    [TITLE_PARTS]: titleParts,
    ...(tableOf !== undefined && { [TABLES]: tableOf }),
  };
}

const marketsOf: TemplateScope['markets'] = function () {
  const { all, ofTicker } = marketsIn(this.title);
  return (this.ticker === undefined ? undefined : ofTicker.get(fold(this.ticker))) ?? all;
};

const firstMarket: TemplateScope['market'] = function () {
  return marketsOf.call(this)[0];
};

const isUpdate: TemplateScope['update'] = function () {
  return updateMarkOf(this) !== undefined;
};

const extracted: TemplateScope['extract'] = function () {
  const { extracts = NO_EXTRACTS, isStrict = false } = this[TITLE_PARTS] ?? {};
  const title = new Text(this.title);
  const values: Record<string, unknown> = {};
  for (const [name, extract] of extracts)
    values[name] = extract.valueIn(title) ?? (isStrict && !this.test ? missing(name) : undefined);
  return values;
};

/** Liquid calls it when a template names it. */
const missing = (name: string) => () => {
  throw new Error(`the title has nothing for extract.${name}`);
};

const NO_EXTRACTS: Extracts = new Map();
