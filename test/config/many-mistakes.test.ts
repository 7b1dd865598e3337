/** Files with more mistakes, names or levels than anybody writes: all are counted, a thousand reported, and a look at all that is known is made for the first alone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { DestinationNames } from '../../src/config/destination-names.ts';
import { FirstHints } from '../../src/config/first-hints.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Pattern } from '../../src/matching/text.ts';
import { DESTINATIONS, ENV, FEEDS, load, problemsOf } from './load-text.ts';

const HEAD = FEEDS + DESTINATIONS;
const many = (count: number, one: (nth: number) => string) =>
  Array.from({ length: count }, (_, nth) => one(nth)).join('');
const rules = (count: number, one: (nth: number) => string) => `${HEAD}rules:\n${many(count, one)}`;

const counted = (text: string) => {
  const { problems, more } = load(text, ENV);
  return [problems.length, more.problems];
};

test.each([
  ['variables', (nth: number) => `  - { name: r${nth}, match: { ticker: "\${V${nth}}" }, send: bot }\n`],
  ['anchors', (nth: number) => `  - { name: r${nth}, match: { ticker: *a${nth} }, send: bot }\n`],
  ['destinations', (nth: number) => `  - { name: r${nth}, match: { ticker: T${nth} }, send: none${nth} }\n`],
  ['keys', (nth: number) => `  - { name: r${nth}, match: {}, send: bot, kye${nth}: 1 }\n`],
])('of 1,500 %s that are not there a thousand are reported, and the others counted', (_what, rule) => {
  expect(counted(rules(1500, rule))).toEqual([1000, 500]);
});

test('the first are reported, by their place', () => {
  const broken = load(
    rules(1200, (nth) => `  - { name: r${nth}, match: {}, send: none${nth}, kye: 1 }\n`),
    ENV,
  );
  const lines = broken.problems.map(({ line }) => line);
  expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  expect(broken.problems.length + broken.more.problems).toBe(2400);
});

test('one mistake behind an anchor is one, however many rules name it', () => {
  const text = `x-to: &to [none]\n${rules(1500, (nth) => `  - { name: r${nth}, match: { ticker: T${nth} }, send: *to }\n`)}`;
  expect(counted(text)).toEqual([1, 0]);
});

test('regression: more mistakes than a call has room for arguments', () => {
  const text = `${HEAD}rules:\n  - { match: {}, send: [${many(130_000, (nth) => `b${nth},`)}] }\n`;
  expect(counted(text)).toEqual([1000, 129_000]);
});

test('suggestions are looked up for the first hundred mistakes, and once for each', () => {
  const hints = new FirstHints();
  let lookedUp = 0;
  const make = () => {
    lookedUp++;
    return 'did you mean';
  };
  for (let nth = 0; nth < 1000; nth++) for (const again of [nth, 0]) hints.of(`word ${again}`, make);
  expect(lookedUp).toBe(100);
  expect([hints.of('word 0', make), hints.of('word 999', make)]).toEqual(['did you mean', undefined]);
});

test.each([
  ['destination', (nth: number) => `  - { name: r${nth}, match: { ticker: T${nth} }, send: botx${nth} }\n`],
  ['pattern', (nth: number) => `  - { name: r${nth}, match: { ticker: T${nth} }, send: "botx${nth}*" }\n`],
  ['table', (nth: number) => `  - { name: r${nth}, match: { ticker: { in: t${nth} } }, send: bot }\n`],
  ['extract', (nth: number) => `  - { name: r${nth}, match: { extract: { e${nth}: a } }, send: bot }\n`],
  [
    'template',
    (nth: number) =>
      `  - { name: r${nth}, match: { ticker: T${nth} }, send: { to: bot, template: x${nth} } }\n`,
  ],
])(
  'of 300 misspelt names of one kind (%s) the first hundred get a hint that looks at all names',
  (kind, rule) => {
    const { problems, warnings } = load(rules(300, rule), ENV);
    const found = [...problems, ...warnings].filter(({ message }) =>
      /there is no|stands for no/.test(message),
    );
    expect(found).toHaveLength(300);
    const hints = new Set(found.slice(100).map(({ hint }) => hint ?? ''));
    expect(
      [...hints].filter((hint) => /did you mean|there is:/.test(hint)),
      kind,
    ).toEqual([]);
  },
);

test('regression: groups in groups, ten thousand deep', () => {
  const groups = new Map<string, readonly string[]>(
    Array.from({ length: 10_000 }, (_, nth) => [`g${nth}`, [`g${nth + 1}`, 'bot']] as const),
  );
  const names = new DestinationNames({
    destinations: ['bot', 'other'],
    groups: groups.set('g10000', ['other']),
  });
  expect(names.find('g0')).toEqual(['other', 'bot']);
  expect(names.knows('g10000')).toBe(true);
});

test('a pattern of a million characters is refused, in a sentence', () => {
  const text = rules(
    1,
    () => `  - { match: { title: { matches: "${'a|'.repeat(500_000)}b" } }, send: bot }\n`,
  );
  expect(problemsOf(load(text, ENV))).toEqual([
    expect.stringMatching(/: this pattern is 1,000,001 characters long, at most 100,000$/),
  ]);
  expect(() => new Pattern('a'.repeat(100_000))).not.toThrow();
});

test('regression: whoever keeps `tableOf` keeps nothing else of the load', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const loaded = ((): { readonly tableOf: unknown; readonly readers: WeakRef<object> } => {
    const readers = { local: () => 'unread' as const, address: () => 'unread' as const };
    const { config } = loadConfig({
      ...{ file: '/etc/bridge/config.yaml', env: ENV, tables: readers as never },
      readFile: (path) => {
        if (path.endsWith('config.yaml'))
          return `${rules(1, () => '  - { match: {}, send: bot }\n')}tables: { t: [A] }\n`;
        throw Object.assign(new Error(path), { code: 'ENOENT' });
      },
    });
    return { tableOf: config?.tableOf, readers: new WeakRef(readers) };
  })();
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    collect();
    expect(loaded.readers.deref()).toBeUndefined();
    expect(loaded.tableOf).toBeTypeOf('function');
  });
});
