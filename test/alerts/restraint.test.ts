/** Protections of alerts against noise and loops: flapping, groups, the limit, and the choice of destinations. */
import { describe, expect, test } from 'vitest';
import type { Alert } from '../../src/alert.ts';
import { FakeBridge, HOUR, MINUTE, SECOND, type Sent } from './bridge.ts';

/** The most messages in any hour. */
function busiestHour(sent: readonly Sent[]): number {
  const within = (from: Sent) => sent.filter(({ atMs }) => atMs >= from.atMs && atMs < from.atMs + HOUR);
  return Math.max(0, ...sent.map((from) => within(from).length));
}

describe('flapping', () => {
  test('a moment of trouble is not worth a word', async () => {
    const bridge = new FakeBridge();
    for (let drop = 0; drop < 20; drop++) {
      bridge.down('tokyo');
      await bridge.advance(30 * SECOND);
      bridge.live('tokyo');
      await bridge.advance(5 * MINUTE);
    }
    expect(bridge.sent).toEqual([]);
  });

  test('a feed that is never long away, but never long there either, is down, once', async () => {
    const bridge = new FakeBridge();
    for (let drop = 0; drop < 60; drop++) {
      bridge.down('tokyo');
      await bridge.advance(30 * SECOND);
      bridge.live('tokyo');
      await bridge.advance(20 * SECOND);
    }
    expect(bridge.changes).toEqual(['feed_down tokyo started']);
    expect(bridge.sent[0]?.alert.paragraphs.join()).toMatch(/briefly recovered (once|\d+ times)/);
    await bridge.advance(2 * MINUTE);
    expect(bridge.changes).toEqual(['feed_down tokyo started', 'feed_down tokyo ended']);
  });

  test('coming and going for hours is told ever more rarely', async () => {
    const bridge = new FakeBridge();
    while (bridge.nowMs < 8 * HOUR) {
      bridge.suspend('bot');
      await bridge.advance(MINUTE);
      bridge.lane('bot');
      await bridge.advance(2 * MINUTE);
    }
    // 160 times away and back.
    expect(bridge.sent.length).toBeLessThan(10);
    expect(busiestHour(bridge.sent)).toBeLessThan(8);
    await bridge.advance(70 * MINUTE);
    expect(bridge.changes.at(-1)).toBe('destination_suspended bot ended');
  });
});

test('what happens together is one message, the worst first', async () => {
  const bridge = new FakeBridge();
  bridge.ended('bot', 'dead', 'message_refused');
  await bridge.advance(2 * SECOND);
  bridge.storeFault = 'disk I/O error';
  bridge.suspend('bot');
  await bridge.advance(10 * SECOND);
  expect(bridge.sent).toHaveLength(1);
  expect(bridge.sent[0]?.changes).toEqual([
    'destination_suspended bot started',
    'store_broken  started',
    'deliveries_dead bot started',
  ]);
  expect(bridge.sent[0]?.alert.headline).toBe('🔴 destination bot is suspended, and 2 more');
  expect(bridge.sent[0]?.alert.paragraphs).toHaveLength(3);
});

test('many at once: ten are spelled out, the rest is counted, and programs get all', async () => {
  const bridge = new FakeBridge();
  for (let feed = 0; feed < 25; feed++) bridge.down(`feed${feed}`);
  await bridge.advance(2 * MINUTE);
  const [only] = bridge.sent;
  expect(bridge.sent).toHaveLength(1);
  expect(only?.alert.paragraphs).toHaveLength(11);
  expect(only?.alert.paragraphs.at(-1)).toBe('… and 15 more: see the log.');
  expect(only?.changes).toHaveLength(25);
});

test('at most eight an hour, five of them small news; what was held back is counted, and nothing is lost', async () => {
  const bridge = new FakeBridge();
  for (let minute = 0; minute < 120; minute++) {
    bridge.lane(`bot${minute}`);
    bridge.ended(`bot${minute}`, 'dead', 'message_refused');
    await bridge.advance(MINUTE);
  }
  expect(busiestHour(bridge.sent)).toBe(5);
  await bridge.advance(2 * HOUR);
  const told = bridge.changes.filter((change) => change.endsWith('started'));
  expect(new Set(told).size).toBe(120);
});

test('a storm of small news does not hide critical news', async () => {
  const bridge = new FakeBridge();
  for (let minute = 0; minute < 10; minute++) {
    bridge.lane(`bot${minute}`);
    bridge.ended(`bot${minute}`, 'dead', 'message_refused');
    await bridge.advance(MINUTE);
  }
  expect(bridge.sent).toHaveLength(5);
  bridge.live('tokyo', { state: 'fatal', trouble: 'key_revoked' });
  await bridge.advance(10 * SECOND);
  expect(bridge.sent).toHaveLength(6);
  expect(bridge.sent[5]?.changes[0]).toBe('feed_fatal tokyo started');
  // Even that has its limit.
  for (let feed = 0; feed < 30; feed++) {
    bridge.live(`feed${feed}`, { state: 'fatal', trouble: 'key_revoked' });
    await bridge.advance(MINUTE);
  }
  expect(busiestHour(bridge.sent)).toBe(8);
});

test('what began and ended while it was held back is told as over, with its length', async () => {
  const bridge = new FakeBridge();
  for (let minute = 0; minute < 5; minute++) {
    bridge.lane(`bot${minute}`);
    bridge.ended(`bot${minute}`, 'dead', 'message_refused');
    await bridge.advance(MINUTE);
  }
  bridge.rejected = ['bad'];
  await bridge.advance(10 * MINUTE + SECOND);
  bridge.rejected = undefined;
  await bridge.advance(HOUR);
  const told = bridge.sent.filter(({ changes }) => changes.join().includes('config_rejected'));
  expect(told).toHaveLength(1);
  expect(told[0]?.changes).toContain('config_rejected  ended');
  expect(told[0]?.alert.paragraphs.join('\n')).toContain('Lasted 10m');
  expect(told[0]?.alert.paragraphs.at(-1)).toBe('1 earlier change was held back.');
});

describe('never through what it is about', () => {
  test('a suspended destination is told through the others, its end through all', async () => {
    const bridge = new FakeBridge();
    bridge.suspend('chat');
    await bridge.advance(10 * SECOND);
    expect(bridge.sent.map(({ to }) => to)).toEqual([['ops']]);
    bridge.lane('chat');
    await bridge.advance(MINUTE);
    expect(bridge.sent.map(({ to }) => to)).toEqual([['ops'], ['chat', 'ops']]);
  });

  test('other news still goes there', async () => {
    const bridge = new FakeBridge();
    bridge.suspend('chat');
    bridge.storeFault = 'disk I/O error';
    await bridge.advance(10 * SECOND);
    expect(bridge.sent.map(({ to, changes }) => [to, changes])).toEqual([
      [['chat'], ['store_broken  started']],
      [['ops'], ['destination_suspended chat started', 'store_broken  started']],
    ]);
  });

  test('unless that takes messages all the same: one that it refused is told through it', async () => {
    const bridge = new FakeBridge({ send: ['chat'] });
    bridge.ended('chat', 'dead', 'message_refused');
    await bridge.advance(10 * SECOND);
    expect(bridge.sent.map(({ to, changes }) => [to, changes])).toEqual([
      [['chat'], ['deliveries_dead chat started']],
    ]);
  });

  test('when there is no other, the log has to do', async () => {
    const bridge = new FakeBridge({ send: ['chat'] });
    bridge.suspend('chat');
    await bridge.advance(MINUTE);
    expect(bridge.sent).toEqual([]);
    expect(bridge.published).toMatchObject([
      { kind: 'alert.started', code: 'destination_suspended', subject: 'chat', severity: 'critical', to: [] },
    ]);
  });

  test('a dead or expired alert raises no alert', async () => {
    const bridge = new FakeBridge();
    const alert: Alert = { severity: 'good', headline: 'x', paragraphs: [], data: {} };
    bridge.ended('chat', 'dead', 'message_refused', alert);
    bridge.ended('chat', 'expired', 'max_age', alert);
    await bridge.advance(2 * HOUR);
    expect([bridge.sent, bridge.published]).toEqual([[], []]);
  });
});

describe('a reload', () => {
  test('without alerts nothing is said; switched on, it tells what is so', async () => {
    const bridge = new FakeBridge();
    const { options } = bridge;
    bridge.options = undefined;
    bridge.storeFault = 'disk I/O error';
    await bridge.advance(HOUR);
    expect([bridge.sent, bridge.published]).toEqual([[], []]);
    bridge.options = options;
    await bridge.advance(10 * SECOND);
    expect(bridge.changes).toEqual(['store_broken  started']);
  });

  test('other destinations are told from then on', async () => {
    const bridge = new FakeBridge();
    bridge.storeFault = 'disk I/O error';
    await bridge.advance(10 * SECOND);
    if (bridge.options !== undefined) bridge.options = { ...bridge.options, send: ['bot'] };
    bridge.storeFault = undefined;
    await bridge.advance(MINUTE);
    expect(bridge.sent.map(({ to }) => to)).toEqual([['chat', 'ops'], ['bot']]);
  });
});

describe('regression: what waits to be told is not told when it has become', () => {
  test('of no interest: its destination has left the config', async () => {
    const bridge = new FakeBridge();
    bridge.ended('bot', 'dead', 'message_refused');
    await bridge.advance(2 * SECOND);
    expect(bridge.published).toHaveLength(1);
    bridge.lanes.delete('bot');
    await bridge.advance(MINUTE);
    expect(bridge.sent).toEqual([]);
  });

  test('old: alerts were switched off meanwhile', async () => {
    const bridge = new FakeBridge();
    const { options } = bridge;
    bridge.storeFault = 'disk I/O error';
    await bridge.advance(2 * SECOND);
    expect(bridge.published).toHaveLength(1);
    bridge.options = undefined;
    bridge.storeFault = undefined;
    await bridge.advance(HOUR);
    bridge.options = options;
    await bridge.advance(HOUR);
    expect(bridge.sent).toEqual([]);
  });
});

test('regression: a destination that has left the config and comes back is not judged by its first life', async () => {
  const bridge = new FakeBridge();
  bridge.attempted('bot', { kind: 'retry', reason: 'unreachable' });
  await bridge.advance(HOUR);
  bridge.lanes.delete('bot');
  await bridge.advance(HOUR);
  bridge.lane('bot');
  bridge.attempted('bot', { kind: 'retry', reason: 'unreachable' });
  await bridge.advance(HOUR);
  expect(bridge.sent).toEqual([]);
});
