/** Lines of several colours: broken like plain ones, and painted whole. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapCells } from '../../src/platform/cells.ts';
import { paint, paintedLines } from '../../src/platform/paint.ts';
import { cellsOfSpans, type Span, wrapSpans } from '../../src/platform/spans.ts';

const SPANS: readonly Span[] = [
  ['\u2717', paint.bad],
  ' ',
  ['bot', paint.name],
  '  not delivered. Nothing listens there: start it. ',
  ['[unreachable, HTTP 400]', paint.faint],
];

test('a colour that a line break falls into begins again on the next line', () => {
  expect(wrapSpans(SPANS, 60, '    ')).toBe(
    [
      `${paint.bad('\u2717')} ${paint.name('bot')}  not delivered. Nothing listens there: start it.`,
      `    ${paint.faint('[unreachable, HTTP 400]')}`,
    ].join('\n'),
  );
  expect(wrapSpans(SPANS, 19, '  ').split('\n').slice(-2)).toEqual([
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
        const plain = paintedLines(wrapSpans(spans, width, '  '), false);
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
