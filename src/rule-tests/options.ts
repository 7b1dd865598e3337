/** `tests:` as people write them. Shape only: names are checked by `config/`, meaning is given by `run.ts`. */
import { z } from 'zod';
import { EVEN_IF_WRONG, flag, text } from '../platform/fields.ts';
import { momentMs } from '../platform/moment.ts';
import { isRecord } from '../platform/wire-values.ts';
import { rowsOfTest } from '../tables/options.ts';

const MOMENT_HELP = 'must be a time such as 2026-11-25T09:30:00+09:00 (without an offset it is local time)';

/** → epoch ms. */
const momentField = () =>
  z
    .string({ error: MOMENT_HELP })
    .transform((text, context) => {
      const ms = momentMs(text);
      if (ms !== undefined) return ms;
      context.addIssue({ code: 'custom', message: MOMENT_HELP });
      return z.NEVER;
    })
    .meta({ description: 'a time: 2026-11-25T09:30:00+09:00' });

const stamp = () => z.number({ error: 'must be a number of microseconds' });

const TICKERS_HELP = 'must be a ticker, or a list of tickers';
const tickers = () => z.union([text(), z.array(text())], { error: TICKERS_HELP });

export const fields = z.strictObject({
  publisher: text().optional().describe('the exchange; default: unknown'),
  listingType: text().optional().describe('what it is about; default: unknown'),
  ticker: tickers().optional().describe('its tickers: a list, or separated by commas'),
  tickers: tickers().optional().describe('another word for `ticker`'),
  title: text().optional().describe('its title, in the words of the exchange'),
  feed: text().optional().describe('name of the feed that brings it; default: none of the config'),
  abnormal: flag().optional().describe('the service marked it as detected late'),
  redacted: flag().optional().describe('a free tier hid the title or the tickers'),
  test: flag().optional().describe('it is a self-test'),
  type: z
    .enum(['announcement', 'test_announcement'], {
      error: 'must be announcement or test_announcement; what the news is about is `listingType`',
    })
    .optional()
    .describe('as in a frame of the feed; test_announcement is the same as test: true'),
  publishTimestampUs: stamp().optional().describe('as in a frame of the feed'),
  detectedTimestampUs: stamp().optional().describe('as in a frame of the feed; default: `at`'),
  dispatchTimestampUs: stamp().optional().describe('as in a frame of the feed; default: `at`'),
  extra: z
    .record(z.string(), z.unknown(), { error: 'must be a mapping' })
    .optional()
    .describe('fields that only your feed has, for templates'),
});

const ANNOUNCEMENT_HELP =
  'must be a mapping such as { publisher: upbit, title: "…" }, or a title alone in quotes';

const announcement = z.union(
  [
    text().transform((title): TestFields => ({ title })),
    fields.superRefine(({ title, ticker, tickers: others }, context) => {
      const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
      if (ticker !== undefined && others !== undefined)
        issue(['tickers'], 'must not stand beside `ticker`: keep one of them');
      if (title === undefined && (ticker ?? others ?? []).length === 0)
        issue([], 'needs at least a title or a ticker');
    }, EVEN_IF_WRONG),
  ],
  { error: ANNOUNCEMENT_HELP },
);

/** An announcement as a test gives it. */
export type TestFields = z.output<typeof fields>;

const EXPECT_HELP = 'must be a list of destinations, such as [team, bot]';

const expect = z.union([text().transform((name) => [name]), z.array(text(), { error: EXPECT_HELP })], {
  error: EXPECT_HELP,
});

export const testOptions = z
  .strictObject({
    name: text().optional().describe('default: test 1, test 2, …'),
    announcement: announcement.describe('the fields of one announcement, or its title alone'),
    at: momentField()
      .optional()
      .describe(
        'when it is received: 2026-11-25T09:30:00+09:00; without an offset, local time. Default: now',
      ),
    tables: z
      .record(z.string(), rowsOfTest, { error: 'must be a mapping: the name of a table, then its rows' })
      .optional()
      .describe(
        'rows of tables for this test, as a list or a mapping; a table from an address has no others in a test',
      ),
    expect: expect
      .optional()
      .describe('exactly these destinations get it; groups and patterns stand for theirs'),
    expectNone: z
      .literal(true, { error: 'must be true; to expect destinations, name them in `expect`' })
      .optional()
      .describe('no destination gets it'),
    expectPayload: z
      .record(z.string(), z.unknown(), {
        error: 'must be a mapping: a destination, then a part of its payload',
      })
      .optional()
      .describe('by destination, what its request body holds (among other things)'),
  })
  .superRefine(({ expect: expected, expectNone, expectPayload }, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (Array.isArray(expected) && expected.length === 0)
      issue(['expect'], 'must name at least one destination; to expect none, write `expectNone: true`');
    if (isRecord(expectPayload) && Object.keys(expectPayload).length === 0)
      issue(['expectPayload'], 'is empty: name a destination and a part of its payload, or remove it');
    if (expectNone === true && expected !== undefined)
      issue(['expectNone'], 'must not stand beside `expect`: keep one of them');
    else if (expectNone === true && expectPayload !== undefined)
      issue(['expectNone'], 'must not stand beside `expectPayload`: keep one of them');
    if (expected === undefined && expectNone === undefined && expectPayload === undefined)
      issue([], 'must expect something: add `expect`, `expectNone: true` or `expectPayload`');
  }, EVEN_IF_WRONG);

/** The `tests:` of a config, in order; the unnamed are named by their place. */
export const testsOptions = z
  .array(testOptions, { error: 'must be a list of tests, each starting with a dash' })
  .transform((tests) => tests.map((test, index) => ({ ...test, name: test.name ?? `test ${index + 1}` })));

export type RuleTest = z.output<typeof testsOptions>[number];
