/** `alerts:` in the config: what it takes, and every way to get it wrong, with its place. */
import { describe, expect, test } from 'vitest';
import { load, problemsOf, warningsOf } from './load-text.ts';

const PARTS = `feeds: [{ apiKey: "\${KEY}" }]
destinations:
  chat: { type: telegram, botToken: "\${TOKEN}", chatId: 1 }
  ops: { type: webhook, url: https://x.br.test/a }
  order: { type: webhook, url: https://x.br.test/b, body: { action: buy } }
  each: { type: webhook, url: https://x.br.test/c, forEach: ticker, body: { symbol: "{{ ticker }}" } }
  dry: { type: webhook, url: https://x.br.test/d, dryRun: true }
rules: [{ match: {}, send: [chat, order, each] }]
`;
const ENV = { KEY: `dsk_${'a1'.repeat(32)}`, TOKEN: '123456789:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' };
const withAlerts = (alerts: string) => load(`${PARTS}alerts: ${alerts}\n`, ENV);

test('only names are needed; the rest has defaults', () => {
  const { config } = withAlerts('{ send: [chat, ops] }');
  expect(config?.alerts).toEqual({
    send: ['chat', 'ops'],
    feedDownAfter: 60_000,
    keyExpiresWithin: 259_200_000,
  });
  expect(withAlerts('{ send: chat, heartbeat: "0 9 * * *" }').config?.alerts).toMatchObject({
    send: ['chat'],
    heartbeat: '0 9 * * *',
  });
});

test('without it there are none', () => {
  expect(load(PARTS, ENV).config?.alerts).toBeUndefined();
});

describe('a mistake', () => {
  test.each<[string, string, string]>([
    ['nothing', '{}', '9:1: `send` is missing'],
    ['nobody', '{ send: [] }', '9:17: `send` must name at least one destination'],
    ['an unknown destination', '{ send: [chat, opps] }', '9:24: there is no destination opps'],
    ['alone, without a list', '{ send: opps }', '9:17: there is no destination opps'],
    ['twice', '{ send: [chat, chat] }', '9:24: chat is named twice'],
    [
      'a template',
      '{ send: [{ to: chat, template: x }] }',
      '9:18: an entry of `send` must be text, not a mapping',
    ],
    [
      'orders for each ticker',
      '{ send: [chat, each] }',
      '9:24: each gets one order for each ticker (forEach), and an alert is not an order',
    ],
    [
      'a sixth field',
      '{ send: chat, heartbeat: "0 0 9 * * *" }',
      '9:34: `heartbeat` must be cron: minute, hour, day, month and weekday, such as "0 9 * * *"',
    ],
    [
      'a minute too many',
      '{ send: chat, heartbeat: "61 9 * * *" }',
      '9:34: `heartbeat` is not cron: Invalid value for minute: 61',
    ],
    [
      'the 30th of February',
      '{ send: chat, heartbeat: "0 9 30 2 *" }',
      '9:34: `heartbeat` is a time that never occurs',
    ],
    ['a slip', '{ send: chat, heartbeats: "0 9 * * *" }', '9:23: unknown key `heartbeats`'],
  ])('%s', (_name, alerts, problem) => {
    expect(problemsOf(withAlerts(alerts))).toEqual([problem]);
  });

  test('names are looked at beside a broken key', () => {
    expect(problemsOf(withAlerts('{ send: [opps], feedDownAfter: 60 }'))).toEqual([
      '9:18: there is no destination opps',
      '9:40: `feedDownAfter` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d',
    ]);
  });
});

test('what would not be heard is a warning, and a destination that only gets alerts is in use', () => {
  expect(warningsOf(withAlerts('{ send: [ops, order, dry] }'))).toEqual([
    '9:23: order has a body of its own, but gets an alert as JSON with type: alert',
    '9:30: dry is a dry run: no alert will arrive there',
  ]);
  expect(warningsOf(withAlerts('{ send: [dry] }'))[0]).toBe('4:3: no rule sends to ops');
});
