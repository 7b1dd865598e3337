/** In a burst the log has one line for many announcements, and nothing is made that is not written. */
import { expect, test } from 'vitest';
import type { RaisedAlert } from '../../src/alert.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { logEvents } from '../../src/ops/log-events.ts';
import { createIds } from '../../src/outbox/ids.ts';
import type { LogFields } from '../../src/platform/log.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { FakeClock } from '../support/fake-clock.ts';

const START_MS = 1_700_000_000_000;

function bench({ isDebug = true } = {}) {
  const lines: { level: string; name: string; fields: LogFields }[] = [];
  const at = (level: string) => (fields: LogFields, name: string) => lines.push({ level, name, fields });
  const clock = new FakeClock(START_MS);
  const ids = createIds(() => 0.5);
  const listener = logEvents(
    {
      ...{ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
      isLevelEnabled: () => isDebug,
    },
    clock,
  );
  const announce = (destinations: readonly string[] = ['bot']): Delivery[] => {
    const receivedMs = clock.monotonicMs();
    const announcement = announcementOf({ id: ids(receivedMs), receivedMs, feed: 'one', publisher: 'upbit' });
    const deliveries = destinations.map(
      (destination, n): Delivery => ({
        ...{ id: `${announcement.id}-${n}`, content: newsOf(announcement), destination, rule: 'all' },
        ...{ template: undefined, ticker: undefined, importance: 1, expiresAtMs: undefined },
      }),
    );
    listener({ kind: 'announcement.received', announcement, deliveries, rules: ['all'] });
    return deliveries;
  };
  return {
    lines,
    clock,
    ids,
    listener,
    announce,
    told: () => lines.filter(({ level }) => level !== 'debug'),
  };
}

const attempted = (delivery: Delivery, isTaken = true): BridgeEvent => ({
  ...{ kind: 'delivery.attempted', delivery, attempt: 1, startedMs: START_MS, endedMs: START_MS },
  result: {
    outcome: isTaken ? { kind: 'delivered' } : { kind: 'retry', reason: 'server_error' },
    writtenMs: START_MS + 2,
  },
  decision: isTaken
    ? { kind: 'end', state: 'delivered', reason: undefined }
    : { kind: 'again', reason: 'server_error', delayMs: 100, plain: false, pause: undefined },
});
const ended = (delivery: Delivery, state: 'delivered' | 'expired' = 'delivered'): BridgeEvent => ({
  ...{ kind: 'delivery.ended', delivery, state, reason: undefined, endedMs: START_MS },
});

test('ten thousand announcements at once: the first twenty have their lines, the others one together', async () => {
  const { lines, clock, listener, announce, told } = bench({ isDebug: false });
  const deliveries = Array.from({ length: 10_000 }, () => announce()).flat();
  for (const delivery of deliveries) {
    listener(attempted(delivery));
    listener(ended(delivery));
  }
  await clock.advance(2000);
  expect(
    lines.filter(({ level }) => level === 'debug'),
    'not made where they are not written',
  ).toEqual([]);
  expect(told().map(({ name }) => name)).toEqual([
    ...Array(20).fill('announcement.received'),
    ...Array(20).fill('delivery.attempted'),
    'burst.sent',
  ]);
  expect(told().at(-1)).toEqual({
    level: 'info',
    name: 'burst.sent',
    fields: {
      announcements: 9980,
      first: deliveries[20]?.id.slice(0, 16),
      last: deliveries.at(-1)?.id.slice(0, 16),
      ...{ feeds: ['one'], publishers: ['upbit'], unmatched: undefined, capped: undefined },
      ...{ deliveries: 9980, delivered: 9980, waiting: undefined },
      ...{ firstDispatchMs: 2, lastDispatchMs: 2, failedAttempts: undefined },
    },
  });
  expect(clock.pending).toBe(0);
});

test('at debug each of them is told as well', async () => {
  const { lines, listener, announce } = bench();
  for (let n = 0; n < 100; n++) for (const delivery of announce()) listener(attempted(delivery));
  const names = lines.map(({ level, name }) => `${level} ${name}`);
  expect(names.filter((name) => name === 'debug announcement.received')).toHaveLength(80);
  expect(names.filter((name) => name === 'debug delivery.attempted')).toHaveLength(80);
});

test('what failed, what waits and what goes nowhere is in the line; it comes again when all have ended', async () => {
  const { clock, listener, announce, told } = bench();
  for (let n = 0; n < 20; n++) announce();
  const before = told().length;
  const deliveries = Array.from({ length: 50 }, () => announce(['bot', 'team'])).flat();
  for (let n = 0; n < 7; n++) announce([]);
  for (const delivery of deliveries) {
    const isTaken = delivery.destination === 'bot';
    listener(attempted(delivery, isTaken));
    if (isTaken) listener(ended(delivery));
  }
  await clock.advance(2000);
  const [soon] = told().slice(before);
  expect(soon).toMatchObject({
    level: 'warn',
    name: 'burst.sent',
    fields: { announcements: 57, unmatched: 7, deliveries: 100, delivered: 50, waiting: 50 },
  });
  expect(soon?.fields['failedAttempts']).toEqual({ server_error: ['team'] });
  for (const delivery of deliveries)
    if (delivery.destination === 'team') listener(ended(delivery, 'expired'));
  expect(told()).toHaveLength(before + 2);
  expect(told().at(-1)).toMatchObject({
    level: 'warn',
    fields: { delivered: 50, expired: 50, waiting: undefined },
  });
});

test('twenty a second are no burst, and after one each has its line again', async () => {
  const { clock, announce, told } = bench();
  for (let second = 0; second < 3; second++) {
    for (let n = 0; n < 20; n++) announce([]);
    await clock.advance(1000);
  }
  expect(told().map(({ name }) => name)).toEqual(Array(60).fill('announcement.received'));
  for (let n = 0; n < 25; n++) announce([]);
  await clock.advance(2000);
  announce([]);
  expect(
    told()
      .map(({ name }) => name)
      .slice(60),
  ).toEqual([...Array(20).fill('announcement.received'), 'burst.sent', 'announcement.received']);
});

test('deliveries of before, of after and of alerts have their own lines', async () => {
  const { clock, ids, listener, announce, told } = bench();
  const before = Array.from({ length: 20 }, () => announce()).flat();
  const during = announce();
  const alert = { id: ids(clock.monotonicMs()), raisedMs: clock.monotonicMs() } as RaisedAlert;
  announce();
  await clock.advance(2000);
  const after = announce();
  const lines = told().length;
  const [delivery] = during;
  if (delivery === undefined) throw new Error('nothing is sent');
  for (const other of [...before, ...after, { ...delivery, content: { kind: 'alert', alert } as const }])
    listener(attempted(other));
  expect(
    told()
      .slice(lines)
      .map(({ name }) => name),
  ).toEqual(Array(22).fill('delivery.attempted'));
  listener(attempted(delivery));
  expect(told()).toHaveLength(lines + 22);
});

test('a wide announcement in a burst has no line of its own', async () => {
  const { clock, listener, announce, told } = bench();
  for (let n = 0; n < 20; n++) announce([]);
  const lines = told().length;
  const deliveries = announce(Array.from({ length: 100 }, (_, n) => `bot-${n}`));
  for (const delivery of deliveries) {
    listener(attempted(delivery));
    listener(ended(delivery));
  }
  await clock.advance(2000);
  expect(told().slice(lines)).toMatchObject([
    { name: 'burst.sent', fields: { deliveries: 100, delivered: 100 } },
  ]);
});

test('regression: the bridge stops within two seconds of a burst or of a wide announcement: their lines are written', async () => {
  const { clock, listener, announce, told } = bench();
  const wide = announce(Array.from({ length: 100 }, (_, n) => `bot-${n}`));
  for (let n = 1; n < 20; n++) announce([]);
  const lines = told().length;
  for (const delivery of [...wide, ...announce()]) listener(attempted(delivery));
  listener({ kind: 'bridge.ended' });
  expect(told().slice(lines)).toMatchObject([
    { name: 'burst.sent', fields: { announcements: 1, waiting: 1 } },
    { name: 'announcement.sent', fields: { waiting: 100 } },
  ]);
  await clock.advance(2000);
  expect(told(), 'once').toHaveLength(lines + 2);
});
