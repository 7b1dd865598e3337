/** Figures of the last deliveries of a destination, from the stream of events. */
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import type { FinalState } from '../../src/delivery/delivery.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { DestinationFigures } from '../../src/ops/destination-figures.ts';
import { announcementOf } from '../destinations/render-support.ts';

const RECEIVED_MS = 1000;

const ended = (state: FinalState, tookMs: number, destination = 'bot'): BridgeEvent => ({
  kind: 'delivery.ended',
  delivery: {
    id: 'd',
    content: newsOf(announcementOf({ receivedMs: RECEIVED_MS })),
    ...{
      destination,
      rule: 'r',
      template: undefined,
      ticker: undefined,
      importance: 0,
      expiresAtMs: undefined,
    },
  },
  state,
  reason: undefined,
  endedMs: RECEIVED_MS + tookMs,
});

test('nothing has ended: no figures', () => {
  const figures = new DestinationFigures();
  figures.listener(ended('skipped', 1));
  expect(figures.of('bot')).toBeUndefined();
});

test('delivered, failed, their share, and how soon', () => {
  const figures = new DestinationFigures();
  for (const tookMs of [4, 1, 3, 2]) figures.listener(ended('delivered', tookMs));
  figures.listener(ended('dead', 900));
  figures.listener(ended('delivered', 7, 'other'));
  expect(figures.of('bot')).toEqual({
    ...{ delivered: 4, failed: 1, successShare: 0.8, p50Ms: 2, p99Ms: 4 },
  });
});

test('only the last hundred count', () => {
  const figures = new DestinationFigures();
  for (let at = 0; at < 50; at++) figures.listener(ended('expired', 0));
  for (let at = 1; at <= 130; at++) figures.listener(ended('delivered', at));
  const { delivered, failed, successShare, p50Ms, p99Ms } = figures.of('bot') ?? {};
  expect({ delivered, failed, successShare, p50Ms, p99Ms }).toEqual({
    ...{ delivered: 130, failed: 50, successShare: 1, p50Ms: 80, p99Ms: 129 },
  });
});
