/**
 * The conditions of a person who looks for announcements or deliveries, as SQL on rows that a bounded look goes through. No
 * index has them, because it would be paid for between the frame and the socket. Texts are compared as two writers of the same
 * words would write them (`folded`); a body that is damaged fits no condition on it.
 */
import type { DatabaseSync } from 'node:sqlite';
import { folded } from '../platform/fold.ts';
import type { AnnouncementFilter, DeliveryFilter, NewsFilter } from './deliveries.ts';
import { HELD_BY_MUTE } from './held-by-text.ts';
import { idAt } from './ids.ts';

/** Of rows; `FROM` names announcements `a`, and deliveries `d`. */
export interface Conditions {
  /** Each has to hold. */
  readonly sql: readonly string[];
  /** By the name of their parameters. */
  readonly values: Readonly<Record<string, string | number>>;
  /** Bodies are looked into, which takes longer. */
  readonly ofBody: boolean;
}

/** Ids of announcements from `first` on and less than `beyond`; of deliveries alike, which begin with them. */
export interface Range {
  readonly first: string;
  readonly beyond: string;
}

/** Greater than every id. */
const BEYOND_ALL = '~';

export function rangeOf({ sinceMs, untilMs }: NewsFilter, before = BEYOND_ALL): Range {
  const end = untilMs === undefined ? BEYOND_ALL : idAt(untilMs);
  return { first: idAt(sinceMs ?? 0), beyond: lesser(end, before) };
}

/** `.` is the character after the dash. */
export const rangeOfAnnouncement = (id: string, { first, beyond }: Range): Range => ({
  first: greater(`${id}-`, first),
  beyond: lesser(`${id}.`, beyond),
});

const lesser = (...two: readonly [string, string]): string => two.toSorted()[0] ?? '';
const greater = (...two: readonly [string, string]): string => two.toSorted()[1] ?? '';

/** `database` gets the functions that they call. */
export function conditionsOfDeliveries(filter: DeliveryFilter, database: DatabaseSync): Conditions {
  const { state, destination, rule, reason, attempts, mute } = filter;
  const own = given({
    state:
      typeof state === 'object'
        ? ['d.state IN (SELECT value FROM json_each(:state))', JSON.stringify(state)]
        : ['d.state = :state', state],
    destination: ['d.destination = :destination', destination],
    rule: ['d.rule = :rule', rule],
    reason: ['d.reason = :reason', reason],
    attempts: ['d.attempts >= :attempts', attempts],
    mute: ['d.held_by GLOB :mute', mute === undefined ? undefined : HELD_BY_MUTE(mute)],
  });
  // Under `forEach: ticker` each has one of its own.
  const anyTicker = `CASE WHEN d.ticker IS NULL THEN ${ANY_TICKER} ELSE ticker_fits(d.ticker) END`;
  const news = conditionsOfNews(filter, database, anyTicker);
  return { ...news, sql: [...own.sql, ...news.sql], values: { ...own.values, ...news.values } };
}

/** As `conditionsOfDeliveries`. */
export function conditionsOfAnnouncements(filter: AnnouncementFilter, database: DatabaseSync): Conditions {
  const news = conditionsOfNews(filter, database, ANY_TICKER);
  if (filter.matched === undefined) return news;
  return { ...news, sql: [...news.sql, `${filter.matched ? '' : 'NOT '}(${MATCHED})`], ofBody: true };
}

const ANY_TICKER = `EXISTS (SELECT 1 FROM json_each(a.body, '$.tickers') WHERE ticker_fits(value))`;

/** By the outcomes that were kept (`routing/trace.ts`): '' is that of a rule that matches. Of one without them, whether anything was to be sent. */
const MATCHED = `CASE WHEN json_valid(a.trace)
  THEN COALESCE(a.trace ->> '$.m', 0) > 0 OR EXISTS (SELECT 1 FROM json_each(a.trace, '$.o') WHERE value = '')
  ELSE EXISTS (SELECT 1 FROM deliveries d WHERE d.id >= a.id || '-' AND d.id < a.id || '.') END`;

function conditionsOfNews(
  { feed, exchange, type, ticker, title }: NewsFilter,
  database: DatabaseSync,
  tickerFits: string,
): Conditions {
  const wanted = (text: string | undefined) => (text === undefined ? undefined : folded(text));
  const { sql, values } = given({
    feed: [`a.body ->> '$.feed' = :feed`, feed],
    exchange: [`lower(a.body ->> '$.publisher') = :exchange`, wanted(exchange)],
    type: [`lower(a.body ->> '$.listingType') = :type`, wanted(type)],
  });
  const all = [...sql];
  if (ticker !== undefined) {
    const name = folded(ticker.replace(/^\$/, ''));
    database.function('ticker_fits', (value) => Number(folded(String(value)) === name));
    all.push(tickerFits);
  }
  if (title !== undefined) {
    const words = folded(title);
    database.function('title_fits', (value) => Number(folded(String(value ?? '')).includes(words)));
    all.push(`title_fits(a.body ->> '$.title')`);
  }
  if (all.length === 0) return { sql: [], values: {}, ofBody: false };
  // A damaged body would be an error of the whole statement.
  return { sql: [`CASE WHEN json_valid(a.body) THEN ${all.join(' AND ')} END`], values, ofBody: true };
}

/** Those that are given. */
function given(
  all: Readonly<Record<string, readonly [sql: string, value: string | number | undefined]>>,
): Pick<Conditions, 'sql' | 'values'> {
  const sql: string[] = [];
  const values: Record<string, string | number> = {};
  for (const [name, [condition, value]] of Object.entries(all)) {
    if (value === undefined) continue;
    sql.push(condition);
    values[name] = value;
  }
  return { sql, values };
}
