/** The type of a fault, and the two ways in which most of them work: again and again, and until the stage ends. */
import { type Clock, wait } from '../platform/clock.ts';
import type { FeedServer } from './feed-server.ts';

export interface FaultStage {
  readonly server: FeedServer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The pace of whatever recurs. */
  readonly everyMs: number;
  /** One line for a person who watches. */
  readonly report: (line: string) => void;
}

export interface Fault {
  readonly name: string;
  /** For `--help`: completes "the feed …". */
  readonly description: string;
  apply(stage: FaultStage): void;
}

/** Does `act` at the stage's pace; what it answers is reported, `undefined` says that nothing was done. */
export function every(stage: FaultStage, act: () => string | undefined): void {
  const run = async () => {
    for (;;) {
      await wait(stage.clock, stage.everyMs, stage.signal);
      if (stage.signal.aborted) return;
      const done = act();
      if (done !== undefined) stage.report(done);
    }
  };
  void run();
}

export function until(signal: AbortSignal, undo: () => void): void {
  signal.addEventListener('abort', undo, { once: true });
}
