/**
 * Reported conditions outlive the process: nothing is reported twice because of a restart, and no end is
 * forgotten.
 */
import { expect, test } from 'vitest';
import { NOTHING_SAVED, restore, save } from '../../src/alerts/saved.ts';
import { FakeBridge, HOUR, MINUTE, SECOND, SECRET } from './bridge.ts';

test('what was told and still is so is not told again, but repeated after its six hours', async () => {
  const bridge = new FakeBridge();
  bridge.suspend('bot');
  await bridge.advance(HOUR);
  expect(bridge.changes).toEqual(['destination_suspended bot started']);
  bridge.lane('bot');
  bridge.restart();
  // A lane does not know of a suspension before it has tried.
  await bridge.advance(MINUTE);
  bridge.suspend('bot');
  await bridge.advance(4 * HOUR);
  expect(bridge.sent).toHaveLength(1);
  await bridge.advance(HOUR);
  expect(bridge.changes.slice(1)).toEqual(['destination_suspended bot lasts']);
  expect(bridge.sent[1]?.alert.paragraphs.join()).toContain('(6h)');
});

test('what ended with the restart is told as over, with its whole length', async () => {
  const bridge = new FakeBridge();
  bridge.live('tokyo', { state: 'fatal', trouble: 'key_revoked' });
  await bridge.advance(HOUR + 2 * SECOND);
  bridge.live('tokyo');
  bridge.restart();
  await bridge.advance(5 * MINUTE);
  expect(bridge.changes).toEqual(['feed_fatal tokyo started', 'feed_fatal tokyo ended']);
  expect(bridge.sent[1]?.alert.paragraphs.join()).toContain('Lasted 1h');
});

test('what was seen and not yet told is told by the next process', async () => {
  const bridge = new FakeBridge();
  bridge.storeFault = 'disk I/O error';
  await bridge.advance(2 * SECOND);
  bridge.restart();
  await bridge.advance(10 * SECOND);
  expect(bridge.changes).toEqual(['store_broken  started']);
});

test('a process that dies again and again keeps to the limit', async () => {
  const bridge = new FakeBridge();
  for (let life = 0; life < 40; life++) {
    bridge.live(`feed${life}`, { state: 'fatal', trouble: 'key_revoked' });
    await bridge.advance(10 * SECOND);
    bridge.restart();
  }
  expect(bridge.sent).toHaveLength(8);
  expect(new Set(bridge.changes).size).toBe(bridge.changes.length);
});

test('what the store has is read back; what it cannot have is nothing', () => {
  const told = {
    code: 'feed_down',
    subject: 'tokyo',
    detail: 'x',
    sinceMs: 1,
    toldMs: 2,
    endings: 0,
  } as const;
  expect(restore(save({ told: [told], sentMs: [3] }))).toEqual({ told: [told], sentMs: [3] });
  expect(restore(JSON.stringify({ told: [{ ...told, code: 'of_another_version' }], sentMs: [3] }))).toEqual({
    told: [],
    sentMs: [3],
  });
  for (const text of [undefined, '', 'null', '{"told":1}']) expect(restore(text)).toEqual(NOTHING_SAVED);
});

test('no secret is kept', async () => {
  const bridge = new FakeBridge();
  bridge.down('tokyo', `refused ${SECRET}`);
  await bridge.advance(2 * MINUTE);
  expect(bridge.changes).toEqual(['feed_down tokyo started']);
  expect([...bridge.store.values()].join()).toContain('refused <redacted>');
  expect([...bridge.store.values()].join()).not.toContain(SECRET);
});

test('a look that fails is told to the log, and the next one is taken', async () => {
  const bridge = new FakeBridge();
  const { feeds } = bridge;
  feeds.set('broken', undefined as never);
  await bridge.advance(3 * SECOND);
  expect(bridge.failures).toHaveLength(3);
  feeds.delete('broken');
  bridge.storeFault = 'disk I/O error';
  await bridge.advance(10 * SECOND);
  expect(bridge.failures).toHaveLength(3);
  expect(bridge.changes).toEqual(['store_broken  started']);
});
