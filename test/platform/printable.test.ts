/** Text of others on a terminal: nothing in it reaches the terminal as a command, and its width is the terminal's. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellsOf, fitCells, padCells, wrapCells } from '../../src/platform/cells.ts';
import { printable, printableJson, printableLines } from '../../src/platform/printable.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\ud800-\udfff]/u;

describe('printable', () => {
  test.each([
    ['an escape sequence', 'a\u001b[2Jb', 'a␛[2Jb'],
    ['a title that sets the window title', '\u001b]0;pwned\u0007', '␛]0;pwned␇'],
    ['line feeds', 'one\r\ntwo', 'one␍␊two'],
    ['a tab', 'a\tb', 'a␉b'],
    ['a backspace', 'dead\b\b\b\bfine', 'dead␈␈␈␈fine'],
    ['delete', 'a\u007f', 'a␡'],
    ['a C1 control sequence', 'a\u009b31mb', 'a�31mb'],
    ['a bidi override', 'a\u202egnp.exe', 'a�gnp.exe'],
    ['bidi isolates', '\u2066a\u2069', '�a�'],
    ['Unicode line separators', 'a\u2028b\u2029c', 'a�b�c'],
    ['invisible spaces', 'A\u200bB\ufeffC', 'A�B�C'],
    ['half of a pair', 'a\ud83d', 'a�'],
    ['a NUL', 'a\0b', 'a␀b'],
    ['a pile of marks', `a${'\u0301'.repeat(1000)}b`, `a${'\u0301'.repeat(8)}b`],
    ['Hangul', '에이비씨(ABC) 원화', '에이비씨(ABC) 원화'],
    ['a family of emoji', '👨‍👩‍👧', '👨‍👩‍👧'],
  ])('regression: %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('no text is unsafe afterwards', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(UNSAFE);
        expect(printableLines(text).replaceAll('\n', '')).not.toMatch(UNSAFE);
      }),
    );
  });

  test('lines stay lines where they are meant', () => {
    expect(printableLines('a\nb\u001b')).toBe('a\nb␛');
  });

  test('JSON keeps its meaning', () => {
    const value = { title: 'a\u009b31m\u202e\u007f\ud800 \u001b\n' };
    const json = printableJson(JSON.stringify(value, null, 2));
    expect(JSON.parse(json)).toEqual(value);
    expect(json.replaceAll('\n', '')).not.toMatch(UNSAFE);
  });
});

describe('cells', () => {
  test.each([
    ['abc', 3],
    ['업비트', 6],
    ['e\u0301', 1],
    ['👍🏽', 2],
    ['Ⓢ', 1],
  ])('%s takes %i', (text, cells) => {
    expect(cellsOf(text)).toBe(cells);
  });

  test.each([
    ['abcdef', 4, 'abc…'],
    ['abcd', 4, 'abcd'],
    ['업비트에', 6, '업비…'],
    ['업비트', 6, '업비트'],
    ['👨‍👩‍👧👨‍👩‍👧', 3, '👨‍👩‍👧…'],
    ['a\u001b[31m', 3, 'a␛…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['abc', 1, '…'],
  ])('%j in %i cells: %j', (text, cells, shown) => {
    expect(fitCells(text, cells)).toBe(shown);
  });

  test('never wider than allowed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 100 }), (text, cells) => {
        expect(cellsOf(fitCells(text, cells))).toBeLessThanOrEqual(cells);
      }),
    );
  });

  test('regression: of a title of 200 KB only the shown part is looked at', () => {
    const text = { reads: 0 };
    const long = '업'.repeat(200_000);
    const slice = (start: number, end: number) => {
      text.reads = end - start;
      return long.slice(start, end);
    };
    expect(fitCells({ slice, length: long.length } as unknown as string, 20)).toBe(`${'업'.repeat(9)}…`);
    expect(text.reads).toBeLessThan(2000);
  });

  test('wraps between words, by cells; in a pipe not at all', () => {
    expect(wrapCells('  ! 업비트 is not there: correct `url`', 16, '    ')).toBe(
      '  ! 업비트 is\n    not there:\n    correct\n    `url`',
    );
    expect(wrapCells('a\nb c', undefined, '  ')).toBe('a␊b c');
    expect(wrapCells('averyveryverylongword b', 5, '  ')).toBe('averyveryverylongword\n  b');
  });

  test('pads by cells', () => {
    expect(padCells('업비', 6)).toBe('업비  ');
    expect(padCells('toolong', 3)).toBe('toolong');
  });
});
