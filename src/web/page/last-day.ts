/**
 * The last 24 hours of each destination, hour by hour, for pages and live rows: read off the kept figures for all of them at
 * once, on the thread of questions, and at most once a minute.
 */
import { OTHERS } from '../../outbox/history/figures.ts';
import { type GroupPoint, pointsIn } from '../../outbox/history/group-points.ts';
import type { StatsGroup } from '../../outbox/history/stats.ts';
import { wait } from '../../platform/clock.ts';
import type { Ops } from '../ops.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Anything newer shows with the next look. */
const FRESH_MS = 60_000;

/** A page does not wait longer for a store that is slow. */
const MOST_WAIT_MS = 250;

/** One hour of one destination. */
export interface HourOf extends Omit<GroupPoint, 'sinceMs' | 'pending'> {
  /** When it begins: epoch ms. */
  readonly sinceMs: number;
}

export interface Day {
  /** All 24, the oldest first; the last one is not over. */
  readonly hours: readonly HourOf[];
  /** Some of its deliveries may be counted elsewhere: there are more destinations than are kept by name. */
  readonly isPart: boolean;
}

interface Read {
  readonly atMs: number;
  /** Of the first hour, on the bridge's timeline. */
  readonly sinceMs: number;
  readonly aheadMs: number;
  readonly groups: ReadonlyMap<string, StatsGroup>;
}

export class LastDay {
  readonly #ops: Pick<Ops, 'stats' | 'clock'>;
  #read: Read | undefined;
  #reading: Promise<void> | undefined;

  constructor(ops: Pick<Ops, 'stats' | 'clock'>) {
    this.#ops = ops;
  }

  /** As it was read last; `undefined`: not yet. One that is not fresh is read again behind it. */
  of(destination: string): Day | undefined {
    void this.#readAgain();
    if (this.#read === undefined) return undefined;
    const { sinceMs, aheadMs, groups } = this.#read;
    const hours = Array.from({ length: HOURS }, (_, at) => ({
      ...{ sinceMs: sinceMs + at * HOUR_MS - aheadMs, delivered: 0, failed: 0 },
    }));
    for (const point of pointsIn(groups.get(destination)?.series ?? new Float64Array())) {
      const hour = hours[Math.floor((point.sinceMs - sinceMs) / HOUR_MS)];
      if (hour === undefined) continue;
      hour.delivered += point.delivered;
      hour.failed += point.failed;
    }
    return { hours, isPart: groups.has(OTHERS) };
  }

  /** Resolves when it is fresh, or after a moment. */
  async freshened(): Promise<void> {
    const reading = this.#readAgain();
    if (reading === undefined) return;
    const stop = new AbortController();
    await Promise.race([reading, wait(this.#ops.clock, MOST_WAIT_MS, stop.signal)]);
    stop.abort();
  }

  #readAgain(): Promise<void> | undefined {
    const { clock } = this.#ops;
    if (this.#read !== undefined && clock.monotonicMs() - this.#read.atMs < FRESH_MS) return undefined;
    this.#reading ??= this.#look().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** A store that cannot be read changes nothing: its own trouble is shown elsewhere. */
  async #look(): Promise<void> {
    const { stats, clock } = this.#ops;
    const atMs = clock.monotonicMs();
    const sinceMs = (Math.floor(atMs / HOUR_MS) - HOURS + 1) * HOUR_MS;
    const period = { sinceMs, untilMs: atMs, nowMs: atMs };
    const answer = await stats({ ...period, by: 'destination', slot: 'hour' });
    if (!answer.ok) return;
    const groups = new Map(answer.value.groups.map((group) => [group.name, group]));
    this.#read = { atMs, sinceMs, aheadMs: atMs - clock.wallMs(), groups };
  }
}
