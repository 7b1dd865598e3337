/** Lines of several colours: broken like plain ones, and painted whole. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellsOf, wrapCells } from '../../src/platform/cells.ts';
import { paint, paintedLines } from '../../src/platform/paint.ts';
import { cellsOfSpans, fitSpans, type Span, wrapSpans } from '../../src/platform/spans.ts';

const SPANS: readonly Span[] = [
  ['✗', paint.bad],
  ' ',
  ['bot', paint.name],
  '  not delivered. Nothing listens there: start it. ',
  ['[unreachable, HTTP 400]', paint.faint],
];

test('a colour that a line break falls into begins again on the next line', () => {
  expect(wrapSpans(SPANS, { cells: 60, indent: '    ' })).toBe(
    [
      `${paint.bad('✗')} ${paint.name('bot')}  not delivered. Nothing listens there: start it.`,
      `    ${paint.faint('[unreachable, HTTP 400]')}`,
    ].join('\n'),
  );
  expect(wrapSpans(SPANS, { cells: 19, indent: '  ' }).split('\n').slice(-2)).toEqual([
    `  ${paint.faint('[unreachable,')}`,
    `  ${paint.faint('HTTP 400]')}`,
  ]);
});

test('whatever the parts hold, without colours it is the plain line, and nothing is lost', () => {
  const painters = fc.constantFrom(...Object.values(paint));
  const span: fc.Arbitrary<Span> = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(fc.string({ unit: 'grapheme' }), painters),
  );
  fc.assert(
    fc.property(
      fc.array(span, { maxLength: 6 }),
      fc.option(fc.integer({ min: 5, max: 90 })),
      (spans, cells) => {
        const width = cells ?? undefined;
        const text = spans.map((one) => (typeof one === 'string' ? one : one[0])).join('');
        const plain = paintedLines(wrapSpans(spans, { cells: width, indent: '  ' }), false);
        // Marks that pile up over the seam of two parts are counted in each.
        fc.pre(
          !/\p{M}{4}/u.test(text) && !/[\ud800-\udfff]/u.test(text.replace(/[\u{10000}-\u{10ffff}]/gu, '')),
        );
        expect(plain).toBe(wrapCells(text, width, '  '));
        expect(cellsOfSpans(spans)).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

test('what does not fit is cut with …, in its colour; a word longer than a line is broken only where that is asked for', () => {
  const painted = fitSpans(SPANS, 20);
  const plain = wrapSpans(painted, { cells: undefined });
  expect(paintedLines(plain, false)).toBe('✗ bot  not delivere…');
  expect(wrapSpans(fitSpans(SPANS, undefined), { cells: undefined })).toBe(
    wrapSpans(SPANS, { cells: undefined }),
  );
  const long = [['업비트'.repeat(5), paint.name]] as const;
  expect(wrapSpans(long, { cells: 11 }).split('\n')).toHaveLength(1);
  const lines = wrapSpans(long, { cells: 11, indent: '  ', isHard: true }).split('\n');
  expect(lines.every((line) => cellsOf(line) <= 11)).toBe(true);
  expect(paintedLines(lines.map((line) => line.trim()).join(''), false)).toBe('업비트'.repeat(5));
});
