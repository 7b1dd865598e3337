/**
 * Two feeds that bring the same news run a race: which one wins, how often and by how much, is what a second
 * connection is worth. Redacted copies do not take part: what they lose is not time.
 */
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';

export interface RaceReport {
  readonly feed: string;
  /** Announcements that it brought before another feed did. */
  readonly wins: number;
  /** Announcements that another feed had brought before. */
  readonly losses: number;
  /** Of the last wins and losses, in ms: how far ahead, and how far behind. `undefined` without any. */
  readonly medianLeadMs: number | undefined;
  readonly medianLagMs: number | undefined;
}

interface Tally {
  readonly leadsMs: number[];
  readonly lagsMs: number[];
  wins: number;
  losses: number;
}

/** The last ones say how it is now. */
const KEPT = 200;

export class Race {
  readonly #tallies = new Map<string, Tally>();

  readonly listener = (event: BridgeEvent): void => {
    if (event.kind !== 'announcement.duplicate') return;
    const lead = leadOf(event);
    if (lead === undefined) return;
    const winner = this.#tally(lead.winner);
    winner.wins++;
    keep(winner.leadsMs, lead.leadMs);
    const loser = this.#tally(lead.loser);
    loser.losses++;
    keep(loser.lagsMs, lead.leadMs);
  };

  get report(): readonly RaceReport[] {
    return [...this.#tallies].map(([feed, { wins, losses, leadsMs, lagsMs }]) => ({
      feed,
      wins,
      losses,
      medianLeadMs: median(leadsMs),
      medianLagMs: median(lagsMs),
    }));
  }

  #tally(feed: string): Tally {
    let tally = this.#tallies.get(feed);
    if (tally === undefined) {
      tally = { leadsMs: [], lagsMs: [], wins: 0, losses: 0 };
      this.#tallies.set(feed, tally);
    }
    return tally;
  }
}

/** `undefined` when it was no race: the same feed again, a self-test, or one from before this start. */
export function leadOf({
  announcement,
  first,
}: BridgeEventOf<'announcement.duplicate'>):
  | { readonly winner: string; readonly loser: string; readonly leadMs: number }
  | undefined {
  const { feed, redacted, test, receivedMs } = announcement;
  if (redacted || test || first.feed === undefined || first.feed === feed) return undefined;
  return { winner: first.feed, loser: feed, leadMs: receivedMs - first.receivedMs };
}

function keep(spans: number[], ms: number): void {
  spans.push(ms);
  if (spans.length > KEPT) spans.shift();
}

function median(spans: readonly number[]): number | undefined {
  const sorted = spans.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}
