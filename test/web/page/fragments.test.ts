/** The parts of the page that an event changes, as they are sent alone. */
import { expect, test } from 'vitest';
import type { BridgeEvent } from '../../../src/events/bridge-event.ts';
import { pageFragments } from '../../../src/web/page/fragments.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { NO_STATUS } from '../../support/status.ts';

const destination = (name: string) => ({
  ...{ name, type: 'webhook', state: 'ok', suspended: undefined, slowed: undefined, pausedMs: 0 },
  ...{ inFlight: 0, pending: 0, oldestMs: undefined },
});

const fragmentsOf = (count: number) =>
  pageFragments({
    clock: new FakeClock(),
    status: () => ({
      ...NO_STATUS,
      destinations: Array.from({ length: count }, (_, at) => destination(`bot${at}`)),
    }),
    figures: () => undefined,
    budgets: () => [],
  });

test.each<[BridgeEvent, readonly string[]]>([
  [{ kind: 'destination.resumed', destination: 'bot' }, ['d-bot', 'verdict']],
  [{ kind: 'feed.self_test_unanswered', feed: 'tokyo' }, ['f-tokyo', 'verdict']],
  [{ kind: 'config.rejected', problems: [] }, ['verdict']],
  [{ kind: 'mute.ended', mute: 1, muted: 'destination bot', reason: undefined }, ['verdict', 'd-bot']],
  [{ kind: 'mute.ended', mute: 1, muted: 'ticker ABC', reason: undefined }, ['verdict']],
  [{ kind: 'bridge.ended' }, []],
])('%j', (event, keys) => expect(fragmentsOf(1).keysOf(event)).toEqual(keys));

test('each part is one element with its id, as on the page; one that is gone is left out', async () => {
  const rows = await fragmentsOf(2).rowsOf(['d-bot1', 'd-gone', 'a-gone', 'f-gone', 'verdict']);
  expect(rows.map((row) => /^<(\w+) id="([^"]+)"/.exec(row)?.slice(1))).toEqual([
    ['section', 'verdict'],
    ['tr', 'd-bot1'],
  ]);
});

test('of thousands of destinations no row is sent: each announcement would change all', async () => {
  expect(await fragmentsOf(101).rowsOf(['d-bot1'])).toEqual([]);
});

test('a burst of rows asks for one status; a later change for a new one', async () => {
  const clock = new FakeClock();
  let asked = 0;
  const status = () => {
    asked++;
    return NO_STATUS;
  };
  const fragments = pageFragments({ status, clock, figures: () => undefined, budgets: () => [] });
  for (let at = 0; at < 500; at++) await fragments.rowsOf([`d-bot${at}`]);
  expect(asked).toBe(1);
  await clock.advance(100);
  await fragments.rowsOf(['d-bot1']);
  expect(asked).toBe(2);
});

test('what changes without an event is sent again: feeds, what has a queue or has used its budget, and once more when it has not', () => {
  let left = 2;
  const status = () => ({
    ...NO_STATUS,
    feeds: [{ name: 'tokyo' }] as unknown as typeof NO_STATUS.feeds,
    destinations: [destination('idle'), destination('used'), { ...destination('busy'), pending: 1 }],
  });
  const windows = () => [{ limit: 5, perMs: 1000, left }];
  const budgets = (name: string) =>
    name === 'used' ? [{ what: 'x', windows: windows(), isNearBan: false, waitMs: 0 }] : [];
  const fragments = pageFragments({ status, clock: new FakeClock(), figures: () => undefined, budgets });
  expect(fragments.restless?.()).toEqual(['verdict', 'f-tokyo', 'd-used', 'd-busy']);
  left = 5;
  expect(fragments.restless?.()).toEqual(['verdict', 'f-tokyo', 'd-busy', 'd-used']);
  expect(fragments.restless?.()).toEqual(['verdict', 'f-tokyo', 'd-busy']);
});
