/** An alert on its way: written down before it is handed to the lanes, behind all news, without secrets. */
import { expect, test } from 'vitest';
import type { Alert } from '../../src/alert.ts';
import { createAlertSender } from '../../src/alerts/send.ts';
import { importanceOf } from '../../src/announcement.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { createRedactor } from '../../src/platform/redactor.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { FakeClock } from '../support/fake-clock.ts';

const SECRET = 'a "secret" token';
const ALERT: Alert = {
  severity: 'critical',
  headline: `🔴 ${SECRET}`,
  paragraphs: [SECRET],
  data: { alerts: [{ detail: SECRET }] },
};

function start(more: Partial<Parameters<typeof createAlertSender>[0]> = {}) {
  const steps: { readonly step: string; readonly delivery: Delivery }[] = [];
  const send = createAlertSender({
    ...more,
    ids: (nowMs) => `id${nowMs}`,
    clock: new FakeClock(1000),
    redact: createRedactor([SECRET]),
    journal: {
      record: (_announcement, deliveries) =>
        steps.push(...deliveries.map((delivery) => ({ step: 'recorded', delivery }))),
    },
    targets: () =>
      new Map(
        ['chat', 'ops'].map((name) => [
          name,
          { push: (delivery: Delivery) => steps.push({ step: `to ${name}`, delivery }) },
        ]),
      ),
  });
  return { steps, send };
}

test('all of it is on record before any of it is on its way', () => {
  const { steps, send } = start();
  send(ALERT, ['chat', 'ops', 'gone']);
  expect(steps.map(({ step, delivery: { id } }) => [step, id])).toEqual([
    ['recorded', 'id1000-0'],
    ['recorded', 'id1000-1'],
    ['to chat', 'id1000-0'],
    ['to ops', 'id1000-1'],
  ]);
});

test('it goes behind all news, names no template, and lives for six hours whatever maxAge says', () => {
  const { steps, send } = start();
  send(ALERT, ['chat']);
  const [first] = steps;
  const least = importanceOf(announcementOf({ listingType: 'not_listing' }));
  expect(first?.delivery.importance).toBeLessThan(least);
  expect(first?.delivery).toMatchObject({
    template: undefined,
    ticker: undefined,
    expiresAtMs: 1000 + 6 * 3_600_000,
  });
  expect(first?.delivery.content).toMatchObject({ kind: 'alert', alert: { id: 'id1000', raisedMs: 1000 } });
});

test('no secret is in what is stored or sent', () => {
  const { steps, send } = start();
  send(ALERT, ['chat']);
  expect(JSON.stringify(steps)).not.toContain('secret');
  expect(steps[0]?.delivery.content).toEqual({
    kind: 'alert',
    alert: {
      id: 'id1000',
      raisedMs: 1000,
      severity: 'critical',
      headline: '🔴 <redacted>',
      paragraphs: ['<redacted>'],
      data: { alerts: [{ detail: '<redacted>' }] },
    },
  });
});

test('without anybody to tell nothing is written', () => {
  const { steps, send } = start();
  send(ALERT, ['gone']);
  expect(steps).toEqual([]);
});

test('one of several machines names itself, and others send to the destinations that it does not; what all of them see is told as one', () => {
  const told: unknown[] = [];
  const { steps, send } = start({
    node: 'a',
    elsewhere: ({ alert }, deliveries, sameAs) =>
      told.push([alert.headline, deliveries.map(({ destination }) => destination), sameAs]),
  });
  send({ ...ALERT, headline: 'down' }, ['chat', 'far']);
  expect(steps.map(({ step }) => step)).toEqual(['recorded', 'to chat']);
  expect(steps[0]?.delivery.content).toMatchObject({
    alert: { headline: 'down (node a)', data: { node: 'a' } },
  });
  send({ ...ALERT, headline: 'differ' }, ['chat', 'far'], 'starts cluster_differs');
  expect(steps).toHaveLength(2);
  expect(told).toEqual([
    ['down (node a)', ['far'], undefined],
    ['differ', ['chat', 'far'], 'starts cluster_differs'],
  ]);
});
