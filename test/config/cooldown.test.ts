/** `cooldown` as people write it: each mistake with its fix. */
import { describe, expect, test } from 'vitest';
import { ENV, load } from './load-text.ts';

const PARTS = `feeds: [{ apiKey: "\${KEY}" }]
destinations:
  bot: { type: webhook, url: https://bot.bridge.test/x }
rules:
`;

const found = (cooldown: string, rule = `name: orders, send: bot, cooldown: ${cooldown}`, more = '') => {
  const loaded = load(`${PARTS}  - { match: {}, ${rule} }\n${more}`, ENV);
  return [...loaded.problems, ...loaded.warnings].map(
    ({ message, hint }) => `${message}${hint === undefined ? '' : `; ${hint}`}`,
  );
};

const FORM = '`cooldown` must be a mapping such as { by: ticker, for: 24h }';
const BY = '`by` must be one of: ticker, title, rule';
const FOR = '`for` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d';

test.each<[string, readonly string[]]>([
  ['{ by: ticker, for: 24h }', []],
  ['{ by: title, for: 1d }', []],
  ['{ by: rule, for: 10m }', []],
  ['24h', [`${FORM}; write cooldown: { by: ticker, for: 24h }`]],
  ['3600', [`${FORM}; write cooldown: { by: ticker, for: 3600s }`]],
  ['false', [`${FORM}; remove it: without one nothing is held back`]],
  ['true', [FORM]],
  ['[24h]', [`${FORM}; write cooldown: { by: ticker, for: 24h }`]],
  ['{ by: tickers, for: 24h }', [`${BY}; did you mean \`ticker\`?`]],
  ['{ by: symbol, for: 24h }', [`${BY}; did you mean \`ticker\`?`]],
  ['{ by: coin, for: 24h }', [`${BY}; did you mean \`ticker\`?`]],
  ['{ by: titel, for: 24h }', [`${BY}; did you mean \`title\`?`]],
  ['{ by: destination, for: 24h }', [BY]],
  ['{ by: [ticker, title], for: 24h }', [BY]],
  ['{ by: [ticker], for: 24h }', [`${BY}; did you mean \`ticker\`?`]],
  ['{ for: 24h }', ['`by` is missing; it must be one of: ticker, title, rule']],
  ['{ by: ticker, for: 1 day }', [`${FOR}; did you mean 1d?`]],
  ['{ by: ticker, for: 24 hours }', [`${FOR}; did you mean 24h?`]],
  ['{ by: ticker, for: 24H }', [`${FOR}; did you mean 24h?`]],
  ['{ by: ticker, for: 1w }', [`${FOR}; did you mean 7d?`]],
  ['{ by: ticker, for: 30 min }', [`${FOR}; did you mean 30m?`]],
  ['{ by: ticker, for: 24 }', [`${FOR}; did you mean 24s or 24ms?`]],
  ['{ by: ticker, for: 0s }', [`${FOR}; it must be longer than nothing`]],
  ['{ by: ticker, for: forever }', [FOR]],
  ['{ by: ticker, within: 24h }', ['unknown key `within`; did you mean `for`?']],
  ['{ by: ticker, for: 24h, per: bot }', ['unknown key `per`; known here: by, for']],
])('%s', (cooldown, expected) => {
  expect(found(cooldown)).toEqual(expected);
});

describe('a cooldown that does less than it says', () => {
  test('longer than the store remembers', () => {
    const of = (cooldown: string, retention: string) =>
      found(cooldown, undefined, `store: { retention: ${retention} }\n`);
    expect(of('{ by: ticker, for: 7d }', '7d')).toEqual([]);
    expect(of('{ by: ticker, for: 8d }', '7d')).toEqual([
      '`for` is 8d, and the store keeps what was sent for 7d: a restart forgets what is older; shorten `for`, or lengthen `retention` of the store',
    ]);
  });

  test('of a rule that is named after its place', () => {
    expect(found('', 'send: bot, cooldown: { by: ticker, for: 1h }')).toEqual([
      'a cooldown goes by the name of its rule, and this one has none: it is rule 1 after its place, and another rule above it would change that; add a `name` to the rule',
    ]);
  });

  test('of a rule that sends nothing', () => {
    const [first] = found('', 'name: drop, send: [], stop: true, cooldown: { by: ticker, for: 1h }').filter(
      (message) => message.includes('cooldown'),
    );
    expect(first).toBe(
      'rule "drop" sends nothing, so there is nothing that its cooldown could hold back; add it to the rule that sends',
    );
  });
});
