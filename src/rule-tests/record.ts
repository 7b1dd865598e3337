/** Tests made of real announcements: what the rules of today do with them, so that each passes until the rules change. Pure. */
import { type Announcement, UNKNOWN } from '../announcement.ts';
import { type DryRunConfig, requestsOf } from '../dry-run.ts';
import { testAnnouncement } from './announcement.ts';
import type { TestFields } from './options.ts';
import type { TablesOfTest, WatchedTables } from './tables.ts';

/** As it is written into a file. */
export interface RecordedTest {
  readonly name: string;
  readonly announcement: TestFields;
  readonly at: string;
  /** Of tables from addresses, the rows that it met. */
  readonly tables?: TablesOfTest;
  readonly expect?: readonly string[];
  readonly expectNone?: true;
}

interface RecordOptions {
  readonly config: DryRunConfig;
  /** That it was compiled with. */
  readonly tables: Pick<WatchedTables, 'take'>;
  /** Of the feeds that a rule asks for. */
  readonly feeds: ReadonlySet<string>;
  /** Names of tests that there are already. */
  readonly taken: Iterable<string>;
}

/** In the order of the announcements. */
export function recordedTests(
  announcements: readonly Announcement[],
  { config, tables, feeds, taken }: RecordOptions,
): readonly RecordedTest[] {
  const names = new Set(taken);
  const unique = (wanted: string) => {
    let name = wanted;
    for (let count = 2; names.has(name); count++) name = `${wanted} (${count})`;
    names.add(name);
    return name;
  };
  return announcements.map((announcement) => {
    const atMs = Math.floor(announcement.receivedTimestampUs / 1000);
    const fields = fieldsOf(announcement, feeds, atMs);
    tables.take();
    const { deliveries } = requestsOf(testAnnouncement(fields, atMs), config);
    const rows = tables.take();
    const got = [...new Set(deliveries.map(({ destination }) => destination))];
    return {
      name: unique(nameOf(announcement)),
      announcement: fields,
      at: new Date(atMs).toISOString(),
      ...(Object.keys(rows).length > 0 && { tables: rows }),
      ...(got.length === 0 ? { expectNone: true } : { expect: got }),
    };
  });
}

function fieldsOf(announcement: Announcement, feeds: ReadonlySet<string>, atMs: number): TestFields {
  const { publisher, listingType, tickers, title, feed, abnormal, redacted, test, extra } = announcement;
  const [first, ...others] = tickers;
  const fields: TestFields = {
    ...(publisher !== UNKNOWN && { publisher }),
    ...(listingType !== UNKNOWN && { listingType }),
    ...(first !== undefined && { ticker: others.length === 0 ? first : [...tickers] }),
    ...(title !== '' && { title }),
    ...(feeds.has(feed) && { feed }),
    ...(abnormal && { abnormal }),
    ...(test && { test }),
    ...(Object.keys(extra).length > 0 && { extra: { ...extra } }),
  };
  // A feed may tell by more than the words that something is hidden.
  return testAnnouncement(fields, atMs).redacted === redacted ? fields : { ...fields, redacted };
}

/** Tickers in the name of a test. */
const MOST_TICKERS = 3;
/** Characters of a title in it. */
const LONGEST_TITLE = 40;

function nameOf({ publisher, listingType, tickers, title, test }: Announcement): string {
  const more = tickers.length > MOST_TICKERS ? ` and ${tickers.length - MOST_TICKERS} more` : '';
  const subject =
    tickers.length > 0
      ? tickers.slice(0, MOST_TICKERS).join(' ') + more
      : [...title].slice(0, LONGEST_TITLE).join('').trim();
  return `${publisher} ${test ? 'self-test' : listingType} ${subject}`.replace(/\s+/g, ' ').trim();
}
