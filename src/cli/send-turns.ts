/**
 * When each sample may go: several at once, as far as every rate budget has room for all of them. They are the budgets
 * of the lanes, so that two destinations of one webhook, bot or chat share a limit here as they do there.
 */
import type { LaneQueue } from '../delivery/lane-queue.ts';
import { pauseOf } from '../delivery/retry-policy.ts';
import { type Places, Room } from '../delivery/room.ts';
import type { PreparedDestination } from '../destinations/prepared.ts';
import { createBudgets } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sample, SampleReport } from './sample.ts';
import type { Past } from './send-past.ts';

/** Samples under way at once, over all destinations: each opens a connection of its own. */
const MOST_AT_ONCE = 16;

/** Keeps the process alive while samples wait; `Openings` does not. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** `paused`: the platform has asked for a pause since; `stopped`: the person has. */
type Turn = Places | 'paused' | 'stopped';

export class SampleTurns {
  readonly #clock: Clock;
  readonly #rooms: ReadonlyMap<string, Room>;
  readonly #waiting = new Map<Room, Set<(turn: Turn) => void>>();

  constructor(destinations: Iterable<PreparedDestination>, clock: Clock, past: Past) {
    this.#clock = clock;
    const book = createBudgets(clock, {
      pauses: new Map(),
      attemptsSince: past.attemptsSince,
      keep: () => undefined,
    });
    const claims = book.claim(Array.from(destinations, withOwnLimits));
    this.#rooms = new Map([...claims].map(([name, { own, shared }]) => [name, new Room(own, shared)]));
  }

  /** Calls `send` when there is room; a report, or why it was not called. */
  async run(
    { prepared, delivery }: Sample,
    signal: AbortSignal,
    send: () => Promise<SampleReport>,
  ): Promise<SampleReport | { readonly pausedMs: number } | undefined> {
    const room = this.#rooms.get(prepared.name);
    if (room === undefined) throw new Error(`no room for ${prepared.name}`);
    const turn = await this.#turn(room, { delivery }, signal);
    if (turn === 'stopped') return undefined;
    if (turn === 'paused') return { pausedMs: room.pausedUntilMs - this.#clock.monotonicMs() };
    const report = await send();
    const nowMs = this.#clock.monotonicMs();
    room.settle(turn, report.result?.writtenMs);
    if (report.result !== undefined) room.hear(report.result, pauseOf(report.result.outcome), nowMs);
    this.#releasePaused(nowMs);
    return report;
  }

  #turn(room: Room, next: Pick<Sample, 'delivery'>, signal: AbortSignal): Promise<Turn> {
    return new Promise((resolve) => {
      const alive = this.#clock.after(LONGEST_WAIT_MS, () => undefined);
      const end = (turn: Turn): void => {
        alive.cancel();
        room.unpark(waiter);
        waiting.delete(end);
        signal.removeEventListener('abort', stop);
        resolve(turn);
      };
      const stop = () => end('stopped');
      const waiter: Parameters<LaneQueue['join']>[0] = {
        next: () => next,
        wake: () => {
          if (room.admits(waiter, next, this.#clock.monotonicMs())) end(room.take());
        },
      };
      const waiting = this.#waiting.get(room) ?? new Set();
      this.#waiting.set(room, waiting.add(end));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      else waiter.wake();
    });
  }

  /** A platform's pause is longer than anybody waits before a terminal. */
  #releasePaused(nowMs: number): void {
    for (const [room, waiting] of this.#waiting)
      if (room.pausedUntilMs > nowMs) for (const end of [...waiting]) end('paused');
  }
}

/** With the limits on what is under way at once, which lanes keep by themselves. */
const withOwnLimits = ({ name, limits, options }: PreparedDestination) => ({
  name,
  limits: {
    ...limits,
    shared: [
      ...limits.shared,
      { key: 'samples', limits: [], atOnce: MOST_AT_ONCE },
      { key: `samples:${name}`, limits: [], atOnce: options.concurrency },
    ],
  },
});
