// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** `tests:` in the file: what people write wrong in it, each with its place, the thing and the fix. */
import { describe, expect, test } from 'vitest';
import { ENV, FILE, load, told } from './load-text.ts';

const BASE = `feeds:
  - { name: tokyo, apiKey: "\${KEY}" }
destinations:
  team: { type: webhook, url: https://bot.bridge.test/team }
  bot: { type: webhook, url: https://bot.bridge.test/x, forEach: ticker }
  sub-1: { type: webhook, url: https://bot.bridge.test/1 }
  sub-2: { type: webhook, url: https://bot.bridge.test/2 }
groups:
  subs: [sub-*]
rules:
  - { name: all, match: {}, send: [team, bot, subs] }
`;

const MISTAKES: readonly (readonly [string, readonly string[]])[] = [
  ['tests:', ['12:1: `tests` has no value | it must be a list of tests, each starting with a dash']],
  ['tests: {}', ['12:8: `tests` must be a list of tests, each starting with a dash']],
  ['tests: upbit', ['12:8: `tests` must be a list of tests, each starting with a dash']],
  [
    'tests:\n  name: a\n  announcement: b',
    ['13:3: `tests` must be a list of tests, each starting with a dash'],
  ],
  ['test:\n  - { announcement: a, expect: team }', ['12:1: unknown key `test` | did you mean `tests`?']],
  [
    'tests:\n  - {}',
    [
      '13:5: `announcement` is missing | it must be a mapping such as { publisher: upbit, title: "…" }, or a title alone in quotes',
      '13:5: an entry of `tests` must expect something: add `expect`, `expectNone: true` or `expectPayload`',
    ],
  ],
  ['tests:\n  - upbit KRW', ['13:5: an entry of `tests` must be a mapping of keys to values']],
  [
    'tests:\n  - { name: 5, announcement: { publisher: upbit, title: "ABC" }, expect: team }',
    ['13:13: `name` must be text (in quotes), not a number | put it in quotes: "5"'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" } }',
    ['13:5: an entry of `tests` must expect something: add `expect`, `expectNone: true` or `expectPayload`'],
  ],
  [
    'tests:\n  - { expect: [team] }',
    [
      '13:5: `announcement` is missing | it must be a mapping such as { publisher: upbit, title: "…" }, or a title alone in quotes',
    ],
  ],
  [
    'tests:\n  - { announcement: , expect: [team] }',
    [
      '13:7: `announcement` has no value | it must be a mapping such as { publisher: upbit, title: "…" }, or a title alone in quotes',
    ],
  ],
  [
    'tests:\n  - { announcement: {}, expect: [team] }',
    ['13:21: `announcement` needs at least a title or a ticker'],
  ],
  [
    'tests:\n  - { announcement: [a], expect: [team] }',
    [
      '13:21: `announcement` must be a mapping such as { publisher: upbit, title: "…" }, or a title alone in quotes',
    ],
  ],
  [
    'tests:\n  - { announcement: 5, expect: [team] }',
    [
      '13:21: `announcement` must be a mapping such as { publisher: upbit, title: "…" }, or a title alone in quotes',
    ],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit }, expect: [team] }',
    ['13:21: `announcement` needs at least a title or a ticker'],
  ],
  [
    'tests:\n  - { announcement: { exchange: upbit, title: a }, expect: [team] }',
    ['13:23: unknown key `exchange` | did you mean `publisher`?'],
  ],
  [
    'tests:\n  - { announcement: { publishr: upbit, title: a }, expect: [team] }',
    ['13:23: unknown key `publishr` | did you mean `publisher`?'],
  ],
  [
    'tests:\n  - { announcement: { symbol: ABC }, expect: [team] }',
    ['13:23: unknown key `symbol` | did you mean `ticker`?'],
  ],
  [
    'tests:\n  - { announcement: { type: spot_listing, title: a }, expect: [team] }',
    ['13:29: `type` must be announcement or test_announcement; what the news is about is `listingType`'],
  ],
  [
    'tests:\n  - { announcement: { listing_type: spot_listing, title: a }, expect: [team] }',
    ['13:23: unknown key `listing_type` | did you mean `listingType`?'],
  ],
  [
    'tests:\n  - { announcement: { ticker: 1000, title: a }, expect: [team] }',
    ['13:31: `ticker` must be a ticker, or a list of tickers'],
  ],
  [
    'tests:\n  - { announcement: { ticker: A, tickers: [A], title: a }, expect: [team] }',
    ['13:43: `tickers` must not stand beside `ticker`: keep one of them'],
  ],
  [
    'tests:\n  - { announcement: { title: a, feed: tokio }, expect: [team] }',
    ['13:39: there is no feed tokio | did you mean `tokyo`?'],
  ],
  [
    'tests:\n  - { announcement: { title: a, test: maybe }, expect: [team] }',
    ['13:39: `test` must be true or false'],
  ],
  [
    'tests:\n  - { announcement: { title: a, market: KRW }, expect: [team] }',
    [
      '13:33: unknown key `market` | known here: publisher, listingType, ticker, tickers, title, feed, abnormal, redacted, test, type, publishTimestampUs, detectedTimestampUs, dispatchTimestampUs, extra',
    ],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: [taem] }',
    ['13:66: there is no destination or group taem | did you mean `team`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: "team, bot" }',
    ['13:65: there is no destination or group team, bot | several are a list: [team, bot]'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: [] }',
    ['13:65: `expect` must name at least one destination; to expect none, write `expectNone: true`'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: }',
    ['13:57: `expect` has no value | it must be a list of destinations, such as [team, bot]'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: none }',
    ['13:65: there is no destination none | to expect none, write `expectNone: true`'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: false }',
    ['13:65: `expect` must be a list of destinations, such as [team, bot]'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: { team: true } }',
    ['13:65: `expect` must be a list of destinations, such as [team, bot]'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: [team, team] }',
    ['13:72: team is named twice'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: [all] }',
    ['13:66: there is no destination or group all | for every destination write "*", in quotes'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: ["sbu-*"] }',
    ['13:66: sbu-* stands for no destination | did you mean `sub-*`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: [all, team] }',
    ['13:66: there is no destination or group all | for every destination write "*", in quotes'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expects: [team] }',
    ['13:57: unknown key `expects` | did you mean `expect`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, exepct: [team] }',
    ['13:57: unknown key `exepct` | did you mean `expect`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expected: [team] }',
    ['13:57: unknown key `expected` | did you mean `expect`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectDestinations: [team] }',
    ['13:57: unknown key `expectDestinations` | did you mean `expect`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, send: [team] }',
    ['13:57: unknown key `send` | did you mean `expect`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, to: [team] }',
    ['13:57: unknown key `to` | did you mean `expect`?'],
  ],
  [
    'tests:\n  - { title: abc, expect: [team] }',
    [
      '13:5: `announcement` is missing | it must be a mapping such as { publisher: upbit, title: "…" }, or a title alone in quotes',
      '13:7: unknown key `title` | write it below `announcement`: { title: … }',
    ],
  ],
  [
    'tests:\n  - { match: {publisher: upbit}, expect: [team] }',
    [
      '13:5: `announcement` is missing | it must be a mapping such as { publisher: upbit, title: "…" }, or a title alone in quotes',
      '13:7: unknown key `match` | known here: name, announcement, at, tables, expect, expectNone, expectPayload',
    ],
  ],
  [
    'tests:\n  - { input: abc, expect: [team] }',
    ['13:7: unknown key `input` | did you mean `announcement`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectNone: false }',
    ['13:69: `expectNone` must be true; to expect destinations, name them in `expect`'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectNone: yes }',
    ['13:69: `expectNone` must be true; to expect destinations, name them in `expect`'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectNone: true, expect: [team] }',
    ['13:69: `expectNone` must not stand beside `expect`: keep one of them'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectNone: true, expectPayload: { team: a } }',
    ['13:69: `expectNone` must not stand beside `expectPayload`: keep one of them'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectNothing: true }',
    ['13:57: unknown key `expectNothing` | did you mean `expectNone`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectPayload: {} }',
    ['13:72: `expectPayload` is empty: name a destination and a part of its payload, or remove it'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectPayload: }',
    ['13:57: `expectPayload` has no value | it must be a mapping: a destination, then a part of its payload'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectPayload: [ { symbol: a } ] }',
    ['13:72: `expectPayload` must be a mapping: a destination, then a part of its payload'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectPayload: { taem: a } }',
    ['13:74: there is no destination or group taem | did you mean `team`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: [bot], expectPayload: { team: a } }',
    [
      '13:89: `expect` of this test does not have team, so it gets no payload | add it to `expect`, or remove it here',
    ],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectPayload: { team: { title: { matches: "(" } } } }',
    ['13:100: not a valid regular expression: missing closing ): `(`'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectPayload: { symbol: ABCUSDT } }',
    ['13:74: there is no destination or group symbol | name the destination first: { team: { symbol: … } }'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectPayloads: { team: a } }',
    ['13:57: unknown key `expectPayloads` | did you mean `expectPayload`?'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: team, at: 09:30 }',
    ['13:75: `at` must be a time such as 2026-11-25T09:30:00+09:00 (without an offset it is local time)'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: team, at: 2026-02-30 }',
    ['13:75: `at` must be a time such as 2026-11-25T09:30:00+09:00 (without an offset it is local time)'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: team, at: 1764030000 }',
    ['13:75: `at` must be a time such as 2026-11-25T09:30:00+09:00 (without an offset it is local time)'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: team, at: now }',
    ['13:75: `at` must be a time such as 2026-11-25T09:30:00+09:00 (without an offset it is local time)'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: team, at: "2026-11-25T09:30 KST" }',
    ['13:75: `at` must be a time such as 2026-11-25T09:30:00+09:00 (without an offset it is local time)'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: team, time: "2026-11-25T09:30" }',
    ['13:71: unknown key `time` | did you mean `at`?'],
  ],
  [
    'tests:\n  - { name: a, announcement: { publisher: upbit, title: "ABC" }, expect: team }\n  - { name: a, announcement: { publisher: upbit, title: "ABC" }, expect: bot }',
    ['14:13: there is already a test named a, in line 13 | names tell tests apart in their results'],
  ],
  [
    'tests:\n  - { name: a, announcement: { publisher: upbit, title: "ABC" }, expect: team }\n  - { announcement: x, expct: bot }\n  - { announcement: x, expect: bto }',
    [
      '14:24: unknown key `expct` | did you mean `expect`?',
      '15:32: there is no destination or group bto | did you mean `bot`?',
    ],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: "${WHO}" }',
    [
      '13:65: the variable WHO is not set | set it in the environment, or add a line WHO=… to /etc/bridge/.env (which does not exist yet)',
    ],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expectPayload: { team: { symbol: "{{ ticker }}USDT" } } }',
    [
      '13:91: `symbol` is not a template: Liquid in it would be used literally | write what it becomes, such as ABCUSDT',
    ],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: *all }',
    ['13:65: there is no anchor of this name above | text that starts with * must be in quotes'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: * }',
    ['13:65: text that starts with * must be in quotes | write "*"'],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: team, only: true }',
    [
      '13:71: unknown key `only` | known here: name, announcement, at, tables, expect, expectNone, expectPayload',
    ],
  ],
  [
    'tests:\n  - { announcement: { publisher: upbit, title: "ABC" }, expect: team, skip: true }',
    [
      '13:71: unknown key `skip` | known here: name, announcement, at, tables, expect, expectNone, expectPayload',
    ],
  ],
];

test('there are many of them', () => expect(MISTAKES.length).toBeGreaterThanOrEqual(60));

test.each(MISTAKES)('%s', (yaml, expected) => {
  expect(told(load(`${BASE}${yaml}\n`, ENV))).toEqual(expected);
});

describe('as it may be written', () => {
  test.each([
    ['a title alone', 'announcement: Upbit will list ABC', 'expect: team'],
    ['a list of tickers', 'announcement: { ticker: [ABC, DEF] }', 'expect: ["*"]'],
    [
      'a frame of the feed',
      'announcement: {"type":"announcement","publisher":"upbit","title":"ABC","ticker":"ABC,DEF","listingType":"spot_listing","publishTimestampUs":1764030000000000,"detectedTimestampUs":1764030000000001,"dispatchTimestampUs":1764030000000002}',
      'expect: [subs, bot, team]',
    ],
    [
      'a group and a pattern',
      'announcement: { title: ABC, feed: tokyo }',
      'expectPayload: { subs: ABC, "t*": ABC }',
    ],
    [
      'words of a template in a title',
      'announcement: { title: "{{ ticker }} {ticker}" }',
      'expectNone: true',
    ],
    [
      'a name of a coin under a name of a secret',
      'announcement: ABC',
      'expectPayload: { team: { token: ABCUSDT, password: x } }',
    ],
    ['a time with an offset', 'announcement: ABC', 'at: 2026-11-25T09:30:00+09:00, expect: team'],
    ['a local time', 'announcement: ABC', 'at: 2026-11-25 09:30, expect: team'],
  ])('%s', (_, announcement, expectation) => {
    expect(told(load(`${BASE}tests:\n  - { ${announcement}, ${expectation} }\n`, ENV))).toEqual([]);
  });

  test('the unnamed are named by their place, in all files', () => {
    const { config, where } = load(
      `include: more.yaml\n${BASE}tests:\n  - { announcement: a, expect: team }\n`,
      ENV,
      {
        '/etc/bridge/more.yaml':
          'tests:\n  - { name: b, announcement: b, expect: bot }\n  - { announcement: c, expect: bot }\n',
      },
    );
    expect(config?.tests.map(({ name }) => name)).toEqual(['test 1', 'b', 'test 3']);
    expect(where(['tests', 0])).toMatchObject({ file: FILE, line: 14 });
    expect(where(['tests', 2])).toMatchObject({ file: '/etc/bridge/more.yaml', line: 3 });
  });

  test('where a rule looks at the clock, a test without a time is a warning', () => {
    const yaml = `${BASE.replace('match: {}', 'match: {}, when: { hours: "09:00-17:00", timezone: Asia/Seoul }')}tests:\n  - { announcement: a, at: 2026-11-25T10:00:00+09:00, expect: "*" }\n  - { announcement: b, expect: "*" }\n  - { announcement: c, expect: "*" }\n`;
    expect(told(load(yaml, ENV))).toEqual([
      '14:5: warning: this test (and another) has no `at`, and rule "all" has `when`: its result depends on the time of day | add a time with its offset, such as at: 2026-11-25T09:30:00+09:00',
    ]);
  });

  test('a problem of an included test names its own file', () => {
    const loaded = load(`include: more.yaml\n${BASE}`, ENV, {
      '/etc/bridge/more.yaml': 'tests:\n  - { announcement: b, expect: bto }\n',
    });
    expect(told(loaded)).toEqual([
      'more.yaml:2:32: there is no destination or group bto | did you mean `bot`?',
    ]);
  });
});
