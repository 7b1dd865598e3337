/**
 * Keeps the figures of the past up to date, behind everything else: works out the next change on another thread, writes it in
 * short pieces, and so on until all is as it should be; then rests. Notes as well that the bridge is running.
 */
import { type Clock, type Timer, wait } from '../../platform/clock.ts';
import type { Deliveries } from '../deliveries.ts';
import type { Journal } from '../journal.ts';
import { SHORTEST_OFF_MS } from './levels.ts';

/** Before the first of `retention.ts`, which may delete what is not in the figures yet. */
const FIRST_MS = 5_000;
const ROUND_MS = 10 * 60_000;
/** When much happens, so that whoever asks needs not read it off the rows. */
const BUSY_ROUND_MS = 60_000;

/** Between two changes, and between two of their pieces: sends come first. */
const BETWEEN_MS = 50;
const PIECE_MS = 2;

export interface HistoryDeps {
  readonly deliveries: Pick<Deliveries, 'nextChanges'>;
  readonly journal: Pick<Journal, 'keepHistory'>;
  readonly clock: Clock;
  /** When this life began, on that clock. */
  readonly startedMs: number;
  /** How long figures are kept. */
  readonly keptMs: number;
}

/** Until cancelled. */
export function startHistory(deps: HistoryDeps): Timer {
  const stop = new AbortController();
  void upkeep(deps, stop.signal);
  void stayAlive(deps, stop.signal);
  return {
    cancel: () => {
      stop.abort();
      noteAlive(deps);
    },
  };
}

async function upkeep(deps: HistoryDeps, signal: AbortSignal): Promise<void> {
  const { clock } = deps;
  for (let restMs = FIRST_MS; !signal.aborted; ) {
    await wait(clock, restMs, signal);
    if (signal.aborted) return;
    restMs = await round(deps, signal);
  }
}

/** How long to rest after it. */
async function round(deps: HistoryDeps, signal: AbortSignal): Promise<number> {
  const { deliveries, journal, clock, keptMs } = deps;
  while (!signal.aborted) {
    const answer = await deliveries.nextChanges({ nowMs: clock.monotonicMs(), keptMs });
    if (!answer.ok) break;
    const { changes, isBusy } = answer.value;
    if (changes.length === 0) return isBusy ? BUSY_ROUND_MS : ROUND_MS;
    for (const change of changes) {
      // A store that is broken has more urgent work, and then all of it is worked out again.
      if (signal.aborted || !journal.keepHistory(change)) return ROUND_MS;
      await wait(clock, PIECE_MS, signal);
    }
    await wait(clock, BETWEEN_MS, signal);
  }
  return ROUND_MS;
}

async function stayAlive(deps: HistoryDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    noteAlive(deps);
    await wait(deps.clock, SHORTEST_OFF_MS, signal);
  }
}

const noteAlive = ({ journal, clock, startedMs, keptMs }: HistoryDeps): void => {
  const untilMs = clock.monotonicMs();
  journal.keepHistory({ kind: 'alive', sinceMs: startedMs, untilMs, oldestMs: untilMs - keptMs });
};
