/**
 * The listeners to the bridge's events, in the order in which they are called; metrics and alerts join when they
 * are made.
 */
import { ConditionWatch } from '../conditions/watch.ts';
import { Bus } from '../events/bus.ts';
import { createEvents, type Events } from '../events/events.ts';
import { DestinationFigures } from '../ops/destination-figures.ts';
import { LastReload } from '../ops/last-reload.ts';
import { logEvents } from '../ops/log-events.ts';
import { Race } from '../ops/race.ts';
import { AnnouncementHistory } from '../ops/recent-announcements.ts';
import { RuleHitCounter } from '../ops/rule-hits.ts';
import { watchUnmatched } from '../ops/unmatched.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { messageOf } from '../platform/message-of.ts';

export interface Observers {
  readonly bus: Bus;
  /** The callbacks that the parts call. */
  readonly events: Events;
  readonly recent: AnnouncementHistory;
  readonly race: Race;
  readonly figures: DestinationFigures;
  readonly hits: RuleHitCounter;
  readonly lastReload: LastReload;
  readonly conditions: ConditionWatch;
}

export function createObservers(clock: Clock, log: Log): Observers {
  const bus = new Bus(clock, (error, { kind }) =>
    log.error({ event: kind, message: messageOf(error) }, 'listener.failed'),
  );
  const recent = new AnnouncementHistory();
  const race = new Race();
  const figures = new DestinationFigures();
  const hits = new RuleHitCounter();
  const lastReload = new LastReload(clock);
  const conditions = new ConditionWatch(clock);
  bus.listen(logEvents(log, clock));
  bus.listen(recent.listener);
  bus.listen(race.listener);
  bus.listen(figures.listener);
  bus.listen(hits.listener);
  bus.listen(lastReload.listener);
  bus.listen(conditions.listener);
  bus.listen(watchUnmatched(bus.publish));
  return { bus, events: createEvents(bus.publish), recent, race, figures, hits, lastReload, conditions };
}
