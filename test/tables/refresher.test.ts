/** When tables are fetched, and what becomes of each answer. */
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/matching/text.ts';
import { LiveTable } from '../../src/tables/live-table.ts';
import { urlTableOptions } from '../../src/tables/options.ts';
import { PackedTable } from '../../src/tables/packed.ts';
import { Refresher } from '../../src/tables/refresher.ts';
import { tableState } from '../../src/tables/table-state.ts';
import type { ThreadAnswer, ThreadTask } from '../../src/tables/thread.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;

const rowsOf = (...keys: readonly string[]): ThreadAnswer => {
  const rows = new Map(keys.map((key) => [fold(key), key]));
  return {
    kind: 'rows',
    bytes: PackedTable.of(rows).bytes,
    asOfMs: 0,
    duplicates: { count: 0, examples: [] },
    unusable: 0,
    etag: `"${keys.length}"`,
  };
};
const failed = (fault: string, more: object = {}): ThreadAnswer => ({ kind: 'failed', fault, ...more });

class Bench {
  readonly clock = new FakeClock();
  readonly asked: { readonly atMs: number; readonly task: ThreadTask }[] = [];
  readonly said: string[] = [];
  answer: () => ThreadAnswer = () => rowsOf('ABC');
  readonly refresher: Refresher;
  readonly open: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.open = resolve;
    this.refresher = new Refresher({
      clock: this.clock,
      random: () => 0.5,
      fetch: (task) => {
        this.asked.push({ atMs: this.clock.truthMs, task });
        const answer = this.answer();
        return Promise.resolve(
          answer.kind === 'failed' ? answer : { ...answer, asOfMs: this.clock.wallMs() },
        );
      },
      events: {
        refreshed: (table, rows) => this.said.push(`${table} has ${rows}`),
        odd: (table, remarks) => this.said.push(`${table}: ${remarks.join(', ')}`),
        failed: (table, fault) => this.said.push(`${table}: ${fault}`),
      },
      ...{ folder: '/nowhere', userAgent: 'test', turn: promise },
    });
  }

  table(changes: object = {}) {
    const options = urlTableOptions.parse({ url: 'https://x.test/list', refresh: '10m', ...changes });
    const live = new LiveTable('t', { kind: 'url', address: 'https://x.test/list' }, () =>
      this.clock.wallMs(),
    );
    return { options, live };
  }

  apply(table = this.table()) {
    this.refresher.apply(new Map([['t', table]]));
    return table;
  }

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  get times() {
    const [first = { atMs: 0 }] = this.asked;
    return this.asked.map(({ atMs }) => Math.round((atMs - first.atMs) / 1000));
  }
}

describe('a table from an address', () => {
  test('is fetched when the feeds have had their turn, then every refresh, asking for what is new', async () => {
    const bench = new Bench();
    const { live } = bench.apply();
    await bench.pass(MINUTE);
    expect(bench.asked).toEqual([]);
    expect(live.has('abc')).toBe(false);
    bench.open();
    await bench.pass(25 * MINUTE);
    expect(bench.times).toEqual([0, 600, 1200]);
    expect(live.get('abc')).toBe('ABC');
    expect(bench.asked.map(({ task }) => task.validators?.etag)).toEqual([undefined, '"1"', '"1"']);
  });

  test('unchanged rows are new rows', async () => {
    const bench = new Bench();
    const { live } = bench.apply();
    bench.open();
    await bench.pass(1000);
    bench.answer = () => ({ kind: 'unchanged', asOfMs: 0 });
    await bench.pass(10 * MINUTE + 30_000);
    expect(live.ageMs).toBeLessThan(MINUTE);
    expect(live.has('abc')).toBe(true);
  });

  test('after a failure it is tried soon, ever more slowly, and the rows stay', async () => {
    const bench = new Bench();
    const { live, options } = bench.apply();
    bench.open();
    await bench.pass(1000);
    bench.answer = () => failed('answers 500');
    await bench.pass(40 * MINUTE);
    const waits = bench.times.slice(2).map((time, index) => time - (bench.times[index + 1] ?? 0));
    expect(waits.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(150);
    expect(live.has('abc')).toBe(true);
    expect(tableState(live, options)).toMatchObject({ rows: 1, fault: 'answers 500', isStale: true });
    expect(live.describe()).toBe('https://x.test/list, 1 row, 40m old');
    bench.answer = () => rowsOf('ABC', 'DEF');
    await bench.pass(5 * MINUTE);
    expect(tableState(live, options)).toMatchObject({ rows: 2, fault: undefined, isStale: false });
  });

  test('the time that the server asks for is kept', async () => {
    const bench = new Bench();
    bench.answer = () => failed('answers 429', { retryAfterMs: 7 * MINUTE });
    const { live, options } = bench.apply();
    bench.open();
    await bench.pass(8 * MINUTE);
    expect(bench.times).toEqual([0, 420]);
    expect(tableState(live, options)).toMatchObject({
      rows: undefined,
      fault: 'answers 429',
      isStale: false,
    });
  });

  test('keys that come again are told once, with an example, and again when they are others', async () => {
    const bench = new Bench();
    const withDuplicates = (count: number) => () =>
      ({
        ...rowsOf('ABC'),
        duplicates: { count, examples: [{ key: 'ABC', counts: 'ABCUSDT', ignored: `x\n${'y'.repeat(99)}` }] },
        unusable: 1,
      }) as ThreadAnswer;
    bench.answer = withDuplicates(2);
    bench.apply();
    bench.open();
    await bench.pass(25 * MINUTE);
    bench.answer = withDuplicates(3);
    await bench.pass(10 * MINUTE);
    const remark = (count: number) =>
      `t: ${count} keys come again with another value: the first counts (ABC is ABCUSDT, not x␊${'y'.repeat(38)}…; …), ` +
      '1 row has no key or no value, and is left out';
    expect(bench.said.filter((said) => !said.includes('has 1'))).toEqual([remark(2), remark(3)]);
    bench.answer = () => rowsOf('ABC');
    await bench.pass(20 * MINUTE);
    expect(bench.said.at(-1)).toBe('t has 1');
  });

  test('far fewer rows are believed when they have come three times', async () => {
    const bench = new Bench();
    bench.answer = () => rowsOf(...Array.from({ length: 10 }, (_, n) => `T${n}`));
    const { live } = bench.apply();
    bench.open();
    await bench.pass(1000);
    bench.answer = () => {
      const { task } = bench.asked.at(-1) ?? {};
      return (task?.leastRows ?? 0) > 2 ? failed('has only 2 rows', { isShrunk: true }) : rowsOf('A', 'B');
    };
    await bench.pass(25 * MINUTE);
    expect(live.rows?.packed.size).toBe(10);
    await bench.pass(6 * MINUTE);
    expect(live.rows?.packed.size).toBe(2);
    expect(bench.asked.map(({ task }) => task.leastRows)).toEqual([1, 5, 5, 1]);
  });

  test('rows that cannot be kept on disk are used, and reported', async () => {
    const bench = new Bench();
    bench.answer = () => ({ ...rowsOf('ABC'), keptFault: 'ENOSPC' });
    const { live } = bench.apply();
    bench.open();
    await bench.pass(1000);
    expect(live.has('abc')).toBe(true);
    expect(bench.said).toEqual(['t has 1', 't: the rows are in use, and could not be kept on disk: ENOSPC']);
  });
});

describe('a reload', () => {
  test('that changes nothing of it lets it go on, with its rows, its age and its fault', async () => {
    const bench = new Bench();
    bench.apply();
    bench.open();
    await bench.pass(1000);
    const { live } = bench.apply();
    expect(live.get('abc')).toBe('ABC');
    await bench.pass(11 * MINUTE);
    expect(bench.times).toEqual([0, 600]);
    bench.answer = () => rowsOf('DEF');
    await bench.pass(10 * MINUTE);
    expect(live.has('def')).toBe(true);
  });

  test('that changes it fetches it at once; one that removes it, never again', async () => {
    const bench = new Bench();
    bench.apply();
    bench.open();
    await bench.pass(1000);
    bench.apply(bench.table({ refresh: '1h' }));
    await bench.pass(1000);
    expect(bench.asked).toHaveLength(2);
    bench.refresher.apply(new Map());
    await bench.pass(100 * MINUTE);
    expect(bench.asked).toHaveLength(2);
  });

  test('an answer that comes after it has stopped changes nothing', async () => {
    const bench = new Bench();
    const { live } = bench.apply();
    bench.open();
    bench.refresher.stop();
    await bench.pass(MINUTE);
    expect(live.rows).toBeUndefined();
  });
});
