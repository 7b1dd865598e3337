/** The sign of life: on time by the wall clock, with the counts since the last one, and what is wrong. */
import { describe, expect, test } from 'vitest';
import { cronFault, nextHeartbeat } from '../../src/alerts/heartbeat-times.ts';
import { FakeBridge, HOUR, MINUTE, SECOND } from './bridge.ts';

/** By the local clock, whatever zone the tests run in. */
const EIGHT = new Date(2026, 0, 1, 8).getTime();
const DAILY = { heartbeat: '0 9 * * *' };

test('comes every day at its time, through all destinations of the alerts', async () => {
  const bridge = new FakeBridge(DAILY, EIGHT);
  await bridge.advance(HOUR - SECOND);
  expect(bridge.sent).toEqual([]);
  await bridge.advance(2 * SECOND);
  expect(bridge.sent).toHaveLength(1);
  await bridge.advance(24 * HOUR);
  expect(bridge.sent.map(({ to, atMs }) => [to, Math.round(atMs / HOUR)])).toEqual([
    [['chat', 'ops'], 1],
    [['chat', 'ops'], 25],
  ]);
});

test('counts what was heard and sent since the last one; not tests, not alerts, not what was told before', async () => {
  const bridge = new FakeBridge(DAILY, EIGHT);
  bridge.received();
  bridge.received();
  bridge.received('tokyo', { test: true });
  for (const destination of ['chat', 'bot']) {
    bridge.attempted(destination, { kind: 'delivered' });
    bridge.ended(destination, 'delivered');
  }
  bridge.ended('bot', 'expired', 'max_age');
  const alert = { severity: 'good', headline: 'x', paragraphs: [], data: {} } as const;
  bridge.ended('ops', 'delivered', undefined, alert);
  await bridge.advance(HOUR + SECOND);
  const { alert: life } = bridge.sent.at(-1) ?? {};
  expect(life?.headline).toBe('💚 alive: 2 announcements in 1h');
  expect(life?.severity).toBe('good');
  expect(life?.paragraphs).toEqual([
    'feed tokyo: healthy, 2 announcements',
    'chat: 1 delivered\nops: 0 delivered\nbot: 1 delivered, 1 expired',
    'From the frame to the request: 7ms (median).',
    'Nothing is wrong.',
    expect.stringMatching(/^Counted since \d{4}-\d\d-\d\d \d\d:00:00 [+-]\d\d:\d\d\.$/),
  ]);
  expect(life?.data).toMatchObject({
    heartbeat: {
      feeds: [{ name: 'tokyo', healthy: true, announcements: 2 }],
      medianDispatchMs: 7,
      wrong: [],
    },
  });

  await bridge.advance(24 * HOUR);
  expect(bridge.sent.at(-1)?.alert.headline).toBe('💚 alive: 0 announcements in 1d');
});

test('says what is wrong', async () => {
  const bridge = new FakeBridge(DAILY, EIGHT);
  bridge.down('tokyo');
  bridge.suspend('bot');
  await bridge.advance(HOUR + SECOND);
  const life = bridge.sent.at(-1)?.alert;
  expect(life?.headline).toBe('🟠 alive: 0 announcements in 1h');
  expect(life?.severity).toBe('warning');
  expect(life?.paragraphs.join('\n')).toContain('feed tokyo: connect ECONNREFUSED, 0 announcements');
  expect(life?.paragraphs.join('\n')).toContain('bot: 0 delivered; suspended, gone');
  expect(life?.paragraphs.join('\n')).toContain('Wrong: feed tokyo is down; destination bot is suspended');
});

test('does not use up the limit of alerts, nor is it held back by it', async () => {
  const bridge = new FakeBridge({ heartbeat: '* * * * *' }, EIGHT);
  for (let minute = 0; minute < 30; minute++) {
    bridge.live(`feed${minute}`, { state: 'fatal', trouble: 'key_revoked' });
    await bridge.advance(MINUTE);
  }
  expect(bridge.sent.filter(({ alert }) => 'heartbeat' in alert.data)).toHaveLength(30);
  expect(bridge.sent.filter(({ alert }) => 'alerts' in alert.data)).toHaveLength(8);
});

describe('the wall clock is set', () => {
  test('forward over the time: it comes, once', async () => {
    const bridge = new FakeBridge(DAILY, EIGHT);
    await bridge.advance(MINUTE);
    bridge.clock.stepWall(72 * HOUR);
    await bridge.advance(10 * MINUTE);
    expect(bridge.sent).toHaveLength(1);
  });

  test('back by years: it comes at the next nine o’clock of the new time', async () => {
    const bridge = new FakeBridge(DAILY, EIGHT);
    await bridge.advance(MINUTE);
    bridge.clock.stepWall(-2 * 365 * 24 * HOUR);
    await bridge.advance(HOUR);
    expect(bridge.sent).toHaveLength(1);
  });
});

test('a reload changes its time, or ends it', async () => {
  const bridge = new FakeBridge(DAILY, EIGHT);
  await bridge.advance(MINUTE);
  const options = bridge.options ?? { send: [], feedDownAfter: 0, keyExpiresWithin: 0 };
  bridge.options = { ...options, heartbeat: '30 8 * * *' };
  await bridge.advance(HOUR);
  expect(bridge.sent).toHaveLength(1);
  bridge.options = { ...options, heartbeat: undefined };
  await bridge.advance(2 * HOUR);
  expect(bridge.sent).toHaveLength(1);
});

test('a time that has come is followed by the next, never by itself', () => {
  const first = nextHeartbeat('0 9 * * *', EIGHT) ?? 0;
  expect(first).toBe(EIGHT + HOUR);
  expect(nextHeartbeat('0 9 * * *', first)).toBe(EIGHT + 25 * HOUR);
  expect(cronFault('@daily')).toBeUndefined();
});
