/**
 * `/metrics`: counters and histograms from the events, gauges from what is so at the moment of asking.
 * Labels come only from the config and from known sets, so that no feed can make them grow.
 */

import { Registry } from 'prom-client';
import { LISTING_TYPES, PUBLISHERS } from '../announcement.ts';
import { DELIVERY_STATES } from '../delivery/delivery.ts';
import { askedMs } from '../delivery/events.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import type { Listener } from '../events/bus.ts';
import { expositionOf } from './exposition.ts';
import { MANY_DESTINATIONS } from './many.ts';
import { type MetricDescription, MetricMaker } from './metric-maker.ts';
import { collectProcess } from './process-metrics.ts';
import { leadOf } from './race.ts';
import type { Status } from './status.ts';
import { statusGauges } from './status-gauges.ts';

export interface Metrics {
  readonly listener: Listener;
  /** The text format, with its content type. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** For `docs/metrics.md`. */
  readonly descriptions: readonly MetricDescription[];
}

const known = (set: readonly string[]) => {
  const words = new Set(set);
  return (word: string) => (words.has(word) ? word : 'other');
};
const publisherLabel = known(PUBLISHERS);
const listingTypeLabel = known(LISTING_TYPES);

export interface MetricsDeps {
  /** Under which name the figures of a destination are kept: its own, or that of all like it (`figureNameOf`). */
  readonly nameOf?: (destination: string) => string;
  /** Lets others have their turn while the text is written. */
  readonly breathe?: () => Promise<void>;
}

/** `status` is called at each read. */
export function createMetrics(
  version: string,
  status: () => Status | Promise<Status>,
  { nameOf = (destination) => destination, breathe = () => Promise.resolve() }: MetricsDeps = {},
): Metrics {
  const registry = new Registry();
  const make = new MetricMaker(registry);
  const counters = { ...countersOf(make), nameOf, begun: new Set<string>() };
  const collect = statusGauges(make);
  make.gauge('build_info', 'Always 1', 'version').set({ version }, 1);
  collectProcess(registry);
  return {
    listener: (event) => count(counters, event),
    async read() {
      const now = await status();
      await breathe();
      collect(now);
      beginAtZero(counters, now.destinations);
      await breathe();
      return { contentType: registry.contentType, text: await expositionOf(registry, breathe) };
    },
    descriptions: make.descriptions,
  };
}

const ENDS = DELIVERY_STATES.filter((state) => state !== 'pending');

/** Prometheus sees no step in a series that begins with it: the first delivery that is lost would raise no alert. */
function beginAtZero(counters: Counters, destinations: Status['destinations']): void {
  const { deliveries, nameOf } = counters;
  for (const { name } of destinations) begin(counters, nameOf(name));
  if (destinations.length > MANY_DESTINATIONS) return;
  for (const { name } of destinations)
    for (const outcome of ENDS) deliveries.inc({ destination: name, outcome }, 0);
}

/** The same for the latencies: the first announcement would be in no quantile. */
function begin({ begun, dispatch, stage, delivery }: Counters, destination: string): void {
  if (begun.has(destination)) return;
  begun.add(destination);
  dispatch.zero({ destination });
  delivery.zero({ destination });
  for (const name of STAGES) stage.zero({ destination, stage: name });
}

const STAGES = ['queue', 'send'] as const;

type Counters = ReturnType<typeof countersOf> &
  Required<Pick<MetricsDeps, 'nameOf'>> & {
    /** Names of destinations whose latencies have begun; one that begins again would be lost. */
    readonly begun: Set<string>;
  };

const countersOf = (make: MetricMaker) => ({
  announcements: make.counter(
    'announcements_total',
    'Announcements received, without duplicates; of self-tests the publisher is `test`',
    'feed',
    'publisher',
    'listing_type',
  ),
  duplicates: make.counter(
    'announcements_duplicate_total',
    'Duplicates: already received from another feed or connection',
  ),
  lead: make.histogram(
    'feed_lead_seconds',
    'Lead of this feed over another for the same announcement',
    'feed',
  ),
  storeRefused: make.counter(
    'store_refused_total',
    'Rows that a working store rejected: they are not stored',
  ),
  warnings: make.counter('warnings_total', 'Warnings raised, by code (docs/troubleshooting.md)', 'code'),
  ruleMatches: make.counter('rule_matches_total', 'Announcements matched, by rule', 'rule'),
  deliveries: make.counter(
    'deliveries_total',
    'Deliveries by final state: delivered, dead, expired or skipped',
    'destination',
    'outcome',
  ),
  skipped: make.counter(
    'deliveries_skipped_total',
    'Skipped deliveries by reason (docs/troubleshooting.md)',
    'destination',
    'reason',
  ),
  attempts: make.counter(
    'attempts_total',
    'Send attempts, by result: delivered, or the failure reason',
    'destination',
    'outcome',
  ),
  delivery: make.histogram('delivery_seconds', 'From receipt to acknowledgement', 'destination'),
  dispatch: make.histogram(
    'dispatch_seconds',
    'From receipt to the first request on the wire',
    'destination',
  ),
  stage: make.histogram(
    'dispatch_stage_seconds',
    'Stages of dispatch_seconds: queue (until a slot) and send (render, connect, write)',
    'destination',
    'stage',
  ),
  connectsPaid: make.counter(
    'connects_paid_total',
    'Attempts that had to wait for a new connection; 0 is normal',
    'destination',
  ),
});

function count(counters: Counters, event: BridgeEvent): void {
  switch (event.kind) {
    case 'announcement.received':
      return received(counters, event);
    case 'announcement.duplicate': {
      if (event.announcement.test) return undefined;
      counters.duplicates.inc();
      const lead = leadOf(event);
      if (lead !== undefined) counters.lead.observe({ feed: lead.winner }, lead.leadMs / 1000);
      return undefined;
    }
    case 'warning.raised':
      return event.warning.again ? undefined : counters.warnings.inc({ code: event.warning.code });
    case 'store.refused':
      return counters.storeRefused.inc();
    case 'delivery.attempted':
      return attempted(counters, event);
    case 'delivery.ended':
      return ended(counters, event);
    default:
      return undefined;
  }
}

function ended(
  { deliveries, skipped }: Counters,
  { delivery: { destination }, state, reason }: BridgeEventOf<'delivery.ended'>,
): void {
  deliveries.inc({ destination, outcome: state });
  if (state === 'skipped' && reason !== undefined) skipped.inc({ destination, reason });
}

function received(
  { announcements, ruleMatches }: Counters,
  { announcement: { feed, publisher, listingType, test }, rules }: BridgeEventOf<'announcement.received'>,
): void {
  // The answer to a self-test carries the words of a listing, and is none.
  const labels = test
    ? { publisher: 'test', listing_type: 'test' }
    : { publisher: publisherLabel(publisher), listing_type: listingTypeLabel(listingType) };
  announcements.inc({ feed, ...labels });
  for (const rule of rules) ruleMatches.inc({ rule });
}

function attempted(counters: Counters, event: BridgeEventOf<'delivery.attempted'>): void {
  const { delivery: owed, attempt, result, startedMs, endedMs } = event;
  const { attempts, connectsPaid, dispatch, stage, delivery, nameOf } = counters;
  const { outcome, writtenMs, connected } = result;
  const { content } = owed;
  const destination = nameOf(owed.destination);
  begin(counters, destination);
  attempts.inc({ destination, outcome: outcome.kind === 'delivered' ? 'delivered' : outcome.reason });
  if (connected) connectsPaid.inc({ destination });
  // An alert waits until there is nothing else to send.
  if (content.kind !== 'news') return;
  const sinceMs = askedMs(event);
  if (attempt === 1 && writtenMs !== undefined) {
    dispatch.observe({ destination }, (writtenMs - sinceMs) / 1000);
    stage.observe({ destination, stage: 'queue' }, (startedMs - sinceMs) / 1000);
    stage.observe({ destination, stage: 'send' }, (writtenMs - startedMs) / 1000);
  }
  if (outcome.kind === 'delivered') delivery.observe({ destination }, (endedMs - sinceMs) / 1000);
}
