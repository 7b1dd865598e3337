/** Thousands of destinations: reports about them stay small, and nobody waits for them. */
import { Counter, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { expositionOf } from '../../src/ops/exposition.ts';
import { logEvents } from '../../src/ops/log-events.ts';
import { figureNameOf } from '../../src/ops/many.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import type { Status } from '../../src/ops/status.ts';
import type { LogFields } from '../../src/platform/log.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { NO_STATUS } from '../support/status.ts';

const COUNT = 3000;
const announcement: Announcement = announcementOf({ id: 'a1', title: 'ABC', receivedMs: 1000 });
const deliveries = Array.from(
  { length: COUNT },
  (_, n): Delivery => ({
    ...{ id: `a1-${n}`, content: newsOf(announcement), destination: `bot-${n}`, rule: 'all' },
    ...{ template: undefined, ticker: undefined, importance: 1, expiresAtMs: undefined },
  }),
);

const received = (some: readonly Delivery[]): BridgeEvent => ({
  kind: 'announcement.received',
  announcement,
  deliveries: some,
  rules: ['all'],
});
const attempted = (delivery: Delivery, isTaken = true): BridgeEvent => ({
  ...{ kind: 'delivery.attempted', delivery, attempt: 1, startedMs: 1001, endedMs: 1010 },
  result: {
    outcome: isTaken ? { kind: 'delivered' } : { kind: 'retry', reason: 'server_error' },
    writtenMs: 1002,
  },
  decision: isTaken
    ? { kind: 'end', state: 'delivered', reason: undefined }
    : { kind: 'again', reason: 'server_error', delayMs: 100, plain: false, pause: undefined },
});
const ended = (delivery: Delivery, state: 'delivered' | 'expired' = 'delivered'): BridgeEvent => ({
  ...{ kind: 'delivery.ended', delivery, state, reason: undefined, endedMs: 1010 },
});

test('regression: /metrics of 3,000 destinations in trouble is below 1 MB, and is written in bites', async () => {
  const destinations = deliveries.map(({ destination: name }) => ({
    ...{ name, type: 'webhook', state: 'suspended: gone', suspended: 'gone', slowed: undefined, pausedMs: 0 },
    ...{ inFlight: 1, pending: 7, oldestMs: 12_345.678 },
  }));
  let turns = 0;
  const metrics = createMetrics('1', () => ({ ...NO_STATUS, destinations }) as Status, {
    nameOf: (destination) => figureNameOf(destination, 'webhook', COUNT),
    breathe: async () => void turns++,
  });
  for (const delivery of deliveries)
    for (const event of [
      attempted(delivery),
      attempted(delivery, false),
      ended(delivery),
      ended(delivery, 'expired'),
    ])
      metrics.listener(event);
  const { text } = await metrics.read();
  expect(text.length).toBeLessThan(1024 * 1024);
  const lines = text.split('\n');
  expect(turns, 'never more than 200 lines at once').toBeGreaterThan(lines.length / 200 - 50);
  expect(lines).toContain('listing_bridge_delivery_seconds_count{destination="type:webhook"} 3000');
  expect(lines).toContain(
    'listing_bridge_attempts_total{destination="type:webhook",outcome="server_error"} 3000',
  );
  expect(lines, 'the end of each is still told').toContain(
    'listing_bridge_deliveries_total{destination="bot-2999",outcome="expired"} 1',
  );
});

test('of many destinations that are well the gauges say nothing; of few, that they are', async () => {
  const gauges = async (count: number) => {
    const destinations = Array.from({ length: count }, (_, n) => ({
      ...{
        name: `bot-${n}`,
        type: 'webhook',
        state: 'ok',
        suspended: undefined,
        slowed: undefined,
        pausedMs: 0,
      },
      ...{ inFlight: 0, pending: n === 7 ? 1 : 0, oldestMs: undefined },
    }));
    const { text } = await createMetrics('1', () => ({ ...NO_STATUS, destinations }) as Status).read();
    return text.split('\n').filter((line) => line.startsWith('listing_bridge_outbox_pending{'));
  };
  expect(await gauges(100)).toHaveLength(100);
  expect(await gauges(101)).toEqual(['listing_bridge_outbox_pending{destination="bot-7"} 1']);
});

test('figures are kept by name up to a hundred destinations, by type beyond', () => {
  expect(figureNameOf('bot', 'webhook', 100)).toBe('bot');
  expect(figureNameOf('bot', 'webhook', 101)).toBe('type:webhook');
});

test('written in bites, the text is what the library would have written', async () => {
  const registry = new Registry();
  const counter = new Counter({
    name: 'some_total',
    help: 'A "help"',
    labelNames: ['a', 'b'],
    registers: [registry],
  });
  for (let n = 0; n < 1001; n++) counter.inc({ a: `${n}\\"\n`, b: 'x' }, n / 7);
  const histogram = new Histogram({ name: 'h', help: 'H', labelNames: ['a'], registers: [registry] });
  for (let n = 0; n < 50; n++) histogram.observe({ a: String(n) }, n);
  new Counter({ name: 'none_total', help: 'None', labelNames: ['a'], registers: [registry] });
  expect(await expositionOf(registry, () => Promise.resolve())).toBe(await registry.metrics());
});

function logged() {
  const lines: { level: string; name: string; fields: LogFields }[] = [];
  const at = (level: string) => (fields: LogFields, name: string) => void lines.push({ level, name, fields });
  const clock = new FakeClock(1000);
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { lines, clock, listener: logEvents(log as unknown as Parameters<typeof logEvents>[0], clock) };
}
const told = (lines: ReturnType<typeof logged>['lines']) => lines.filter(({ level }) => level !== 'debug');

test('regression: an announcement to 3,000 destinations is two lines in the log, and each delivery at debug', () => {
  const { lines, listener } = logged();
  listener(received(deliveries));
  for (const delivery of deliveries) {
    listener(attempted(delivery));
    listener(ended(delivery));
  }
  expect(told(lines).map(({ level, name }) => `${level} ${name}`)).toEqual([
    'info announcement.received',
    'info announcement.sent',
  ]);
  expect(told(lines)[1]?.fields).toMatchObject({ deliveries: COUNT, delivered: COUNT, firstDispatchMs: 2 });
  expect(JSON.stringify(told(lines)).length, 'no list of all names').toBeLessThan(2000);
  expect(lines.filter(({ level }) => level === 'debug')).toHaveLength(COUNT);
});

test('of those that fail the sum says how many and why, soon, and once more when all have ended', async () => {
  const { lines, clock, listener } = logged();
  listener(received(deliveries));
  for (const [n, delivery] of deliveries.entries()) {
    listener(attempted(delivery, n >= 100));
    if (n >= 100) listener(ended(delivery));
  }
  await clock.advance(2000);
  const [, soon] = told(lines);
  expect(soon).toMatchObject({ level: 'warn', fields: { delivered: 2900, waiting: 100 } });
  expect(soon?.fields['failedAttempts']).toMatchObject({
    server_error: expect.arrayContaining(['bot-0', '… and 80 more']),
  });
  for (const delivery of deliveries.slice(0, 100)) listener(ended(delivery, 'expired'));
  expect(told(lines)).toHaveLength(3);
  expect(told(lines)[2]).toMatchObject({ level: 'warn', fields: { delivered: 2900, expired: 100 } });
  expect(clock.pending).toBe(0);
});

test('up to twenty deliveries each is told', () => {
  const { lines, listener } = logged();
  const some = deliveries.slice(0, 20);
  listener(received(some));
  for (const delivery of some) listener(attempted(delivery));
  expect(told(lines)).toHaveLength(21);
});
