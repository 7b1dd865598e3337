// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** Whatever a file holds, loading it ends in a config or in problems with their places, never in an exception. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runs } from '../support/properties.ts';
import { DESTINATIONS, ENV, FEEDS, load, shown } from './load-text.ts';

const KEYS = [
  ...[
    'feeds',
    'destinations',
    'rules',
    'templates',
    'tables',
    'extract',
    'groups',
    'defaults',
    'alerts',
    'tests',
  ],
  ...[
    'store',
    'server',
    'log',
    'include',
    'version',
    'x-a',
    'name',
    'type',
    'match',
    'send',
    'to',
    'template',
  ],
  ...[
    'title',
    'ticker',
    'publisher',
    'matches',
    'not',
    'any',
    'in',
    'when',
    'hours',
    'cooldown',
    'by',
    'for',
    'body',
  ],
  ...[
    'text',
    'url',
    'file',
    'key',
    'rows',
    'apiKey',
    'success',
    'bodyMatches',
    'retry',
    'maxAge',
    'announcement',
  ],
  ...['expect', 'expectPayload', 'bot', 'team', 'webhook', '<<', '__proto__', 'constructor', '0', ''],
];
const WORDS = [
  ...[
    'webhook',
    'telegram',
    'discord',
    'websocket',
    'cryptolisting',
    'bot',
    'team',
    '*',
    'upbit',
    'KRW|원화',
    '(',
    '[a',
  ],
  ...[
    '(a{1,31}){1,31}',
    '5s',
    '-1h',
    '09:00-23:00',
    'mon-fri',
    'Asia/Seoul',
    'ticker',
    'https://bot.bridge.test/x',
  ],
  ...[
    '${KEY}',
    '${',
    '${file:/x}',
    '${A:-${B}}',
    '{{ title }}',
    '{{ ticker | lookup: "x" }}',
    '{% if',
    '{% for i in (1..9) %}',
  ],
  ...[
    '\u0000',
    '\ud800',
    '\ufeff',
    '\u202e',
    '🚀',
    ' ',
    '\t',
    '!!binary',
    '&a',
    '*a',
    'null',
    '~',
    '1e999',
    '0x1f',
    'NaN',
  ],
];

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 12 }));
const scalar = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 1, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.date()) },
);
const key = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: word });

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
}));
const root = fc.array(fc.tuple(key, tree), { minLength: 1, maxLength: 6 }).map((entries) => new Map(entries));

/** Every problem can be printed, with its place. */
function ends(text: string | Uint8Array): void {
  const loaded = load(text, ENV);
  expect(loaded.config !== undefined || loaded.problems.length > 0).toBe(true);
  for (const { line, column, message } of [...loaded.problems, ...loaded.warnings]) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).not.toBe('');
  }
  expect(typeof shown(loaded)).toBe('string');
}

test('property: trees of keys and words that configs have', () => {
  fc.assert(
    fc.property(root, (value) => ends(stringify(value))),
    { numRuns: runs(200) },
  );
});

test('property: pieces of YAML in any order', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '\n',
      '\n  ',
      '\n- ',
      ': ',
      ' - ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '"',
      "'",
      '|\n',
      '>',
      '#',
      '&a ',
      '*a',
      '!',
      '? ',
      '---\n',
      '%',
      '\r\n',
      '\t',
      '@',
      '`',
      '<<: ',
    ),
    fc.constantFrom(...KEYS.map((one) => `${one}: `)),
    word,
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => ends(pieces.join(''))),
    { numRuns: runs(200) },
  );
});

test('property: bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => ends(bytes)),
    { numRuns: runs(100) },
  );
});

test.each(['<<: !', 'rules: !', 'rules:\n  - !', '!'])('regression: a file of %j has problems', (text) =>
  ends(text),
);

test('regression: a lone ! is a mark for text, and no unknown tag', () => {
  const loaded = load(`${FEEDS}${DESTINATIONS}rules:\n  - { name: ! x, match: {}, send: ! bot }\n`, ENV);
  expect(shown(loaded)).toBe('');
  expect(loaded.config?.rules[0]?.name).toBe('x');
});
