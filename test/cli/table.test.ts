/** The table writer: aligned in the cells of a terminal, within its width, whatever the cells hold. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { table as paintedTable, type TableLayout } from '../../src/cli/table.ts';
import { cellsOf } from '../../src/platform/cells.ts';
import { paint, paintedLines } from '../../src/platform/paint.ts';
import type { Span } from '../../src/platform/spans.ts';

/** As an output without colours has it. */
const table = (header: readonly string[], rows: readonly (readonly Span[])[], layout: TableLayout) =>
  paintedTable(header, rows, layout).map((line) => paintedLines(line, false));

const HEADER = ['ID', 'NAME', 'STATE', 'TITLE'];

test('regression: wide characters and emoji do not shift the columns after them', () => {
  const rows = [
    ['1', '업비트', 'ok', 'a'],
    ['2', 'bot', 'suspended', 'b'],
    ['3', 'e\u0301👍🏽', 'ok', 'c'],
  ];
  for (const width of [undefined, 80]) {
    const lines = table(HEADER, rows, { width });
    const columns = lines.map((line) => cellsOf(line.slice(0, line.search(/[A-Za-z]+$/))));
    expect(new Set(columns)).toEqual(new Set([23]));
  }
});

test('regression: nothing in a cell is a command to the terminal or a new line', () => {
  const hostile = ['1', 'a\u001b[31mb', 'x\u009b2J', 'one\ntwo\u202e'];
  for (const width of [undefined, 80])
    expect(table(HEADER, [hostile], { width })).toEqual([
      'ID  NAME     STATE  TITLE',
      '1   a␛[31mb  x�2J   one␊two�',
    ]);
});

test('regression: a title of 200 KB is cut to the terminal, and whole in a pipe', () => {
  const title = '업비트 '.repeat(50_000);
  const [, cut = ''] = table(HEADER, [['1', 'bot', 'ok', title]], { width: 80 });
  expect(cellsOf(cut)).toBeLessThanOrEqual(80);
  expect(cut).toMatch(/업비트 업비…$|업비트…$|업…$|트 …$/);
  const [, whole = ''] = table(HEADER, [['1', 'bot', 'ok', title]], { width: undefined });
  expect(whole).toContain(title.trimEnd());
});

test('what people copy is never cut; the last column moves to a line of its own before it is of no use', () => {
  const id = '01m8a05k524gv09h-0';
  const rows = [[id, 'a destination with a long name', 'expired', 'Market support for ABC']];
  expect(table(HEADER, rows, { width: 68, whole: ['ID'] })).toEqual([
    'ID                  NAME               STATE    TITLE',
    `${id}  a destination wi…  expired  Market support for …`,
  ]);
  expect(table(HEADER, rows, { width: 45, whole: ['ID'] })).toEqual([
    'ID                  NAME              STATE',
    '    TITLE',
    `${id}  a destination w…  expired`,
    '    Market support for ABC',
  ]);
});

test('one long cell of a piped column does not push all others away', () => {
  const lines = table(
    ['A', 'B'],
    [
      ['x'.repeat(5000), '1'],
      ['y', '2'],
    ],
    { width: undefined },
  );
  expect(lines[2]?.length).toBe(63);
});

test('no line is wider than the terminal, as long as what is never cut fits', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constant('id-1'), cell, cell, cell), { maxLength: 5 }),
      fc.integer({ min: 40, max: 130 }),
      (rows, width) => {
        for (const line of table(HEADER, rows, { width, whole: ['ID'] }))
          expect(cellsOf(line)).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test('colours change no width: a painted table is the plain one with colours, cut before it is painted', () => {
  const long = 'suspended until somebody corrects the address';
  const row = (state: Span): Span[] => ['1', 'bot', state, '업비트 업비트 업비트'];
  for (const width of [undefined, 30, 40, 80]) {
    const plain = table(HEADER, [row(long)], { width });
    const painted = paintedTable(HEADER, [row([long, paint.bad])], { width });
    expect(painted.map((line) => paintedLines(line, false))).toEqual(plain);
    expect(painted.join()).toContain(paint.faint('STATE'));
    const [state = ''] = /suspe[^ ]*…|suspended until.*address/.exec(plain.join()) ?? [];
    expect(painted.join()).toContain(paint.bad(state));
  }
});
