/** The bridge's use of its rate budgets, as its store has it: a sample must not break a limit that the bridge keeps. */
import type { DatabaseSync } from 'node:sqlite';
import { ownBudgetKey } from '../delivery/budget-book.ts';
import type { PreparedDestination } from '../destinations/prepared.ts';
import { muteInWords } from '../mutes/mutes.ts';
import { bridgeNowMs } from '../outbox/bridge-time.ts';
import { mutesIn } from '../outbox/mute-rows.ts';
import { openStoreFile } from '../outbox/open.ts';
import { attemptsSince, pausedUntilMs } from '../outbox/queries.ts';
import type { Io } from './io.ts';
import { leftOut } from './store-file.ts';

export interface Past {
  /** For how long the bridge still pauses it; 0: it does not. */
  pauseMs(prepared: PreparedDestination): number;
  /** Why news to this destination is held back now, in words; `undefined`: it is not muted. A sample is sent all the same. */
  muteOf(destination: string): string | undefined;
  /** By destination, when requests since then had ended; monotonic ms of this process. */
  attemptsSince(sinceMs: number): ReadonlyMap<string, readonly number[]>;
}

/** Without a store there is nothing to know. */
const NO_PAST: Past = { pauseMs: () => 0, muteOf: () => undefined, attemptsSince: () => new Map() };

/** Gives `work` the past that stands in the store at `path`; only within it. */
export function withPast<Result>(path: string, io: Io, work: (past: Past) => Result): Result {
  let database: DatabaseSync;
  try {
    database = openStoreFile(path, true, leftOut(io));
  } catch {
    return work(NO_PAST);
  }
  using open = database;
  return work(pastOf(open, io));
}

function pastOf(database: DatabaseSync, { clock }: Io): Past {
  const orNothing = <Value>(read: () => Value, nothing: Value): Value => {
    try {
      return read();
    } catch {
      return nothing;
    }
  };
  const nowMs = orNothing(() => bridgeNowMs(database, clock.wallMs()), clock.wallMs());
  const aheadMs = nowMs - clock.monotonicMs();
  return {
    pauseMs: ({ name, limits }) => {
      const keys = [ownBudgetKey(name, limits.farEnd), ...limits.shared.map(({ key }) => key)];
      return Math.max(0, orNothing(() => pausedUntilMs(database, keys), 0) - nowMs);
    },
    muteOf: (destination) => {
      const mutes = orNothing(() => mutesIn(database), []);
      const mute = mutes.find(
        ({ kind, name, untilMs }) => kind === 'destination' && name === destination && nowMs < untilMs,
      );
      return mute && muteInWords(mute, nowMs);
    },
    attemptsSince: (sinceMs) =>
      orNothing(
        () =>
          new Map(
            [...attemptsSince(database, sinceMs + aheadMs)].map(
              ([name, ends]) => [name, ends.map((endedMs) => endedMs - aheadMs)] as const,
            ),
          ),
        new Map(),
      ),
  };
}
