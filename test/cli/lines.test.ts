/** The form that all commands share: mark, name, sentence, code. */
import { expect, test } from 'vitest';
import { faultText, lineBelow, resultLine } from '../../src/cli/lines.ts';
import { paint, paintedLines } from '../../src/platform/paint.ts';

const plain = (text: string) => paintedLines(text, false);

test('a result has its mark, the name and the sentence, and the code last', () => {
  const line = resultLine('bad', 'bot', 'not delivered. Start it. [unreachable]', undefined);
  expect(line).toBe(
    `${paint.bad('✗')} ${paint.name('bot')}  not delivered. Start it. ${paint.faint('[unreachable]')}`,
  );
  expect(plain(resultLine('good', '', 'fine', undefined))).toBe('✓ fine');
});

test('on a terminal lines are broken between words, and hang below the first', () => {
  expect(plain(resultLine('warning', 'bot', 'one two three four five. [code]', 20))).toBe(
    '! bot  one two three\n  four five. [code]',
  );
  expect(plain(lineBelow('one two three four five', 12))).toBe('  one two\n  three four\n  five');
});

test('the message that ends a command has a mark on a terminal, and none in a pipe', () => {
  expect(plain(faultText('No such thing.\nMake one.', 80))).toBe('✗ No such thing.\n  Make one.');
  expect(faultText('No such thing.\nMake one.', undefined)).toBe('No such thing.\nMake one.');
});

test('text of others is no colour and no line of its own', () => {
  expect(resultLine('good', 'a\u001b[31mb', 'one\ntwo', undefined)).toBe(
    `${paint.good('✓')} ${paint.name('a␛[31mb')}  one␊two`,
  );
});
