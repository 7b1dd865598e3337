/** `tables:`, `in` and `lookup`: every form that is right, and the message for every natural slip. */
import { describe, expect, test } from 'vitest';
import { DESTINATIONS, ENV, FEEDS, load, RULES, told } from './load-text.ts';

const IN_USE = `rules:
  - match: { ticker: { in: t } }
    send: bot
`;

const withTable = (
  written: string,
  files: Readonly<Record<string, string | Uint8Array>> = {},
  rules = IN_USE,
) => load(`${FEEDS}${DESTINATIONS}tables:\n  ${written}\n${rules}`, ENV, files);

const tableIn = (written: string, files?: Readonly<Record<string, string | Uint8Array>>) => {
  const loaded = withTable(written, files);
  expect(told(loaded)).toEqual([]);
  return loaded.config?.tableOf('t');
};

const file = (name: string, content: string | Uint8Array) => ({ [`/etc/bridge/${name}`]: content });

describe('the rows of a table', () => {
  test.each([
    ['a list', 't: [abc, 1INCH, 0, Ⓢ]', {}, { abc: 'abc', '1inch': '1INCH', '0': 0, s: 'Ⓢ' }],
    ['a mapping', 't: { ABC: ABCUSDT, def: 7, "on": true }', {}, { abc: 'ABCUSDT', def: 7, on: true }],
    [
      'CSV',
      't: { file: a.csv, key: ticker, value: symbol }',
      file('a.csv', 'ticker,symbol\nABC,ABCUSDT\n'),
      { abc: 'ABCUSDT' },
    ],
    [
      'CSV of a spreadsheet',
      't: { file: a.csv, key: ticker, value: symbol }',
      file('a.csv', '\ufeff"ticker";"symbol"\r\nABC;"A;B"\r\n"D""E";x\r\n\r\n'),
      { abc: 'A;B', 'd"e': 'x' },
    ],
    [
      'CSV with a line break in quotes',
      't: { file: a.csv, key: k, value: v }',
      file('a.csv', 'k,v\n"a","b\nc"\nd,e'),
      { a: 'b\nc', d: 'e' },
    ],
    [
      'CSV, its first column',
      't: { file: a.csv }',
      file('a.csv', 'ticker,symbol\nABC,ABCUSDT\n'),
      { abc: 'ABC' },
    ],
    [
      'CSV by its format',
      't: { file: a.txt, format: csv, key: b }',
      file('a.txt', 'a\tb\n1\t2\n'),
      { 2: '2' },
    ],
    ['UTF-16', 't: { file: a.csv }', file('a.csv', Buffer.from('\ufeffa\nABC\n', 'utf16le')), { abc: 'ABC' }],
    [
      'lines',
      't: { file: a.txt }',
      file('a.txt', '# mine\nABC  # the first\r\n\n  DEF\n'),
      { abc: 'ABC', def: 'DEF' },
    ],
    [
      'lines without an ending',
      't: { file: symbols }',
      file('symbols', 'ABC\nDEF'),
      { abc: 'ABC', def: 'DEF' },
    ],
    ['JSON texts', 't: { file: a.json }', file('a.json', '["ABC", "DEF"]'), { abc: 'ABC', def: 'DEF' }],
    [
      'JSON mappings',
      't: { file: a.json, rows: a.b, key: k, value: v.w }',
      file('a.json', '{"a":{"b":[{"k":"ABC","v":{"w":"X"}}]}}'),
      { abc: 'X' },
    ],
    ['a JSON mapping', 't: { file: a.json }', file('a.json', '{"ABC": "X", "DEF": 2}'), { abc: 'X', def: 2 }],
    [
      'a JSON mapping of mappings',
      't: { file: a.json, value: symbol }',
      file('a.json', '{"ABC": {"symbol": "X"}}'),
      { abc: 'X' },
    ],
    [
      'YAML',
      't: { file: a.yaml, rows: list }',
      file('a.yaml', 'list:\n  - ABC\n  - DEF\n'),
      { abc: 'ABC', def: 'DEF' },
    ],
    [
      'rows that count',
      't: { file: a.json, key: k, where: { s: [on, READY], n: 1 } }',
      file(
        'a.json',
        '[{"k":"A","s":"ON","n":1},{"k":"B","s":"ON","n":2},{"k":"C","s":"ready","n":1},{"k":"D","s":"off","n":1}]',
      ),
      { a: 'A', c: 'C' },
    ],
  ])('%s', (_, written, files, rows) => {
    const table = tableIn(written, files);
    const keys = [...(table?.keys() ?? [])];
    expect(Object.fromEntries(keys.map((key) => [key, table?.get(key)]))).toEqual(rows);
    expect(keys.every((key) => table?.has(key))).toBe(true);
    expect(table?.get('nowhere')).toBeUndefined();
  });

  test('an address matches nothing until it has been fetched', () => {
    const table = tableIn('t: { url: "https://x.test/list?a=1", rows: data, key: k }');
    expect(table?.has('abc')).toBe(false);
    expect(table?.describe()).toBe('https://x.test/list, never loaded: matches nothing');
  });
});

describe('a table that is wrong', () => {
  const CSV = file('a.csv', 'ticker,symbol\nABC,ABCUSDT\n');
  const JSON_FILE = file('a.json', '{"symbols":[{"baseAsset":"ABC","symbol":"ABCUSDT"}]}');
  const dup = file('a.csv', 'ticker,symbol\nABC,1\nabc,2\nDEF,3\n');
  test.each<[string, string, Readonly<Record<string, string | Uint8Array>>, readonly string[]]>([
    [
      'no value',
      't:',
      {},
      ['6:3: `t` has no value | it must be a list, a mapping, or one with `file` or `url`'],
    ],
    [
      'a text',
      't: perps',
      {},
      ['6:6: `t` must be a list, a mapping, or one with `file` or `url` | write [perps]'],
    ],
    [
      'the path alone',
      't: ./symbols.csv',
      {},
      ['6:6: `t` must be a list, a mapping, or one with `file` or `url` | write { file: ./symbols.csv }'],
    ],
    ['a list in a list', 't: [[ABC]]', {}, ['6:7: an entry of `t` must be text, a number or true or false']],
    [
      'a mapping in a list',
      't: [{ ABC: x }]',
      {},
      ['6:7: an entry of `t` must be text, a number or true or false'],
    ],
    ['an empty entry', 't: ["", ABC]', {}, ['6:7: an entry of `t` must not be empty']],
    [
      'no value in a mapping',
      't: { ABC: }',
      {},
      ['6:8: `ABC` has no value | it must be text, a number or true or false'],
    ],
    ['a mapping of lists', 't: { ABC: [x] }', {}, ['6:13: `ABC` must be text, a number or true or false']],
    [
      'one entry of several',
      't: ["BTC, ETH"]',
      {},
      ['6:7: warning: "BTC, ETH" is one entry | several are a list: [BTC, ETH]'],
    ],
    ['as in a chat', 't: [$BTC]', {}, ['6:7: warning: no ticker starts with $ | write BTC']],
    [
      'a pattern',
      't: ["*USD"]',
      {},
      [
        '6:7: warning: *USD is an entry like any other: * stands for nothing in a table | write the pattern in the rule',
      ],
    ],
    ['twice', 't: [BTC, ETH, btc]', {}, ['6:17: warning: btc is in it twice']],
    [
      'twice, differently',
      't: { BTC: a, btc: b }',
      {},
      ['6:21: warning: btc is in it twice: the first value counts'],
    ],
    [
      'no such file',
      't: { file: ./nope.csv }',
      {},
      ['6:14: /etc/bridge/nope.csv cannot be read: it does not exist'],
    ],
    [
      'a slip in file',
      't: { fiel: a.csv, key: ticker }',
      CSV,
      ['6:8: unknown key `fiel` | did you mean `file`?'],
    ],
    [
      'path instead of file',
      't: { path: a.csv, key: ticker }',
      CSV,
      [
        '6:3: `file` is missing | it must be the path of a file; for an address write `url`',
        '6:8: unknown key `path` | known here: file, format, rows, key, value, where',
      ],
    ],
    [
      'neither',
      't: { key: ticker, value: symbol }',
      {},
      ['6:3: `file` is missing | it must be the path of a file; for an address write `url`'],
    ],
    [
      'both',
      't: { file: a.csv, url: "https://x.test/a" }',
      CSV,
      [
        '6:8: unknown key `file` | known here: url, headers, refresh, staleAfter, timeout, format, rows, key, value, where, proxy, tls',
      ],
    ],
    [
      'refresh of a file',
      't: { file: a.csv, refresh: 10m }',
      CSV,
      ['6:21: unknown key `refresh` | known here: file, format, rows, key, value, where'],
    ],
    [
      'no such column',
      't: { file: a.csv, key: tikcer, value: symbol }',
      CSV,
      ['6:26: /etc/bridge/a.csv: there is no column `tikcer` in it | did you mean `ticker`?'],
    ],
    [
      'no such value',
      't: { file: a.csv, key: ticker, value: pair }',
      CSV,
      ['6:41: /etc/bridge/a.csv: there is no column `pair` in it | there is: ticker, symbol'],
    ],
    ['an empty file', 't: { file: a.csv }', file('a.csv', ''), ['6:14: /etc/bridge/a.csv: it is empty']],
    [
      'only a header',
      't: { file: a.csv }',
      file('a.csv', 'ticker\n'),
      ['6:14: /etc/bridge/a.csv: it has no rows'],
    ],
    [
      'only comments',
      't: { file: a.txt }',
      file('a.txt', '# ABC\n'),
      ['6:14: /etc/bridge/a.txt: it has no rows'],
    ],
    [
      'a path that leads nowhere',
      't: { file: a.json, rows: symbol, key: baseAsset }',
      JSON_FILE,
      ['6:28: /etc/bridge/a.json: there is no `symbol` in it | did you mean `symbols`?'],
    ],
    [
      'no path',
      't: { file: a.json, key: baseAsset }',
      JSON_FILE,
      ['6:27: /etc/bridge/a.json: no row has a `baseAsset`'],
    ],
    [
      'no such member',
      't: { file: a.json, rows: symbols, key: base }',
      JSON_FILE,
      ['6:42: /etc/bridge/a.json: no row has a `base` | there is: baseAsset, symbol'],
    ],
    [
      'no key',
      't: { file: a.json, rows: symbols }',
      JSON_FILE,
      [
        '6:14: /etc/bridge/a.json: its rows are mappings: name the member that is the key | a row has: baseAsset, symbol',
      ],
    ],
    [
      'nothing that counts',
      't: { file: a.json, rows: symbols, key: symbol, where: { status: TRADING } }',
      JSON_FILE,
      ['6:57: /etc/bridge/a.json: no row is as `where` wants it | a row has: baseAsset, symbol'],
    ],
    [
      'a web page',
      't: { file: a.json }',
      file('a.json', '<!DOCTYPE html><html>'),
      ['6:14: /etc/bridge/a.json: it is a web page, not JSON'],
    ],
    [
      'rows of CSV',
      't: { file: a.csv, rows: symbols }',
      CSV,
      ['6:27: /etc/bridge/a.csv: `rows` is a path in JSON or YAML, and this is CSV'],
    ],
    [
      'an unknown format',
      't: { file: a.csv, format: xlsx }',
      CSV,
      ['6:29: `format` must be one of: csv, json, yaml, lines'],
    ],
    [
      'duplicate keys',
      't: { file: a.csv, key: ticker, value: symbol }',
      dup,
      [
        '6:14: warning: /etc/bridge/a.csv: 1 key comes again with another value: the first counts (abc is 1, not 2)',
      ],
    ],
    [
      'rows without a key',
      't: { file: a.csv, key: ticker }',
      file('a.csv', 'symbol,ticker\nX,ABC\nY,\n'),
      ['6:14: warning: /etc/bridge/a.csv: 1 row has no key or no value, and is left out'],
    ],
    [
      'no address',
      't: { url: fapi.binance.com/x }',
      {},
      ['6:13: `url` must be a full URL starting with https:// or http://'],
    ],
    [
      'a refresh without a unit',
      't: { url: "https://x.test/a", refresh: 10 }',
      {},
      [
        '6:42: `refresh` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d | did you mean 10s or 10ms?',
      ],
    ],
    [
      'a refresh that would be a flood',
      't: { url: "https://x.test/a", refresh: 100ms }',
      {},
      ['6:42: `refresh` must be at least 1s'],
    ],
    [
      'interval instead of refresh',
      't: { url: "https://x.test/a", interval: 10m }',
      {},
      ['6:33: unknown key `interval` | did you mean `refresh`?'],
    ],
    [
      'a name with a space',
      '"my table": [ABC]',
      {},
      [
        '6:3: the name `my table` must be 1 to 40 letters, digits, dots, dashes or underscores',
        '8:28: there is no table t | there is: my table',
      ],
    ],
  ])('%s', (_, written, files, expected) => {
    expect(told(withTable(written, files))).toEqual(expected);
  });

  test('a list in place of the mapping', () => {
    expect(told(load(`${FEEDS}${DESTINATIONS}tables: [ABC]\n${RULES}`, ENV))).toEqual([
      '5:9: `tables` must be a mapping: name, then a list, a mapping, or one with file or url | give it a name: tables: { mine: […] }',
    ]);
  });
});

describe('names of tables', () => {
  const TABLES = 'tables:\n  perps: { ABC: ABCUSDT }\n  never: [USDT]\n';
  const rule = (match: string) =>
    `${FEEDS}${DESTINATIONS}${TABLES}rules:\n  - match: ${match}\n    send: bot\n`;
  const BOTH = '{ ticker: { in: [perps, never] } }';

  test.each([
    [
      'in: prps',
      '{ ticker: { in: prps, not: { in: never } } }',
      ['9:28: there is no table prps | did you mean `perps`?'],
    ],
    [
      'values',
      '{ ticker: { in: [BTC, perps, never] } }',
      ['9:29: there is no table BTC | there is: perps, never'],
    ],
    ['a number', '{ ticker: { in: 5 } }', ['9:28: `in` must be the name of a table, or a list of names']],
    [
      'a table of its own',
      '{ ticker: { in: { file: a.csv } } }',
      ['9:28: `in` must be the name of a table, or a list of names'],
    ],
    [
      'an empty list',
      '{ ticker: { in: [] } }',
      ['9:28: `in` must not be an empty list: it would match nothing'],
    ],
    ['of a number', '{ tickerCount: { in: perps } }', ['9:29: unknown key `in` | known here: not, any']],
    [
      'beside match',
      '{ in: perps }',
      [
        '9:14: unknown key `in` | known here: publisher, listingType, ticker, market, tickerCount, title, feed, abnormal, redacted, extract, update, test',
      ],
    ],
  ])('%s', (_, match, expected) => {
    expect(told(load(rule(match), ENV)).filter((line) => !line.includes('nothing uses'))).toEqual(expected);
  });

  test('a table that nothing uses is a warning', () => {
    expect(told(load(rule('{ ticker: { in: perps } }'), ENV))).toEqual([
      '7:3: warning: nothing uses the table never',
    ]);
  });

  const bot = (body: string) =>
    `${FEEDS}destinations:\n  bot: { type: webhook, url: https://bot.bridge.test/x, forEach: ticker, body: { s: '${body}' } }\n${TABLES}rules:\n  - match: ${BOTH}\n    send: bot\n`;

  test.each([
    ['{{ ticker | lookup: "perps" }}', []],
    ['{{ ticker | lookup: "prps" }}', ['4:106: there is no table prps | did you mean `perps`?']],
    [
      '{% if false %}{{ ticker | lookup: "nope" }}{% endif %}',
      ['4:120: there is no table nope | there is: perps, never'],
    ],
    [
      '{{ ticker | lookup: perps }}',
      ['4:106: lookup needs the name of a table in quotes: {{ ticker | lookup: "perps" }}'],
    ],
    [
      '{{ ticker | lookup }}',
      ['4:104: lookup needs the name of a table in quotes: {{ ticker | lookup: "perps" }}'],
    ],
    ['{{ ticker | lokup: "perps" }}', ['4:86: unknown filter "lokup" (did you mean "lookup"?)']],
  ])('%s', (body, expected) => {
    expect(told(load(bot(body), ENV))).toEqual(expected);
  });
});

describe('rules that can never match', () => {
  const config = (match: string, tables: string) =>
    `${FEEDS}${DESTINATIONS}tables:\n${tables}rules:\n  - match: ${match}\n    send: bot\n`;
  const LISTS = '  a: [ABC, DEF]\n  b: [XYZ]\n';

  test('of lists in the config, all rows are known', () => {
    expect(told(load(config('{ ticker: { in: a, any: [GHI] } }', '  a: [ABC, DEF]\n'), ENV))).toEqual([
      '8:22: warning: rule "rule 1" never matches: no ticker can be in a and GHI | remove the condition that excludes the others',
    ]);
    expect(told(load(config('{ ticker: { in: a, not: { in: [a, b] } } }', LISTS), ENV))).toEqual([
      '9:22: warning: rule "rule 1" never matches: no ticker can be in a and not (in a or b) | remove the condition that excludes the others',
    ]);
    expect(told(load(config('{ ticker: { in: a, not: { in: b } } }', LISTS), ENV))).toEqual([]);
  });

  test('of any other, nothing is known', () => {
    const tables = '  a: { url: "https://x.test/a" }\n';
    expect(told(load(config('{ ticker: { in: a, any: [GHI] } }', tables), ENV))).toEqual([]);
    expect(told(load(config('{ publisher: { in: a } }', tables), ENV))).toEqual([]);
    const not = `${FEEDS}${DESTINATIONS}tables:\n${tables}rules:\n  - { match: { ticker: { not: { in: a } } }, send: bot, stop: true }\n  - { match: { ticker: ABC }, send: bot }\n`;
    expect(told(load(not, ENV))).toEqual([]);
  });
});

test('secrets: a key of a table is a column, and what opens its address is hidden', () => {
  const text = `${FEEDS}${DESTINATIONS}tables:\n  t: { url: "https://x.test/a?apikey=0123456789abcdef0123", headers: { X-Key: "sesame-0123456789" }, key: baseAsset, value: symbol }\n${IN_USE}`;
  const { redact, warnings } = load(text, ENV);
  for (const secret of ['0123456789abcdef0123', 'sesame-0123456789'])
    expect(redact(`got ${secret} of baseAsset`)).toBe('got <redacted> of baseAsset');
  expect(warnings.map(({ message }) => message)).toEqual([
    '`url` is written in the file in clear text',
    '`X-Key` is written in the file in clear text',
  ]);
});
