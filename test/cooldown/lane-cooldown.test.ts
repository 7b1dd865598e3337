/** Cooldowns in the lanes: one arrival of a kind, whatever becomes of the first, whenever the process dies. */
import { describe, expect, test } from 'vitest';
import { originOf } from '../../src/delivery/content.ts';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { discardDeliveries, retryDeliveries } from '../../src/outbox/queries.ts';
import { LaneBench } from '../support/lane-bench.ts';

const HOUR = 3_600_000;
const delivered: Outcome = { kind: 'delivered' };
const busy: Outcome = { kind: 'retry', reason: 'server_error' };
const refused: Outcome = { kind: 'reject', reason: 'message_refused', scope: 'message' };
const OPTIONS = { forEach: 'ticker', maxAge: '10m', retry: { minDelay: '10s', maxDelay: '10s' } };

function benchWith(options: object = {}): LaneBench {
  const bench = new LaneBench({ bot: { options: { ...OPTIONS, ...options } } });
  bench.cool({ by: 'ticker', forMs: 24 * HOUR });
  return bench;
}

const order = (bench: LaneBench, title: string, ticker = 'ABC') =>
  bench.announce(title, 1, ['bot'], [ticker]);
/** The oldest first. */
const endsOf = (bench: LaneBench) =>
  bench
    .rows()
    .map(({ state, reason }) => (reason === undefined ? state : `${state} ${reason}`))
    .toReversed();

test('each ticker once within the time, by receipt; what is held back does not prolong it', async () => {
  using bench = benchWith();
  order(bench, 'first');
  await bench.clock.advance(HOUR);
  order(bench, 'second');
  order(bench, 'other', 'XYZ');
  await bench.clock.advance(23 * HOUR - 1);
  order(bench, 'third');
  await bench.clock.advance(1);
  order(bench, 'fourth');
  await bench.clock.advance(1);
  expect(bench.titles()).toEqual(['first', 'other', 'fourth']);
  expect(bench.said).toEqual(['skipped bot second', 'skipped bot third']);
  const [first, ...held] = bench
    .rows()
    .toReversed()
    .filter(({ delivery }) => delivery.ticker === 'ABC');
  const announcementId = first === undefined ? '' : originOf(first.delivery.content).id;
  const cooldown = { rule: 'all', kind: 'ABC', announcementId };
  expect(held.flatMap(({ heldBy }) => heldBy ?? [])).toMatchObject([cooldown, cooldown]);
});

test('a ticker is the same in whatever letters it is written', async () => {
  using bench = benchWith();
  order(bench, 'first', 'ABC');
  order(bench, 'second', 'abc');
  order(bench, 'third', 'ＡＢＣ');
  await bench.clock.advance(1);
  expect(bench.titles()).toEqual(['first']);
});

test('a wall clock that is set neither ends one nor prolongs it', async () => {
  using bench = benchWith();
  order(bench, 'first');
  await bench.clock.advance(HOUR);
  bench.clock.stepWall(48 * HOUR);
  order(bench, 'second');
  bench.clock.stepWall(-96 * HOUR);
  await bench.clock.advance(23 * HOUR);
  order(bench, 'third');
  await bench.clock.advance(1);
  expect(bench.titles()).toEqual(['first', 'third']);
});

describe('while the fate of the first is open the second waits for it', () => {
  test.each<[string, Outcome | undefined, readonly string[], readonly string[]]>([
    ['arrives', delivered, ['first'], ['delivered', 'skipped cooldown']],
    ['is refused', refused, ['first', 'second'], ['dead message_refused', 'delivered']],
    [
      'may have arrived',
      { kind: 'ambiguous', reason: 'timeout' },
      ['first', 'first'],
      ['delivered', 'skipped cooldown'],
    ],
  ])('%s', async (_name, answer, sent, ends) => {
    using bench = benchWith();
    bench.tookMs = 1000;
    bench.answer = ({ title, attempt }) => (title === 'first' && attempt === 1 ? answer : delivered);
    order(bench, 'first');
    await bench.clock.advance(500);
    order(bench, 'second');
    expect(endsOf(bench)).toEqual(['pending', 'pending']);
    await bench.clock.advance(30_000);
    expect(bench.titles()).toEqual(sent);
    expect(endsOf(bench)).toEqual(ends);
  });

  test('one that expires without a request that may have arrived gives its place to the next', async () => {
    using bench = benchWith();
    bench.answer = () => busy;
    order(bench, 'first');
    await bench.clock.advance(9 * 60_000);
    order(bench, 'second');
    order(bench, 'third');
    await bench.clock.advance(59_999);
    bench.answer = () => delivered;
    await bench.clock.advance(30_000);
    expect(bench.titles().filter((title) => title !== 'first')).toEqual(['second']);
    expect(endsOf(bench)).toEqual(['expired max_age', 'delivered', 'skipped cooldown']);
  });

  test('the end of another trouble of the destination does not release it', async () => {
    using bench = benchWith({ concurrency: 1 });
    bench.tookMs = 3000;
    bench.answer = ({ title }) => (title === 'first' ? busy : delivered);
    order(bench, 'first');
    await bench.clock.advance(1);
    order(bench, 'second');
    for (const n of [1, 2, 3, 4]) order(bench, `other ${n}`, `T${n}`);
    await bench.clock.advance(60_000);
    expect(bench.titles()).not.toContain('second');
    bench.answer = () => delivered;
    await bench.clock.advance(60_000);
    expect(bench.titles()).not.toContain('second');
    expect(endsOf(bench).slice(0, 2)).toEqual(['delivered', 'skipped cooldown']);
  });

  test('nor while the first has no answer yet and the others, which failed, are taken again', async () => {
    using bench = benchWith({ concurrency: 4, timeout: '60s' });
    bench.answer = ({ title }) => (title === 'first' ? undefined : busy);
    order(bench, 'first');
    await bench.clock.advance(1);
    order(bench, 'second');
    for (const n of [1, 2, 3]) order(bench, `other ${n}`, `T${n}`);
    await bench.clock.advance(5000);
    expect(bench.lane('bot').status.slowed).toBeDefined();
    bench.answer = ({ title }) => (title === 'first' ? undefined : delivered);
    await bench.clock.advance(45_000);
    expect(bench.lane('bot').status.slowed).toBeUndefined();
    expect(endsOf(bench)).toEqual(['pending', 'pending', ...Array(3).fill('delivered')]);
    expect(bench.titles()).not.toContain('second');
  });

  test('when the second leaves, the store has it that the first failed, also if somebody changed the store just then', async () => {
    using bench = benchWith();
    bench.tookMs = 1000;
    const stored: unknown[] = [];
    bench.answer = ({ title }) => {
      if (title === 'first') return refused;
      stored.push(...bench.database.prepare('SELECT state FROM deliveries ORDER BY id').all());
      return undefined;
    };
    // In the same moment as the answer, and before it.
    bench.clock.after(1000, () => bench.reconcile());
    order(bench, 'first');
    await bench.clock.advance(500);
    order(bench, 'second');
    await bench.clock.advance(500);
    expect(bench.titles()).toEqual(['first', 'second']);
    expect(stored).toEqual([{ state: 'dead' }, { state: 'pending' }]);
  });

  test('one that a person cancels gives its place to the next; one requested again is sent', async () => {
    using bench = benchWith();
    bench.answer = () => busy;
    order(bench, 'first');
    await bench.clock.advance(1);
    order(bench, 'second');
    const [second, first] = bench.rows().map(({ delivery }) => delivery.key ?? delivery.id);
    bench.answer = () => delivered;
    discardDeliveries(bench.database, [first ?? ''], bench.nowMs);
    bench.reconcile();
    await bench.clock.advance(1000);
    expect(endsOf(bench)).toEqual(['skipped discarded', 'delivered']);
    expect(second).toBeDefined();
    order(bench, 'third');
    const [third] = bench.rows().map(({ delivery }) => delivery.key ?? delivery.id);
    retryDeliveries(bench.database, [third ?? ''], bench.clock.monotonicMs());
    bench.reconcile();
    await bench.clock.advance(1000);
    expect(endsOf(bench)).toEqual(['skipped discarded', 'delivered', 'delivered']);
  });
});

test('one that may have arrived and is given up then counts, also after a restart', async () => {
  using bench = benchWith({ timeout: '1s', retry: { attempts: 1 } });
  bench.answer = () => undefined;
  order(bench, 'first');
  await bench.clock.advance(6000);
  bench.answer = () => delivered;
  order(bench, 'second');
  await bench.clock.advance(1000);
  await bench.endInOrder();
  order(bench, 'third');
  await bench.clock.advance(1000);
  expect(bench.titles()).toEqual(['first']);
  expect(endsOf(bench).map((end) => end.split(' ')[0])).toEqual(['dead', 'skipped', 'skipped']);
});

describe('a process that dies', () => {
  const KILLS = ['before the answer', 'after the answer', 'after all is written'] as const;

  test.each(KILLS)('%s: the first counts, and a restart never lets out the second', async (when) => {
    using bench = benchWith();
    bench.tookMs = 1000;
    order(bench, 'first');
    await bench.clock.advance(when === 'before the answer' ? 500 : 1000);
    order(bench, 'second');
    if (when === 'after all is written') {
      await bench.clock.advance(1);
      bench.journal.flush();
    }
    bench.kill();
    await bench.clock.advance(5000);
    order(bench, 'third');
    await bench.clock.advance(5000);
    expect(new Set(bench.titles())).toEqual(new Set(['first']));
    expect(endsOf(bench)).toEqual(['delivered', 'skipped cooldown', 'skipped cooldown']);
  });

  test('the first was on the wire and is too old afterwards: it may have arrived', async () => {
    using bench = benchWith({ maxAge: '5s' });
    bench.answer = () => undefined;
    order(bench, 'first');
    await bench.clock.advance(4000);
    bench.clock.stall(2000);
    bench.kill();
    bench.answer = () => delivered;
    order(bench, 'second');
    await bench.clock.advance(1000);
    expect(bench.titles()).toEqual(['first']);
    expect(endsOf(bench)).toEqual(['expired max_age', 'skipped cooldown']);
  });

  test('the first was refused, and the second on the wire, at its death: the second goes again and no other', async () => {
    using bench = benchWith();
    bench.tookMs = 1000;
    bench.answer = ({ title }) => (title === 'first' ? refused : undefined);
    order(bench, 'first');
    order(bench, 'second');
    await bench.clock.advance(1001);
    expect(bench.titles()).toEqual(['first', 'second']);
    bench.kill();
    bench.answer = () => delivered;
    await bench.clock.advance(5000);
    expect(bench.titles()).toEqual(['first', 'second', 'second']);
    expect(endsOf(bench)).toEqual(['dead message_refused', 'delivered']);
  });

  test('an end in order: one that had not left gives its place to the next if it fails, one that was cut does not', async () => {
    for (const isCut of [false, true]) {
      using bench = benchWith({ maxAge: '60s' });
      bench.answer = () => (isCut ? undefined : busy);
      order(bench, 'first');
      await bench.clock.advance(50);
      await bench.endInOrder();
      bench.answer = () => busy;
      await bench.clock.advance(59_000);
      order(bench, 'second');
      await bench.clock.advance(5000);
      bench.answer = () => delivered;
      await bench.clock.advance(15_000);
      expect(endsOf(bench)).toEqual(['expired max_age', isCut ? 'skipped cooldown' : 'delivered']);
    }
  });

  test('an end in order is one for the next process only', async () => {
    using bench = benchWith({ maxAge: '5s' });
    await bench.endInOrder();
    bench.answer = () => undefined;
    order(bench, 'first');
    await bench.clock.advance(1000);
    bench.clock.stall(5000);
    bench.kill();
    bench.answer = () => delivered;
    order(bench, 'second');
    await bench.clock.advance(1000);
    expect(bench.titles()).toEqual(['first']);
    expect(endsOf(bench)[1]).toBe('skipped cooldown');
  });
});

describe('a reload', () => {
  test('what a rule has sent before it had a cooldown counts, also what waits', async () => {
    using bench = benchWith();
    bench.cool(undefined);
    order(bench, 'first');
    await bench.clock.advance(HOUR);
    bench.cool({ by: 'ticker', forMs: 24 * HOUR });
    order(bench, 'second');
    await bench.clock.advance(1);
    expect(bench.titles()).toEqual(['first']);
  });

  test('a longer or shorter `for` counts from the same moment on', async () => {
    using bench = benchWith();
    bench.cool({ by: 'ticker', forMs: HOUR });
    order(bench, 'first');
    await bench.clock.advance(2 * HOUR);
    bench.cool({ by: 'ticker', forMs: 24 * HOUR });
    order(bench, 'second');
    await bench.clock.advance(1);
    bench.cool({ by: 'ticker', forMs: HOUR });
    order(bench, 'third');
    await bench.clock.advance(1);
    expect(bench.titles()).toEqual(['first', 'third']);
  });

  test('a longer `for` reaches back to what a process did not look up at its start', async () => {
    using bench = benchWith();
    bench.cool({ by: 'ticker', forMs: HOUR });
    order(bench, 'first');
    await bench.clock.advance(2 * HOUR);
    await bench.endInOrder();
    bench.cool({ by: 'ticker', forMs: 24 * HOUR });
    order(bench, 'second');
    await bench.clock.advance(1);
    expect(bench.titles()).toEqual(['first']);
  });

  test('by another kind', async () => {
    using bench = benchWith();
    order(bench, 'first');
    bench.cool({ by: 'rule', forMs: HOUR });
    order(bench, 'second', 'XYZ');
    await bench.clock.advance(1);
    expect(bench.titles()).toEqual(['first']);
  });

  test('without it, those that waited go', async () => {
    using bench = benchWith();
    bench.answer = () => busy;
    order(bench, 'first');
    order(bench, 'second');
    await bench.clock.advance(1);
    bench.answer = () => delivered;
    bench.cool(undefined);
    await bench.clock.advance(20_000);
    expect(new Set(bench.titles())).toEqual(new Set(['first', 'second']));
  });
});

test('those of one announcement do not hold each other back, by rule and by title', async () => {
  for (const by of ['rule', 'title'] as const) {
    using bench = benchWith();
    bench.cool({ by, forMs: HOUR });
    bench.announce('same', 1, ['bot'], ['ABC', 'XYZ']);
    await bench.clock.advance(1);
    bench.announce('same', 1, ['bot'], ['DEF']);
    await bench.clock.advance(1);
    expect(bench.sends).toHaveLength(2);
  }
});

test('what several announcements had is told apart after a restart', async () => {
  using bench = benchWith();
  bench.cool({ by: 'title', forMs: HOUR });
  bench.announce('one', 1, ['bot'], ['ABC', 'XYZ']);
  await bench.clock.advance(1);
  bench.announce('two', 1, ['bot'], ['ABC', 'XYZ']);
  await bench.clock.advance(1);
  await bench.endInOrder();
  for (const title of ['one', 'two', 'three']) {
    order(bench, title);
    await bench.clock.advance(1);
  }
  expect(bench.titles()).toEqual(['one', 'one', 'two', 'two', 'three']);
});

test('a dry run starts none', async () => {
  using bench = benchWith({ dryRun: true });
  order(bench, 'first');
  bench.reload('bot', { options: OPTIONS });
  order(bench, 'second');
  await bench.clock.advance(1);
  expect(bench.titles()).toEqual(['second']);
});

test('regression: a rule that is renamed while a second waits behind the first lets none out', async () => {
  using bench = benchWith();
  bench.answer = ({ attempt }) => (attempt === 1 ? busy : delivered);
  order(bench, 'first');
  await bench.clock.advance(500);
  order(bench, 'second');
  bench.cool({ by: 'ticker', forMs: 24 * HOUR }, 'renamed');
  await bench.clock.advance(60_000);
  expect(bench.titles()).toEqual(['first', 'first']);
  expect(endsOf(bench)).toEqual(['delivered', 'skipped cooldown']);
});
