/** `test --record`: the last announcements of the store as tests that pass today, in YAML that can be pasted or included. */
import { resolve } from 'node:path';
import { Document, isMap, isSeq, visit } from 'yaml';
import type { Announcement } from '../announcement.ts';
import { compileConfig } from '../daemon/ready-config.ts';
import { bridgeNowMs } from '../outbox/bridge-time.ts';
import { openStoreFile, storeErrorOf } from '../outbox/open.ts';
import { latestNews } from '../outbox/pages.ts';
import { type RecordedTest, recordedTests } from '../rule-tests/record.ts';
import { watchedTables } from '../rule-tests/tables.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE, UserError } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { leftOut } from './store-file.ts';

export interface RecordOptions {
  readonly config: string;
  /** So many, the newest. */
  readonly record: number;
  /** Received within this time, ms. */
  readonly since: number | undefined;
  /** Instead of `store.path` of the config. */
  readonly store: string | undefined;
  readonly json: boolean;
}

/** Only reads; works while the bridge runs. Throws `UserError` when there is nothing to record. */
export function recordCommand(options: RecordOptions, io: Io): ExitCode {
  const { config, redact } = requireConfig(options.config, io, { standsIn: true });
  const path = options.store === undefined ? config.store.path : resolve(options.store);
  const announcements = stored(path, options, io);
  if (announcements.length === 0)
    throw new UserError(
      `The store ${path} has no announcements${options.since === undefined ? '' : ' of this time'}.`,
    );
  const feeds = config.rules.some(({ match }) => match.feed !== undefined) ? config.feeds : [];
  const tables = watchedTables(config.liveTables);
  const tests = recordedTests(announcements, {
    config: { ...compileConfig({ ...config, tableOf: tables.tableOf }), redact },
    tables,
    feeds: new Set(feeds.map(({ name }) => name)),
    taken: config.tests.map(({ name }) => name),
  });
  io.print(options.json ? jsonText({ tests }) : testsText(tests));
  return FINE;
}

/** Oldest first. */
function stored(path: string, { record, since }: RecordOptions, io: Io): readonly Announcement[] {
  using database = openStoreFile(path, true, leftOut(io));
  try {
    const sinceMs = since === undefined ? 0 : bridgeNowMs(database, io.clock.wallMs()) - since;
    return latestNews(database, { limit: record, sinceMs }).toReversed();
  } catch (error) {
    throw storeErrorOf(error, path);
  }
}

function testsText(tests: readonly RecordedTest[]): string {
  const document = new Document({ tests: tests.map((test) => literally(test)) });
  visit(document, {
    Pair: (_, { value }) => {
      if (isSeq(value) && !value.items.some((item) => isMap(item))) value.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false }).trimEnd();
}

/** The words of an exchange are no reference to a variable. */
function literally(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(literally);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literally(inner)]));
}
