/** The calls of all parts, as events for one listener: at run time the bus. Each part turns its own into values. */
import { laneEvents } from '../delivery/events.ts';
import { destinationEvents } from '../destinations/events.ts';
import { feedEvents } from '../feeds/events.ts';
import { storeEvents } from '../outbox/events.ts';
import { messageOf } from '../platform/message-of.ts';
import type { Listener } from './bus.ts';
import { intakeEvents } from './intake-events.ts';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (publish: Listener) => ({
  feed: feedEvents(publish),
  intake: intakeEvents(publish),
  lane: laneEvents(publish),
  ...storeEvents(publish),
  ...destinationEvents(publish),
  rehearsalFailed: (error: unknown) => publish({ kind: 'rehearsal.failed', message: messageOf(error) }),
});
