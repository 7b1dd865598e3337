/** The parts of the overview that events change, and how they look then. The pages are loaded with the first of them. */
import type { BudgetState } from '../../delivery/budget-state.ts';
import { originOf } from '../../delivery/content.ts';
import type { BridgeEvent } from '../../events/bridge-event.ts';
import { MANY_DESTINATIONS } from '../../ops/many.ts';
import type { Status } from '../../ops/status.ts';
import type { Fragments } from '../live/rows-hub.ts';
import type { Ops } from '../ops.ts';
import type { PageOps } from './page-answer.ts';

/** The state of the bridge in a sentence, with everything that is wrong. */
const VERDICT = 'verdict';

/** Less than the time for which changes are gathered (`live/rows-hub.ts`): a status of that age knows of each of them. */
const FRESH_MS = 90;

type Shown = Pick<PageOps, 'status' | 'figures' | 'budgets' | 'clock' | 'lastDay' | 'cluster'>;

export function pageFragments(ops: Shown): Fragments {
  const statusOf = shortlyKept(ops);
  return { keysOf, rowsOf: rowsWith(statusOf, ops), restless: restlessIn(statusOf, ops) };
}

/** Feeds are heard all the time; of the destinations those that are not idle, and once more when they have become so. */
function restlessIn(statusOf: () => Status, { budgets }: Shown): () => readonly string[] {
  let before: ReadonlySet<string> = new Set();
  return () => {
    const status = statusOf();
    const busy = shownDestinations(status)
      .filter((one) => isBusy(one) || budgets(one.name).some(isUsed))
      .map(({ name }) => `d-${name}`);
    const keys = [VERDICT, ...status.feeds.map(({ name }) => `f-${name}`), ...busy, ...before];
    before = new Set(busy);
    return [...new Set(keys)];
  };
}

const isBusy = ({ pending, inFlight, state }: Status['destinations'][number]): boolean =>
  pending + inFlight > 0 || state !== 'ok';

const isUsed = ({ windows, reported, heldMs }: BudgetState): boolean =>
  heldMs !== undefined || reported !== undefined || windows.some(({ left, limit }) => left < limit);

/** A burst asks for its rows a few at a time, and the status of thousands of destinations takes milliseconds. */
function shortlyKept({ status, clock }: Pick<Ops, 'status' | 'clock'>): () => Status {
  let kept: { readonly status: Status; readonly atMs: number } | undefined;
  return () => {
    const nowMs = clock.monotonicMs();
    if (kept === undefined || nowMs - kept.atMs > FRESH_MS) kept = { status: status(), atMs: nowMs };
    return kept.status;
  };
}

const rowsWith =
  (statusOf: () => Status, ops: Shown): Fragments['rowsOf'] =>
  async (keys) => {
    const { newsRow, feedRow, destinationRow, verdict, knownBy } = await import('./rows.ts');
    const status = statusOf();
    const known = knownBy(ops, status.mutes);
    const { nowMs } = known;
    const wanted = new Set(keys);
    const found = <Item>(items: readonly Item[], keyOf: (item: Item) => string) =>
      items.filter((item) => wanted.has(keyOf(item)));
    const rows = [
      ...(wanted.has(VERDICT) ? [verdict(status, nowMs)] : []),
      // The newest is placed last, on top.
      ...found(status.announcements, ({ id }) => `a-${id}`)
        .toReversed()
        .map((one) => newsRow(one, nowMs, known.node)),
      ...found(status.feeds, ({ name }) => `f-${name}`).map((one) => feedRow(one, nowMs)),
      ...found(shownDestinations(status), ({ name }) => `d-${name}`).map((one) => destinationRow(one, known)),
    ];
    return Promise.all(rows.map(async (row) => String(await row)));
  };

/** Of thousands, each announcement would change every row. */
const shownDestinations = ({ destinations }: Status): Status['destinations'] =>
  destinations.length > MANY_DESTINATIONS ? [] : destinations;

function keysOf(event: BridgeEvent): readonly string[] {
  switch (event.kind) {
    case 'announcement.received':
      return [`a-${event.announcement.id}`];
    case 'delivery.attempted':
    case 'delivery.ended':
      return [`a-${originOf(event.delivery.content).id}`, `d-${event.delivery.destination}`];
    case 'destination.suspended':
    case 'destination.resumed':
    case 'destination.near_ban':
      return [`d-${event.destination}`, VERDICT];
    case 'feed.live':
    case 'feed.lost':
    case 'feed.fatal':
    case 'feed.self_test_answered':
    case 'feed.self_test_unanswered':
      return [`f-${event.feed}`, VERDICT];
    case 'mute.started':
    case 'mute.extended':
    case 'mute.lifted':
    case 'mute.ended':
      return [VERDICT, ...mutedRow(event.muted)];
    case 'alert.started':
    case 'alert.ended':
    case 'config.reloaded':
    case 'config.rejected':
    case 'table.refreshed':
    case 'table.failed':
      return [VERDICT];
    default:
      return [];
  }
}

/** Of a destination its row; `muted`: `destination bot`. */
const mutedRow = (muted: string): readonly string[] => {
  const [, name] = /^destination (.+)$/.exec(muted) ?? [];
  return name === undefined ? [] : [`d-${name}`];
};
