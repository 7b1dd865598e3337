import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellsOf } from '../../src/platform/cells.ts';
import { MARKS, paint, paintedLines } from '../../src/platform/paint.ts';
import { printableLines } from '../../src/platform/printable.ts';

const ESCAPE = '\u001b';

test('colours reach a terminal that has them, and leave no trace in any other output', () => {
  for (const style of Object.values(paint)) {
    const painted = style('bot');
    expect(painted.split(ESCAPE)).toEqual([
      '',
      expect.stringMatching(/^\[\d+mbot$/),
      expect.stringMatching(/^\[\d+m$/),
    ]);
    expect(paintedLines(painted, true)).toBe(painted);
    expect(paintedLines(painted, false)).toBe('bot');
    expect(cellsOf(painted)).toBe(3);
    expect(style('')).toBe('');
  }
});

test('of the sequences in the text of others none but a colour passes', () => {
  for (const sequence of ['[2J', '[1;31m', '[8m', ']0;title\u0007', '[31', '(B', '[38;5;1m'])
    for (const hasColors of [true, false]) {
      const shown = paintedLines(`a${ESCAPE}${sequence}b`, hasColors);
      expect(shown).not.toContain(ESCAPE);
      expect(shown).toContain('␛');
    }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(paintedLines(text, false)).not.toContain(ESCAPE);
      if (!text.includes(ESCAPE)) expect(paintedLines(text, true)).toBe(printableLines(text));
    }),
  );
});

test('a mark takes one cell', () => {
  for (const mark of Object.values(MARKS)) expect(cellsOf(mark)).toBe(1);
});
