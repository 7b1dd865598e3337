/** The config of a feed of `type: websocket`: each mistake with its place and a way out, and no secret shown. */
import { describe, expect, test } from 'vitest';
import { FEED_TYPES } from '../../../src/feeds/index.ts';
import { DESTINATIONS, load, problemsOf, shown, warningsOf } from '../../config/load-text.ts';

const KEY = 'k3y-0f-the-s0urce-99';
const RULES = 'rules:\n  - { match: {}, send: bot }\n';
const config = (feed: string, rules = RULES) => load(`feeds:\n${feed}\n${DESTINATIONS}${rules}`, { KEY });
const hintsOf = (feed: string) => config(feed).problems.map(({ hint }) => hint);

const GOOD = `  - type: websocket
    url: wss://feed.bridge.test/stream?key=\${KEY}
    headers: { X-Api-Key: "\${KEY}" }
    hello: [ "login \${KEY}", { op: subscribe } ]
    only: { kind: listing, data.n: { not: 5 } }
    map:
      publisher: { value: upbit }
      title: { path: data.title }
      listingType: { path: type, values: { new: spot_listing } }
      publishedAt: { path: ts }`;

test('a good one, with its defaults', () => {
  const { config: whole, problems } = config(GOOD);
  expect(problems).toEqual([]);
  expect(whole?.feeds).toMatchObject([
    {
      type: 'websocket',
      name: 'feed.bridge.test',
      ping: { every: 20_000, send: 'protocol' },
      only: { kind: 'listing', 'data.n': { not: '5' } },
      hello: [`login ${KEY}`, { op: 'subscribe' }],
      tls: { insecure: false },
    },
  ]);
  expect(warningsOf(config(GOOD))).toEqual([]);
});

test('one message needs no list, and a list in a list is a list that is sent', () => {
  const hello = (text: string) =>
    config(GOOD.replace(/hello: .*/, `hello: ${text}`)).config?.feeds[0] as { hello: unknown };
  expect(hello('"login x"').hello).toEqual(['login x']);
  expect(hello('{ op: subscribe }').hello).toEqual([{ op: 'subscribe' }]);
  expect(hello('[[{ ticket: 1 }]]').hello).toEqual([[{ ticket: 1 }]]);
});

describe('mistakes', () => {
  test.each<[string, string, readonly string[]]>([
    ['a misspelled type', '  - type: websockt', [`2:11: \`type\` must be one of: ${FEED_TYPES.join(', ')}`]],
    ['what is missing', '  - type: websocket', ['2:5: `url` is missing', '2:5: `map` is missing']],
    [
      'what is missing of the map',
      '  - { type: websocket, url: wss://x.bridge.test, map: { title: { path: t } } }',
      ['2:50: `publisher` is missing', '2:50: `listingType` is missing'],
    ],
    [
      'bare words in the map, and unknown keys',
      '  - { type: websocket, url: wss://x.bridge.test, map: { titel: { path: t }, publisher: upbit, listingType: { value: x } } }',
      [
        '2:57: unknown key `titel`',
        '2:88: `publisher` must be { path: where it stands } or { value: what it always is }',
      ],
    ],
    [
      'paths and patterns',
      '  - { type: websocket, url: wss://x.bridge.test, only: { "a..b": x, kind: { matches: "(" } }, map: { title: { path: "a[" }, publisher: { value: x }, listingType: { value: x } } }',
      [
        '2:66: `a..b` must be a path, such as title, data.items[0].title or data["odd.key"]',
        '2:86: `matches`: not a valid regular expression: missing closing ): `(`',
        '2:117: `path` must be a path, such as title, data.items[0].title or data["odd.key"]',
      ],
    ],
    [
      'headers, ping and hello',
      '  - type: websocket\n    url: https://x.bridge.test\n    headers: { Host: x, "a b": y }\n    hello: 5\n    ping: { evry: 5s }\n    map: x',
      [
        '3:10: `url` must be a full URL starting with wss:// or ws://',
        '5:12: `hello` must be text, or a tree that becomes JSON, or a list of those',
        '6:13: unknown key `evry`',
        '7:10: `map` must be a mapping with at least publisher, title and listingType',
      ],
    ],
    [
      'values, times',
      '  - type: websocket\n    url: wss://x.bridge.test\n    headers: { Host: x, "a b": y }\n    map:\n      publisher: { value: x, values: { a: b } }\n      title: { path: t, value: x }\n      listingType: { value: x }\n      publishedAt: { path: x, unit: msec }',
      [
        '4:22: `Host` is a header that the bridge sets itself',
        '4:32: `a b` is not a valid header name',
        '6:38: `values` works only beside `path`',
        '7:14: `title` must be { path: where it stands } or { value: what it always is }',
        '9:37: `unit` must be one of: auto, s, ms, us, ns, iso',
      ],
    ],
  ])('%s', (_name, feed, problems) => {
    expect(problemsOf(config(feed))).toEqual(problems);
  });

  test('what was meant', () => {
    expect(hintsOf('  - type: websockt')).toEqual(['did you mean `websocket`?']);
    expect(hintsOf('  - type: kafka')).toEqual([expect.stringContaining('type: websocket, with its `url`')]);
    expect(hintsOf(`${GOOD}\n    exchanges: [upbit]`)).toEqual([
      'it is a key of `type: cryptolisting`, and this feed is of type websocket',
    ]);
    expect(hintsOf(`  - { apiKey: "\${KEY}", map: {} }`)).toEqual([
      'it is a key of `type: websocket`; without `type` a feed is of type cryptolisting',
    ]);
  });
});

describe('regression: mistakes that only the running bridge showed', () => {
  const problemsWith = (from: RegExp | string, to: string) =>
    problemsOf(config(GOOD.replace(from, to))).map((line) => line.replace(/^\S+ /, ''));

  test.each(['wss://x.bridge.test/s#part', 'wss://x.bridge.test/s#'])(
    'an address with a fragment, which ends the process: %s',
    (address) => {
      const fault = '`url` must not have a part after #';
      expect(problemsWith(/url: .*/, `url: "${address}"`)).toEqual([fault]);
      expect(problemsOf(config(`  - { url: "${address}", apiKey: "\${KEY}" }`))).toEqual([`2:12: ${fault}`]);
    },
  );

  test('a silence that is shorter than the wait for the next ping', () => {
    const pinged = (silence: string) =>
      problemsWith('only:', `ping: { every: 30s }\n    silenceTimeout: ${silence}\n    only:`);
    expect(pinged('30s')).toEqual([
      '`silenceTimeout` must be longer than `every` of `ping` (30s): a quiet connection would be cut before it is asked',
    ]);
    expect(pinged('31s')).toEqual([]);
    expect(problemsWith('only:', 'ping: false\n    silenceTimeout: 5s\n    only:')).toEqual([]);
  });

  test('pings that are a flood', () => {
    expect(problemsWith('only:', 'ping: { every: 1ms }\n    only:')).toEqual([
      expect.stringMatching(/^`every` must be at least 100ms/),
    ]);
  });

  test('a header that is given twice', () => {
    expect(problemsWith(/headers: .*/, `headers: { X-Key: "\${KEY}", x-key: "\${KEY}" }`)).toEqual([
      '`x-key` is given twice: upper and lower case are the same',
    ]);
  });

  test.each([
    ['"new*"', '"new*" is compared literally, and no wildcards are known here'],
    ['"/new/"', '"/new/" is compared literally, slashes included'],
    ['\'"new"\'', 'the quotes are part of this text, so it never matches'],
    ['[new, " "]', 'a blank text matches nothing'],
  ])('a word of `only` that no frame has: %s', (word, warning) => {
    const found = config(GOOD.replace('kind: listing', `kind: ${word}`));
    expect(found.warnings.map(({ message }) => message)).toEqual([warning]);
    expect(found.warnings[0]?.hint).toBeDefined();
  });

  test('a key in a place of its own, on a connection that anybody can read', () => {
    const bare = `  - type: websocket
    url: ws://feed.bridge.test/
    map: { publisher: { value: upbit }, title: { path: t }, listingType: { path: k } }`;
    const line = [expect.stringMatching(/`url` is not encrypted/)];
    expect(warningsOf(config(bare))).toEqual([]);
    expect(warningsOf(config(bare.replace('ws://', `ws://\${KEY}@`)))).toEqual(line);
    expect(warningsOf(config(`${bare}\n    ping: { send: "ping \${KEY}" }`))).toEqual(line);
  });

  test('a token alone before the @ is hidden, and warned of', () => {
    const token = 'Tok8enWithout66';
    const found = config(GOOD.replace(/url: .*/, `url: wss://${token}@feed.bridge.test/stream`));
    expect(warningsOf(found)).toEqual([
      expect.stringContaining('`url` is written in the file in clear text'),
    ]);
    expect(found.redact(`the source said: ${token}`)).not.toContain(token);
  });

  test('words that no rule will find, in the translation of the words of the source', () => {
    const slips = GOOD.replace('new: spot_listing', 'new: spot_listign, old: roadmap').replace(
      'value: upbit',
      'value: upbti',
    );
    expect(config(slips).warnings.map(({ message, hint }) => [message, hint])).toEqual([
      ['upbti is not a known exchange', 'did you mean `upbit`?'],
      ['spot_listign is not a known listing type', 'did you mean `spot_listing`?'],
    ]);
  });

  test('the way out of a rule that no feed reaches names no key that the feed does not have', () => {
    const rules = 'rules:\n  - { match: { publisher: binance }, send: bot }\n';
    expect(config(GOOD, rules).warnings.map(({ hint }) => hint)).toEqual([
      'add a feed that brings it, or correct `publisher` in the `map` of one',
    ]);
  });
});

describe('warnings', () => {
  test('keys that are written in the file', () => {
    const open = GOOD.replaceAll(`\${KEY}`, KEY);
    const found = config(open);
    expect(warningsOf(found).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      '`url` is written in the file in clear text',
      '`X-Api-Key` is written in the file in clear text',
      '`hello` is written in the file in clear text',
    ]);
    expect(shown(found)).not.toContain(KEY);
    expect(found.redact(`the source said: ${KEY}`)).not.toContain(KEY);
  });

  test('a key on a connection that anybody can read', () => {
    const line = /`url` is not encrypted/;
    expect(warningsOf(config(GOOD.replace('wss:', 'ws:')))).toEqual([expect.stringMatching(line)]);
    expect(warningsOf(config(GOOD.replace('wss://feed.bridge.test', 'ws://127.0.0.1:5')))).toEqual([]);
  });

  test('a rule that waits for what no feed brings', () => {
    const rules = 'rules:\n  - { match: { publisher: binance }, send: bot }\n';
    expect(warningsOf(config(GOOD, rules))).toEqual([expect.stringMatching(/no feed subscribes to binance/)]);
    const any = GOOD.replace('{ value: upbit }', '{ path: source }');
    expect(warningsOf(config(any, rules))).toEqual([]);
  });
});

test('the secrets of a feed are hidden wherever they stand', () => {
  const { redact } = config(GOOD);
  for (const text of [KEY, `login ${KEY}`, `wss://feed.bridge.test/stream?key=${KEY}`])
    expect(redact(text), text).not.toContain(KEY);
  expect(redact('subscribe to wss://feed.bridge.test/stream')).toBe(
    'subscribe to wss://feed.bridge.test/stream',
  );
});
