/** The stats of a period, from what the store has of it. */
import type { DatabaseSync } from 'node:sqlite';
import type { StatsSlot } from './by.ts';
import { Figures } from './figures.ts';
import { type SeriesBy, seriesOf } from './group-series.ts';
import { DAY_MS, DAYS, HOUR_MS, HOURS, type Level, MINUTES, startOf } from './levels.ts';
import { Period } from './period.ts';
import { lossesIn, offIn } from './remarks.ts';
import type { Picks } from './slot-reader.ts';
import {
  barsOf,
  groupOf,
  groupsOf,
  pointOf,
  type Stats,
  type StatsGroup,
  type StatsPoint,
  type StatsRequest,
  type Stretch,
} from './stats.ts';
import { DeliveryTally, FeedTally } from './tally.ts';

/** `mostRows`: read at most so many rows of what no figures are kept of, about 3 µs each; the rest is `missing`. */
export function readStats(database: DatabaseSync, request: StatsRequest, mostRows: number): Stats {
  const { by } = request;
  const period = new Period(database, { ...request, mostRows });
  const all = new Figures();
  const picks = { kinds: [], names: namesOf(request) };
  const withGroups = { ...picks, kinds: by === 'hour' ? [] : [by] };
  for (const piece of period.pieces(DAYS)) all.add(period.figuresOf(piece, withGroups));
  const level = levelOf(request);
  const isBrief = request.isBrief === true && by !== 'hour';
  const series: Steps = isBrief ? new Map() : stepsOf(period, level, picks);
  const { news, sent } = chosen(all, request);
  const { sinceMs, untilMs, knownSinceMs } = period;
  const groups = by === 'hour' ? hoursOf(series, request) : withSeries(groupsOf(all, by), period, request);
  return {
    ...{ sinceMs, untilMs, knownSinceMs, missing: unionOf(period.missing), groups },
    losses: lossesIn(database, request),
    off: offIn(database, request),
    total: { ...groupOf('', news, sent), ...barsOf(news, sent) },
    stepMs: level.spanMs,
    series: pointsOf(series, request),
    ...(request.withFigures && { figures: all.rows() }),
  };
}

/** Oldest first: each of several looks at a period may have passed over the same part. */
function unionOf(stretches: readonly Stretch[]): Stretch[] {
  const union: Stretch[] = [];
  for (const one of stretches.toSorted((a, b) => a.sinceMs - b.sinceMs)) {
    const last = union.at(-1);
    if (last === undefined || one.sinceMs > last.untilMs) union.push(one);
    else union[union.length - 1] = { ...last, untilMs: Math.max(last.untilMs, one.untilMs) };
  }
  return union;
}

const namesOf = ({ feed, destination }: StatsRequest): Picks['names'] => [
  ...(feed === undefined ? [] : [['feed', feed] as const]),
  ...(destination === undefined ? [] : [['destination', destination] as const]),
];

type Steps = ReadonlyMap<number, Figures>;

/** By the beginning of each, oldest first. */
function stepsOf(period: Period, level: Level, picks: Picks): Steps {
  const steps = new Map<number, Figures>();
  for (const piece of period.pieces(level)) {
    const stepMs = startOf(piece.fromMs, level);
    const figures = period.figuresOf(piece, picks);
    const step = steps.get(stepMs);
    if (step === undefined) steps.set(stepMs, piece.level === level ? figures : copyOf(figures));
    else step.add(figures);
  }
  return new Map([...steps].reverse());
}

/** Those that were read off rows belong to whoever read them. */
function copyOf(figures: Figures): Figures {
  const copy = new Figures();
  copy.add(figures);
  return copy;
}

const pointsOf = (steps: Steps, request: StatsRequest): StatsPoint[] =>
  [...steps].map(([ms, figures]) => {
    const { news, sent } = chosen(figures, request);
    return pointOf(ms, news, sent);
  });

/** Steps put together to hours, or to days where they would be too many. */
function hoursOf(steps: Steps, request: StatsRequest): StatsGroup[] {
  const level = request.untilMs - request.sinceMs <= MOST_HOURS * HOUR_MS ? HOURS : DAYS;
  const groups = new Map<number, Figures>();
  for (const [ms, figures] of steps) {
    const fromMs = startOf(ms, level);
    const group = groups.get(fromMs) ?? new Figures();
    group.add(figures);
    groups.set(fromMs, group);
  }
  return [...groups].map(([sinceMs, figures]) => {
    const { news, sent } = chosen(figures, request);
    return { ...groupOf(new Date(sinceMs).toISOString(), news, sent), sinceMs };
  });
}

const SLOTS: Readonly<Record<StatsSlot, Level>> = { hour: HOURS, day: DAYS };

function withSeries(
  groups: readonly StatsGroup[],
  period: Period,
  { by, slot }: StatsRequest,
): readonly StatsGroup[] {
  if (slot === undefined || !hasSeries(by)) return groups;
  const series = seriesOf(period, SLOTS[slot], by);
  return groups.map((group) => ({ ...group, series: series.get(group.name) ?? new Float64Array() }));
}

const hasSeries = (by: StatsRequest['by']): by is SeriesBy => by === 'destination' || by === 'rule';

/** A week: with more the answer takes too long to write. */
const MOST_HOURS = 168;

/** 336 points; the 720 of a month took 20 ms more to read than its days. */
const MOST_HOURLY_DAYS = 14;

/** At most a few hundred points, of what is still there. */
function levelOf({ sinceMs, untilMs, nowMs }: StatsRequest): Level {
  const spanMs = untilMs - sinceMs;
  const ageMs = nowMs - sinceMs;
  if (spanMs <= DAY_MS / 2 && ageMs < MINUTES.keptMs) return MINUTES;
  return spanMs <= MOST_HOURLY_DAYS * DAY_MS && ageMs < HOURS.keptMs ? HOURS : DAYS;
}

/** The tallies that the request is about. */
function chosen(
  figures: Figures,
  { feed, destination }: StatsRequest,
): { readonly news: FeedTally; readonly sent: DeliveryTally } {
  return {
    news: feed === undefined ? figures.news : (figures.feed.get(feed) ?? new FeedTally()),
    sent:
      destination === undefined
        ? figures.sent
        : (figures.destination.get(destination) ?? new DeliveryTally()),
  };
}
