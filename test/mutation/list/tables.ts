/** Tables: reached as configured, read off the loop, the same in every test; what is odd in them is reported. */
import { inFile, suites } from '../places.ts';

export const tables = [
  ...inFile(
    'src/tables/fetch.ts',
    suites('tables/fetch'),
    [
      'a table is fetched past its proxy and its authority',
      'a table behind a proxy is never loaded, and its orders are not sent',
      "{ method: 'GET', headers, signal }",
      "{ method: 'GET', headers, agent: false, signal }",
    ],
    [
      'headers follow a redirect',
      'a key goes to somebody else',
      '...(isOwn && task.headers)',
      '...task.headers',
    ],
  ),
  ...inFile('src/tables/refresher.ts', suites('tables/refresher'), [
    'keys that come again are not reported',
    'an order goes to the wrong symbol, and nobody knows why',
    'this.#remark(remarksOf(odd));',
    '',
  ]),
  ...inFile(
    'src/daemon/loading.ts',
    suites('tables/ahead'),
    [
      'files of tables are read as the config is loaded',
      'a reload holds up the news while 100,000 rows are read',
      'loads < MOST_LOADS ? ahead : undefined',
      'undefined',
    ],
    [
      'a stop waits for rows',
      'the bridge does not end',
      'Promise.race([ahead.read(wishes), stopped])',
      'ahead.read(wishes)',
    ],
  ),
  ...inFile('src/tables/ahead.ts', suites('tables/ahead'), [
    'rows that are known are lost',
    'a table that has not changed is told as changed',
    "if (reading.kind !== 'known' || table?.rows?.odd === undefined) return reading;",
    'return reading;',
  ]),
  ...inFile('src/daemon/file-digest.ts', suites('daemon/file-digest'), [
    'a large file is read on the loop',
    'the status holds up the news',
    'if (size > MOST_AT_ONCE_BYTES) {',
    'if (size > 1e9) {',
  ]),
  ...inFile('src/rule-tests/tables.ts', suites('rule-tests/tables'), [
    'rows that were fetched decide a test',
    'a test passes here and fails in CI',
    "return this.#live.source.kind === 'url' ? NONE : this.#live;",
    'return this.#live;',
  ]),
  ...inFile('src/config/merged-files.ts', suites('config/include'), [
    'an included file may have no tables',
    'a bridge with tables of its subscribers does not start',
    "  tables: 'mapping',\n",
    '',
  ]),
];
