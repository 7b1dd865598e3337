/** A row of `intake` as short as it can be: what is in it, and that the next life reads all the rest again. */
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Dedupe } from '../../src/dedupe.ts';
import { Intake } from '../../src/intake.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import type { Recorded } from '../../src/outbox/outbox.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { announcementAt } from '../support/outbox.ts';
import { runs } from '../support/properties.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const quiet = () => undefined;

function storeIn(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  return database;
}

interface Route {
  readonly rule: string;
  readonly destination: string;
  /** One delivery for each; none: one for all. */
  readonly tickers?: readonly string[];
  readonly maxTickers?: number;
}

/** As intake hands it over when it has read this. */
function taken(title: string, routes: readonly Route[]): Recorded {
  let recorded: Recorded | undefined;
  const intake = new Intake(
    {
      ids: createIds(() => 0.5),
      dedupe: new Dedupe(60_000),
      journal: {
        recordAll: ([first]) => {
          recorded = first;
        },
        settle: quiet,
      },
      nextTurn: quiet,
      events: { received: quiet, duplicate: quiet, skipped: quiet },
    },
    {
      router: {
        route: () => ({
          rules: [],
          matches: routes.map(({ tickers = [], ...route }) => ({
            ...{ template: route.rule || undefined, tickers, ...route },
          })),
        }),
        explain: () => [],
        explaining: () => [],
      },
      targets: new Map(
        routes.map(({ rule, destination, tickers, maxTickers }) => [
          destination,
          {
            ...{ takesOrders: false, forEachTicker: tickers !== undefined, push: quiet },
            ...(tickers !== undefined && maxTickers !== undefined && { maxTickers }),
            maxAgeMs: rule === '' ? (false as const) : 60_000,
          },
        ]),
      ),
    },
  );
  intake.accept({ ...announcementAt(title.length, NOW_MS), title });
  if (recorded === undefined) throw new Error('nothing on record');
  return recorded;
}

test('names that follow from the occurrence are not in the row, and are the same in the next life', () => {
  const ticker = fc.oneof(
    fc.constantFrom('ABC', 'abc', 'ＡＢＣ', 'x\ud800', 'x\ud801', 'x\ufffd', ''),
    fc.string({ unit: 'binary' }),
  );
  const route = fc.record(
    {
      rule: fc.constantFrom('', 'all', 'some'),
      destination: fc.oneof(
        fc.constantFrom('bot', 'chat', '\ud800', '\ufffd'),
        fc.string({ unit: 'binary' }),
      ),
      tickers: fc.uniqueArray(ticker, { maxLength: 6 }),
      maxTickers: fc.nat({ max: 4 }),
    },
    { requiredKeys: ['rule', 'destination'] },
  );
  const rows = (database: DatabaseSync) => database.prepare('SELECT * FROM deliveries ORDER BY id').all();
  fc.assert(
    fc.property(fc.uniqueArray(route, { maxLength: 8, selector: (one) => one.destination }), (routes) => {
      const recorded = taken('ABC', routes);
      using direct = storeIn();
      new SqliteOutbox(direct).recordAll([recorded]);
      using killed = storeIn();
      new SqliteOutbox(killed).intake(1, [recorded]);
      const { body } = killed.prepare('SELECT body FROM intake').get() ?? {};
      const isCapped = routes.some(({ tickers, maxTickers = 6 }) => (tickers?.length ?? 0) > maxTickers);
      for (const { id } of recorded.deliveries) expect(String(body).includes(id)).toBe(isCapped);
      void new SqliteOutbox(killed);
      expect(rows(killed)).toEqual(rows(direct));
    }),
    { numRuns: runs(300) },
  );
});

test('a wide announcement is a short row: of each delivery the name of its destination, and nothing more', () => {
  using database = storeIn();
  const outbox = new SqliteOutbox(database);
  const [narrow, wide] = [1, 1001].map((count, row) => {
    const routes = Array.from({ length: count }, (_, n) => ({ rule: 'all', destination: `d${n + 1000}` }));
    outbox.intake(row, [taken('ABC', routes)]);
    const written = database.prepare('SELECT length(body) AS length FROM intake WHERE id = ?').get(row);
    return Number(written?.['length']);
  }) as [number, number];
  expect(wide - narrow).toBe(1000 * '"d1000",'.length);
});
