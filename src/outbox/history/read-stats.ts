/** The stats of a period, from what the store has of it. */
import type { DatabaseSync } from 'node:sqlite';
import { idAt, timeOfId } from '../ids.ts';
import { Figures } from './figures.ts';
import { figuresOfRows } from './figures-of-rows.ts';
import {
  barsOf,
  groupOf,
  groupsOf,
  pointOf,
  type Stats,
  type StatsGroup,
  type StatsPoint,
  type StatsRequest,
} from './stats.ts';
import { DeliveryTally, FeedTally } from './tally.ts';

const HOUR_MS = 3_600_000;

export function readStats(database: DatabaseSync, request: StatsRequest): Stats {
  const { sinceMs, untilMs, by } = request;
  const all = new Figures();
  const groups: StatsGroup[] = [];
  const series: StatsPoint[] = [];
  for (let fromMs = nextNews(database, sinceMs, untilMs); fromMs !== undefined; ) {
    const hourMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS;
    const endMs = Math.min(untilMs, hourMs + HOUR_MS);
    const figures = whole(figuresOfRows(database, Math.max(sinceMs, hourMs), endMs));
    all.add(figures);
    const { news, sent } = chosen(figures, request);
    series.push(pointOf(hourMs, news, sent));
    if (by === 'hour')
      groups.push({ ...groupOf(new Date(hourMs).toISOString(), news, sent), sinceMs: hourMs });
    fromMs = nextNews(database, endMs, untilMs);
  }
  const { news, sent } = chosen(all, request);
  const first = database.prepare('SELECT id FROM announcements ORDER BY id LIMIT 1').get()?.['id'];
  return {
    ...{ sinceMs, untilMs, missing: [], losses: [] },
    knownSinceMs: first === undefined ? undefined : timeOfId(String(first)),
    total: { ...groupOf('', news, sent), ...barsOf(news, sent) },
    groups: by === 'hour' ? groups : groupsOf(all, by),
    ...{ stepMs: HOUR_MS, series },
  };
}

/** The tallies that the request is about. */
function chosen(
  figures: Figures,
  { feed, destination }: StatsRequest,
): { news: FeedTally; sent: DeliveryTally } {
  const news = feed === undefined ? figures.news : (figures.feed.get(feed) ?? new FeedTally());
  const sent =
    destination === undefined ? figures.sent : (figures.destination.get(destination) ?? new DeliveryTally());
  return { news, sent };
}

function nextNews(database: DatabaseSync, fromMs: number, untilMs: number): number | undefined {
  const row = database
    .prepare('SELECT id FROM announcements WHERE id >= ? AND id < ? ORDER BY id LIMIT 1')
    .get(idAt(fromMs), idAt(untilMs));
  return row === undefined ? undefined : timeOfId(String(row['id']));
}

function whole<Value>(steps: Iterator<unknown, Value>): Value {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
