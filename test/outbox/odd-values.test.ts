/** Whatever a receiver answers, the feed brings, or a bug of ours makes of it: one odd value costs nothing but itself. */
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RaisedAlert } from '../../src/alert.ts';
import type { Announcement } from '../../src/announcement.ts';
import { type Content, newsOf } from '../../src/delivery/content.ts';
import type { AttemptRecord, Delivery } from '../../src/delivery/delivery.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { listDeliveries } from '../../src/outbox/pages.ts';
import { findDelivery } from '../../src/outbox/queries.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';
import { runs } from '../support/properties.ts';

const BASE_MS = Date.UTC(2026, 0, 1);

class Bench implements Disposable {
  readonly clock = new FakeClock(BASE_MS);
  readonly database = new DatabaseSync(':memory:');
  readonly said: string[] = [];
  readonly outbox: SqliteOutbox;
  readonly journal: Journal;

  constructor(wrap = (outbox: SqliteOutbox) => outbox) {
    migrate(this.database);
    this.outbox = wrap(new SqliteOutbox(this.database));
    this.journal = new Journal(this.outbox, this.clock, {
      written: () => undefined,
      broken: (message) => this.said.push(`broken ${message}`),
      refused: (what) => this.said.push(`refused ${what}`),
      mended: () => this.said.push('mended'),
      usable: () => undefined,
      held: () => [],
    });
  }

  states(): Map<string, string> {
    this.journal.flush();
    const all = { state: undefined, destination: undefined, sinceMs: 0 };
    return new Map(listDeliveries(this.database, all).map(({ delivery, state }) => [delivery.id, state]));
  }

  [Symbol.dispose](): void {
    this.clock.forget();
    this.database.close();
  }
}

const circular: Record<string, unknown> = {};
circular['self'] = circular;

const odd = fc.oneof(
  fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e300, 5e-324),
  fc.constantFrom<unknown>(
    0.5,
    2 ** 53,
    2 ** 63,
    -(2 ** 63) - 1,
    10n ** 30n,
    3n,
    null,
    undefined,
    true,
    Symbol('odd'),
  ),
  fc.constantFrom<unknown>(
    '',
    'a\0b',
    '\ud800',
    'x\udfff\ud83d',
    'BAD_GATEWAY',
    '200',
    circular,
    [[]],
    () => 1,
  ),
  fc.constantFrom<unknown>(new Date(Number.NaN), new Map([[1, 2]]), Buffer.from([0, 255]), new Error('odd'), {
    a: 1n,
  }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.object({ maxDepth: 3, withBigInt: true, withNullPrototype: true }),
  fc.double(),
);

/** `count` announcements of which the one in the middle is odd; then all of them are settled, and more come. */
function lives(
  bench: Bench,
  change: (carried: Announcement | RaisedAlert, delivery: Delivery, attempt: AttemptRecord) => void,
  isAlert = false,
) {
  const recorded = Array.from({ length: 3 }, (_, ordinal) => {
    const announcement = announcementAt(ordinal, BASE_MS);
    if (isAlert && ordinal === 1) return alertLike(announcement);
    return { content: newsOf(announcement), deliveries: deliveriesOf(announcement, 'bot') };
  });
  const attempts = recorded.map(({ deliveries: [delivery] }) => attemptOf(delivery as Delivery));
  const [middle, attempt] = [recorded[1], attempts[1]];
  if (middle?.deliveries[0] === undefined || attempt === undefined) throw new Error('there are three');
  const good = [recorded[0], recorded[2]].map((one) => one?.deliveries[0]?.id ?? '');
  const { content } = middle;
  change(content.kind === 'alert' ? content.alert : content.announcement, middle.deliveries[0], attempt);
  bench.journal.recordAll(recorded);
  for (const one of attempts) bench.journal.settle(one);
  bench.journal.flush();
  return good;
}

/** An alert in the place of that announcement. */
function alertLike({ id, receivedMs: raisedMs }: Announcement) {
  const alert = { severity: 'warning', headline: 'x', paragraphs: ['y'], data: {}, id, raisedMs } as const;
  const content: Content = { kind: 'alert', alert };
  return {
    content,
    deliveries: deliveriesOf(announcementAt(1, BASE_MS), 'bot').map((one) => ({ ...one, content })),
  };
}

const FIELDS = {
  alert: ['severity', 'headline', 'paragraphs', 'data', 'raisedMs'],
  attempt: [
    'attempt',
    'startedMs',
    'durationMs',
    'outcome',
    'status',
    'detail',
    'reason',
    'notBeforeMs',
    'plain',
    'begunMs',
    'deliveryId',
  ],
  delivery: ['id', 'rule', 'template', 'ticker', 'importance', 'expiresAtMs', 'destination'],
  announcement: [
    'title',
    'tickers',
    'publisher',
    'listingType',
    'receivedMs',
    'publishTimestampUs',
    'detectedTimestampUs',
    'receivedTimestampUs',
    'extra',
    'ageAtReceiptMs',
    'redacted',
    'feed',
  ],
} as const;
const anyField = fc.constantFrom(
  ...Object.entries(FIELDS).flatMap(([part, names]) => names.map((name) => [part, name] as const)),
);

test('regression: no value of any field changes what is written of others, or keeps the journal from going on', () => {
  fc.assert(
    fc.property(anyField, odd, ([part, name], value) => {
      using bench = new Bench();
      const good = lives(
        bench,
        (carried, delivery, attempt) => {
          const target: object = part === 'attempt' ? attempt : part === 'delivery' ? delivery : carried;
          Object.assign(target, { [name]: value });
        },
        part === 'alert',
      );
      expect(bench.journal.fault).toBeUndefined();
      expect(bench.said.filter((line) => !line.startsWith('refused'))).toEqual([]);
      const states = bench.states();
      for (const id of good) expect(states.get(id)).toBe('delivered');
      // And the journal is not behind.
      const next = announcementAt(9, BASE_MS);
      const deliveries = deliveriesOf(next, 'bot');
      bench.journal.record(newsOf(next), deliveries);
      expect(bench.states().get(deliveries[0]?.id ?? '')).toBe('pending');
    }),
    { numRuns: runs(1500) },
  );
});

test.each([
  ['status', 'BAD_GATEWAY'],
  ['status', 1e300],
  ['detail', { description: 'no' }],
  ['durationMs', Number.NaN],
  ['attempt', 1.5],
])(
  'regression: an order that was delivered is on record as delivered, though its %s is %j',
  (name, value) => {
    using bench = new Bench();
    lives(bench, (_, __, attempt) => Object.assign(attempt, { [name]: value }));
    expect(bench.said).toEqual([]);
    expect([...bench.states().values()]).toEqual(['delivered', 'delivered', 'delivered']);
  },
);

test('what is odd about an attempt is left out of its row, the rest is there', () => {
  using bench = new Bench();
  lives(bench, (_, __, attempt) => Object.assign(attempt, { status: 'BAD', detail: 'a\0b\ud800' }));
  const [id] = [...bench.states().keys()].slice(1);
  expect(findDelivery(bench.database, id ?? '')?.attempts).toMatchObject([
    { status: undefined, detail: 'a\0b\ufffd', outcome: 'delivered' },
  ]);
});

test('a title of a megabyte, a deep tree and absurd times are kept as they are', () => {
  using bench = new Bench();
  const deep = Array.from({ length: 500 }).reduce((inner) => ({ inner }), 1);
  lives(bench, (announcement) =>
    Object.assign(announcement, { title: 'x'.repeat(1 << 20), extra: { deep }, publishTimestampUs: 1e300 }),
  );
  expect(bench.said).toEqual([]);
  expect(bench.outbox.owed('bot', 10)).toEqual([]);
  expect([...bench.states().values()]).toEqual(['delivered', 'delivered', 'delivered']);
});

test('an end that is no number is over, not never', () => {
  using bench = new Bench();
  const announcement = announcementAt(1, BASE_MS);
  const [delivery] = deliveriesOf(announcement, 'bot');
  bench.journal.record(newsOf(announcement), [{ ...(delivery as Delivery), expiresAtMs: Number.NaN }]);
  bench.journal.flush();
  expect(bench.outbox.owed('bot', 1)[0]?.delivery.expiresAtMs).toBe(0);
});

test('odd pauses, and odd things that were learnt', () => {
  using bench = new Bench();
  fc.assert(
    fc.property(odd, odd, (key, value) => {
      bench.journal.pause(key as string, value as number);
      bench.journal.learn(key as string, value as string);
      expect(bench.journal.fault).toBeUndefined();
    }),
    { numRuns: runs(500) },
  );
  bench.journal.learn('chat', '-1001');
  expect(bench.outbox.recover(0, 0).learnt.get('chat')).toBe('-1001');
});

/** A store that takes everything but what names POISON. */
const refusing = (outbox: SqliteOutbox) =>
  new Proxy(outbox, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        if (JSON.stringify(given).includes('POISON'))
          throw Object.assign(new Error('cannot store TEXT value in INTEGER column'), { errcode: 3091 });
        return member.apply(target, given);
      };
    },
  });

test('regression: what a working store refuses is set aside, counted and told once; the rest is written, and nothing is tried again', async () => {
  using bench = new Bench(refusing);
  const good = lives(bench, (_, __, attempt) => Object.assign(attempt, { detail: 'POISON' }));
  expect(bench.said).toEqual([expect.stringMatching(/^refused the attempt of delivery /)]);
  expect(bench.journal.fault).toBeUndefined();
  for (const id of good) expect(bench.states().get(id)).toBe('delivered');
  await bench.clock.advance(60_000);
  expect(bench.said).toHaveLength(1);
});

test.each([
  ['its row, for what it says', "NEW.detail = 'POISON'", 1],
  ['its row, whatever it says', "NEW.delivery_id LIKE '%1000000-0'", 0],
])(
  'regression: a delivery whose attempt the store refuses is not sent again in the next life: %s',
  (_, condition, rows) => {
    using bench = new Bench();
    bench.database.exec(
      `CREATE TRIGGER refuses BEFORE INSERT ON attempts WHEN ${condition} BEGIN SELECT RAISE(ABORT, 'refused'); END`,
    );
    lives(bench, (__, ___, attempt) => Object.assign(attempt, { detail: 'POISON' }));
    expect([...bench.states().values()]).toEqual(['delivered', 'delivered', 'delivered']);
    expect(bench.outbox.owed('bot', 10)).toEqual([]);
    const [id] = [...bench.states().keys()].slice(1);
    expect(findDelivery(bench.database, id ?? '')?.attempts).toHaveLength(rows);
    expect(bench.said).toEqual([`refused the attempt of delivery ${id}`]);
  },
);

test('regression: that an order may have left is on record though the row of its attempt is refused', () => {
  using bench = new Bench();
  bench.database.exec(
    `CREATE TRIGGER refuses BEFORE INSERT ON attempts BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  );
  const announcement = announcementAt(1, BASE_MS);
  const [delivery] = deliveriesOf(announcement, 'bot');
  bench.journal.record(newsOf(announcement), [delivery as Delivery]);
  bench.journal.begin(attemptOf(delivery as Delivery, { state: 'pending', begunMs: BASE_MS + 2 }));
  bench.journal.flush();
  expect(bench.outbox.owed('bot', 1)[0]?.begunMs).toBe(BASE_MS + 2);
});

test('regression: the same with an announcement, in a burst, and after a fault that passed', async () => {
  let isBroken = false;
  using bench = new Bench((outbox) => {
    const inner = refusing(outbox);
    return new Proxy(inner, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          if (isBroken) throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
          return member.apply(target, given);
        };
      },
    });
  });
  isBroken = true;
  const good = lives(bench, (announcement) => Object.assign(announcement, { title: 'POISON' }));
  isBroken = false;
  await bench.clock.advance(5000);
  expect(bench.journal.fault).toBeUndefined();
  expect(bench.said).toEqual([
    'broken disk I/O error',
    expect.stringMatching(/^refused announcement /),
    'mended',
  ]);
  for (const id of good) expect(bench.states().get(id)).toBe('delivered');
});
