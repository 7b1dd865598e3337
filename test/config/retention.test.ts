/** `store.retention` by kind: what is too short for the rest of the config is an error at its line. */
import { expect, test } from 'vitest';
import { ENV, load } from './load-text.ts';

const PARTS = `feeds: [{ apiKey: "\${KEY}" }]
destinations:
  bot: { type: webhook, url: https://bot.bridge.test/x, maxAge: 2h }
rules:
  - { name: orders, match: {}, send: bot, cooldown: { by: ticker, for: 24h } }
`;

const found = (retention: string) =>
  load(`${PARTS}store: { retention: ${retention} }\n`, ENV).problems.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );

test.each<[string, readonly string[]]>([
  ['30d', []],
  ['{ announcements: 90d, deliveries: 30d, attempts: 7d }', []],
  ['{ announcements: 90d }', []],
  ['{ attempts: 7d }', []],
  ['{}', []],
  ['{ announcements: 90d, figures: 1000d }', []],
  [
    '{ figures: 20d }',
    [
      '6:30 `figures` are kept for 20d, which is shorter than the `announcements` that they are made of (30d)',
    ],
  ],
  [
    '{ announcements: 25h, deliveries: 25h, figures: 30h }',
    [
      '6:68 `figures` are kept for 1d6h, which is shorter than a day and the one before, which they are kept by (2d)',
    ],
  ],
  [
    '{ announcements: 30d, deliveries: 90d }',
    ['6:29 `announcements` are kept for 30d, which is shorter than their `deliveries` are kept (90d)'],
  ],
  [
    '{ deliveries: 3d, attempts: 7d }',
    ['6:21 `deliveries` are kept for 3d, which is shorter than their `attempts` are kept (7d)'],
  ],
  [
    '{ announcements: 30m }',
    [
      '6:38 `announcements` are kept for 30m, which is shorter than `dedupeWindow`: after a restart a repeat would be news (1h)',
    ],
  ],
  [
    '{ deliveries: 1h }',
    [
      '6:33 `deliveries` are kept for 1h, which is shorter than the cooldown of rule "orders": a restart would forget it (1d)',
    ],
  ],
  [
    '{ deliveries: 7 }',
    ['6:35 `deliveries` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d'],
  ],
  ['{ delivery: 7d }', ['6:23 unknown key `delivery`']],
])('%s', (retention, expected) => {
  const problems = found(retention);
  const words = (texts: readonly string[]) => texts.map((text) => text.replace(/^\d+:\d+ /, ''));
  expect(words(problems)).toEqual(expect.arrayContaining(words(expected)));
  expect(problems.every((text) => text.startsWith('6:'))).toBe(true);
  expect(problems.length > 0).toBe(expected.length > 0);
});
