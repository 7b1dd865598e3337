/** Two announcements that every template is tried on: one with every field, one with only what is always there. */
import type { Announcement } from '../announcement.ts';
import type { Table } from '../matching/table.ts';
import { type RenderedFor, scopeOf, type TemplateScope } from './variables.ts';

const FULL: Announcement = {
  id: '01J00000000000000000000000',
  type: 'announcement',
  feed: 'sample',
  publisher: 'upbit',
  listingType: 'spot_listing',
  tickers: ['ABC', '1INCH'],
  title: '에이비씨(ABC) KRW 마켓 디지털 자산 추가',
  publishTimestampUs: 1_767_225_600_000_000,
  detectedTimestampUs: 1_767_225_600_120_000,
  dispatchTimestampUs: 1_767_225_600_132_000,
  receivedTimestampUs: 1_767_225_600_180_000,
  receivedMs: 1000,
  ageAtReceiptMs: 60,
  abnormal: false,
  redacted: false,
  test: false,
  extra: {},
};

const BARE: Announcement = {
  ...FULL,
  publisher: 'elsewhere',
  listingType: 'something_new',
  tickers: [],
  title: '',
  publishTimestampUs: undefined,
  detectedTimestampUs: undefined,
  dispatchTimestampUs: undefined,
};

/** Has everything: what a template makes of a value is seen. */
const SAMPLE_TABLE: Table = {
  name: 'sample',
  has: () => true,
  get: (folded) => folded.toUpperCase(),
  someKey: 'abc',
  keys: () => ['abc'].values(),
  describe: () => 'sample',
};

const scopesWith = (ticker: string | undefined): readonly TemplateScope[] =>
  [FULL, BARE].map((announcement) =>
    scopeOf({ announcement, rule: 'sample', ticker, tableOf: () => SAMPLE_TABLE }),
  );

export const SAMPLES: Readonly<Record<RenderedFor, readonly TemplateScope[]>> = {
  announcement: scopesWith(undefined),
  ticker: scopesWith('ABC'),
};
