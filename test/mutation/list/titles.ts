/** Titles are read for their words, however fast. */
import { inFile, suites } from '../places.ts';

export const titles = [
  ...inFile(
    'src/title/glance.ts',
    suites('title/glance'),
    [
      'a mark of an update is not looked for',
      'an edit of an old title is traded as a listing',
      "'변경 연기 ",
      "'연기 ",
    ],
    ['contracts are not looked for', 'a rule for a market misses them', "'perp futu ", "'futu "],
  ),
  ...inFile('src/title/currency-list.ts', suites('title/korean-market', 'title/market'), [
    'part of a word is a currency',
    'a coin is taken for the market of its listing',
    'if (isLatin(code)) return !isLatin(before) && readLatin(lower, at);',
    'if (isLatin(code)) return readLatin(lower, at);',
  ]),
  ...inFile('src/matching/straight-parts.ts', suites('matching/straight-pattern'), [
    'a pattern with several ways to be read has one',
    'an extract of a title finds nothing where its pattern does',
    'return reader.read() && hasOneWay(reader.atoms) ? reader : undefined;',
    'return reader.read() ? reader : undefined;',
  ]),
  ...inFile('src/matching/straight-pattern.ts', suites('matching/straight-pattern'), [
    'a pattern may take any number of steps',
    'a title holds up the bridge',
    'if (this.#stepsLeft < 0) return UNSURE;',
    '',
  ]),
];
