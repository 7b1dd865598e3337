/** A pipeline whose destinations lead nowhere: what is queued stays queued. */

import type { Listener } from '../../src/events/bus.ts';
import { createEvents } from '../../src/events/events.ts';
import type { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { createPipeline, type Outside, type Pipeline } from '../../src/pipeline.ts';
import type { Clock } from '../../src/platform/clock.ts';

const WINDOW_MS = 60_000;
const quiet = () => undefined;

/** Nothing can leave by it. `turn`: when destinations are opened. */
export const outsideOf = (turn: Promise<void>): Outside => ({
  ...{ version: '0', redact: (text) => text, turns: { orders: turn, rest: turn } },
  pools: {
    join: () => {
      throw new Error('nothing leaves a test');
    },
  },
});

/** A process on this outbox, before a config is in force. */
export function unconnected(clock: Clock, outbox: SqliteOutbox, publish: Listener): Pipeline {
  const events = createEvents(publish);
  return createPipeline({
    ...{ outbox, clock, random: () => 0.5, dedupeWindowMs: WINDOW_MS },
    recovered: outbox.recover(clock.monotonicMs(), WINDOW_MS),
    events: { ...events, openFailed: quiet, journal: { ...events.journal, written: quiet, usable: quiet } },
    outside: outsideOf(new Promise(quiet)),
  });
}
