/**
 * The figures of a span of time, read off its rows: they say everything that is known, so figures can be made again
 * from them as long as they are kept. In bites, because an hour may have hundreds of thousands.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Announcement } from '../../announcement.ts';
import { DELIVERY_STATES, SENT_BY } from '../../delivery/delivery.ts';
import { latencyOf } from '../../templates/variables.ts';
import { contentFrom } from '../content-rows.ts';
import { idAt } from '../ids.ts';
import { Figures } from './figures.ts';

/** Rows of announcements in a bite, a fraction of a millisecond; their deliveries are read with them. */
const BITE = 32;

/** Deliveries in a bite, about a millisecond: an announcement may have ten thousand. */
const DELIVERIES = 250;

/** One bite after the other: yields the figures so far, with the rows read for the bite. `fromMs`, `untilMs`: on the bridge's timeline. */
export function* figuresOfRows(
  database: DatabaseSync,
  fromMs: number,
  untilMs: number,
): Generator<number, Figures> {
  const figures = new Figures();
  const { news, deliveries, leads, own, elsewhere } = prepare(database);
  // Of a cluster: sent by another node, which counts it. Only rows that were taken over have a dot in their key.
  const isElsewhere = ({ id, state }: Record<string, SQLOutputValue>) =>
    state !== 'pending' &&
    String(id).includes('.') &&
    elsewhere.get(id ?? null) !== undefined &&
    own.get(id ?? null) === undefined;
  for (const row of leads.all(fromMs, untilMs)) addLead(figures, row);
  const end = idAt(untilMs);
  let from = idAt(fromMs);
  for (let isMore = true; isMore; ) {
    const rows = news.all(from, end, BITE);
    const last = rows.at(-1)?.['id'];
    isMore = rows.length === BITE;
    const receivedMs = addNews(figures, rows);
    // Keys begin with the announcement's id and a dash; `.` is the character after it.
    const until = isMore ? `${last}.` : end;
    yield rows.length;
    for (let key = from, isRest = true; isRest; ) {
      const some = deliveries.all(key, until, DELIVERIES);
      for (const row of some) if (!isElsewhere(row)) addDelivery(figures, row, receivedMs);
      isRest = some.length === DELIVERIES;
      key = `${some.at(-1)?.['id']}!`;
      yield some.length;
    }
    from = until;
  }
  return figures;
}

/** When those that count were received, by id. */
function addNews(
  figures: Figures,
  rows: readonly Record<string, SQLOutputValue>[],
): ReadonlyMap<string, number> {
  const receivedMs = new Map<string, number>();
  for (const { id, body } of rows) {
    const announcement = newsIn(body);
    if (announcement === undefined) continue;
    receivedMs.set(String(id), announcement.receivedMs);
    const { service, network } = latencyOf(announcement);
    for (const tally of [figures.news, figures.ofFeed(announcement.feed)]) {
      tally.announcements++;
      if (service != null) tally.service.add(service);
      if (network != null) tally.network.add(network);
    }
  }
  return receivedMs;
}

function addLead(figures: Figures, row: Record<string, SQLOutputValue>): void {
  const leadMs = Number(row['lead_ms']);
  for (const tally of [figures.news, figures.ofFeed(String(row['winner']))]) tally.won.add(leadMs);
  for (const tally of [figures.news, figures.ofFeed(String(row['loser']))]) tally.lost.add(leadMs);
}

function newsIn(body: SQLOutputValue | undefined): Announcement | undefined {
  try {
    const content = contentFrom(body);
    return content.kind === 'news' && !content.announcement.test ? content.announcement : undefined;
  } catch {
    return undefined;
  }
}

function addDelivery(
  figures: Figures,
  row: Record<string, SQLOutputValue>,
  received: ReadonlyMap<string, number>,
): void {
  const receivedMs = received.get(String(row['announcement_id']));
  const state = DELIVERY_STATES.find((one) => one === row['state']);
  if (receivedMs === undefined || state === undefined) return;
  const attempts = Number(row['attempts']);
  const startedMs = row['started_ms'];
  const settledMs = state === 'delivered' ? row['settled_ms'] : null;
  // A request by a person counts from then.
  const byHandMs = Number(row['by_hand_ms'] ?? receivedMs);
  const fromMs = (ms: number) => (ms >= byHandMs ? byHandMs : receivedMs);
  for (const tally of [
    figures.sent,
    figures.ofDeliveries('destination', String(row['destination'])),
    figures.ofDeliveries('rule', String(row['rule'])),
  ]) {
    tally.states[state]++;
    tally.attempts += attempts;
    if (attempts > 0) tally.tried++;
    if (startedMs != null) tally.dispatch.add(Number(startedMs) - fromMs(Number(startedMs)));
    if (settledMs != null) tally.took.add(Number(settledMs) - fromMs(Number(settledMs)));
  }
}

const prepare = (database: DatabaseSync) => ({
  leads: database.prepare('SELECT winner, loser, lead_ms FROM leads WHERE at_ms >= ? AND at_ms < ?'),
  news: database.prepare('SELECT id, body FROM announcements WHERE id >= ? AND id < ? ORDER BY id LIMIT ?'),
  elsewhere: database.prepare(`SELECT 1 FROM attempts WHERE delivery_id = ? AND detail GLOB '${SENT_BY}*'`),
  own: database.prepare(
    `SELECT 1 FROM attempts WHERE delivery_id = ? AND (detail IS NULL OR detail NOT GLOB '${SENT_BY}*')`,
  ),
  deliveries: database.prepare(
    `SELECT id, announcement_id, destination, rule, state, attempts, settled_ms, by_hand_ms,
       (SELECT MIN(started_ms) FROM attempts a WHERE a.delivery_id = d.id) AS started_ms
     FROM deliveries d WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`,
  ),
});
