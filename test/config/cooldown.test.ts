/** `cooldown` as people write it: each mistake with its fix. */
import { expect, test } from 'vitest';
import { ENV, load } from './load-text.ts';

const PARTS = `feeds: [{ apiKey: "\${KEY}" }]
destinations:
  bot: { type: webhook, url: https://bot.bridge.test/x }
rules:
`;

const found = (cooldown: string) => {
  const loaded = load(`${PARTS}  - { send: bot, match: {}, cooldown: ${cooldown} }\n`, ENV);
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
  ['24h', [FORM]],
  ['true', [FORM]],
  ['[24h]', [FORM]],
  ['{ by: tickers, for: 24h }', [`${BY}; did you mean \`ticker\`?`]],
  ['{ by: symbol, for: 24h }', [`${BY}; did you mean \`ticker\`?`]],
  ['{ by: coin, for: 24h }', [`${BY}; did you mean \`ticker\`?`]],
  ['{ by: titel, for: 24h }', [`${BY}; did you mean \`title\`?`]],
  ['{ by: destination, for: 24h }', [BY]],
  ['{ by: [ticker, title], for: 24h }', [BY]],
  ['{ for: 24h }', ['`by` is missing; it must be one of: ticker, title, rule']],
  ['{ by: ticker, for: 1 day }', [`${FOR}; did you mean 1d?`]],
  ['{ by: ticker, for: 24 hours }', [`${FOR}; did you mean 24h?`]],
  ['{ by: ticker, for: 24H }', [`${FOR}; did you mean 24h?`]],
  ['{ by: ticker, for: 1w }', [`${FOR}; did you mean 7d?`]],
  ['{ by: ticker, for: 30 min }', [`${FOR}; did you mean 30m?`]],
  ['{ by: ticker, for: 24 }', [`${FOR}; did you mean 24h or 24m?`]],
  ['{ by: ticker, for: 0s }', [FOR]],
  ['{ by: ticker, for: forever }', [FOR]],
  ['{ by: ticker, within: 24h }', ['unknown key `within`; did you mean `for`?']],
  ['{ by: ticker, for: 24h, per: bot }', ['unknown key `per`; known here: by, for']],
])('%s', (cooldown, expected) => {
  expect(found(cooldown)).toEqual(expected);
});
