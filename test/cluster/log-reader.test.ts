/** The log is read without a gap, whatever the hints bring and whatever becomes of the database. */
import { expect, test } from 'vitest';
import { LogReader } from '../../src/cluster/log-reader.ts';
import type { HintedRow, LogRow, Shared } from '../../src/cluster/shared.ts';

const rowOf = (seq: number) => ({ seq, key: `news ${seq}` }) as unknown as LogRow & HintedRow;

/** A log with rows up to `last`; its answers wait for `answer`. */
function reading() {
  const arrived: string[] = [];
  const asked: number[] = [];
  const open: (() => void)[] = [];
  const log = { rows: [] as readonly LogRow[] };
  const readAfter: Shared['readAfter'] = (after) => {
    asked.push(after);
    const rows = log.rows.filter(({ seq }) => seq > after);
    return new Promise((resolve) => open.push(() => resolve(rows)));
  };
  const reader = new LogReader({
    shared: { readAfter },
    arrived: ({ key }) => {
      arrived.push(key);
      return true;
    },
  });
  const answer = async () => {
    for (const resolve of open.splice(0)) resolve();
    await new Promise(setImmediate);
  };
  return { reader, log, arrived, asked, answer };
}

test('a hint brings the next row; one beyond it has all between read', async () => {
  const { reader, log, arrived, asked, answer } = reading();
  reader.seen(5);
  reader.hint({ kind: 'log', seq: 6, row: rowOf(6) });
  expect([arrived, asked]).toEqual([['news 6'], []]);
  log.rows = [7, 8].map(rowOf);
  reader.hint({ kind: 'log', seq: 8, row: rowOf(8) });
  await answer();
  expect([arrived, asked]).toEqual([['news 6', 'news 7', 'news 8'], [6]]);
});

test.each([5, 0])(
  'an answer of the database before, after row %i of it, says nothing of this one',
  async (first) => {
    const { reader, log, arrived, asked, answer } = reading();
    reader.seen(first);
    log.rows = [6, 7].map(rowOf);
    reader.seen(7);
    reader.beginAnew();
    await answer();
    expect(arrived).toEqual([]);
    log.rows = [rowOf(1)];
    reader.seen(1);
    await answer();
    expect([arrived, asked]).toEqual([['news 1'], [first, 0]]);
  },
);
