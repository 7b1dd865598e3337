/**
 * Keeps the way of an announcement compiled and its memory near: hours of silence would otherwise cost the
 * first news ten milliseconds. Announcements that nobody will ever see go the whole way (`stage.ts`), many at
 * the start and a few every so often.
 *
 * News goes first: one rehearsed announcement at a time, the loop is given back between two, and whatever
 * comes in from a feed ends the round; of the many at the start the rest follows with the next one. Nothing of it is
 * journalled, counted, logged or shown.
 */
import { type Clock, wait } from '../platform/clock.ts';
import type { StageDeps } from './stage.ts';

/** Chosen by measurement: `docs/decisions/rehearsal.md`. */
const AT_START = 200;
const PER_ROUND = 20;
const INTERVAL_MS = 10_000;
/** After so many at the start, every destination's first send among them, what is slow the first time has been done. */
const WARM = 12;

export class Rehearsal {
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;
  #isInterrupted = false;
  #isStopped = false;
  readonly #warm = Promise.withResolvers<void>();

  /** `failed`: there will be no rehearsal; reported once for each stage. */
  constructor(clock: Clock, failed: (error: unknown) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /** When the way has been gone a first few times; also when it cannot be rehearsed. */
  get warm(): Promise<void> {
    return this.#warm.promise;
  }

  /** A config came into force. Ends what was rehearsed before. */
  start(deps: StageDeps): void {
    if (this.#isStopped) return;
    const before = this.#end();
    const stop = new AbortController();
    const ended = before
      .then(() => this.#run(deps, stop.signal))
      .catch(this.#failed)
      .finally(this.#warm.resolve);
    this.#running = { stop, ended };
  }

  /** There is news: nothing more until the next round. */
  interrupt(): void {
    this.#isInterrupted = true;
  }

  /** For good. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#end();
  }

  async #end(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.ended;
  }

  async #run(deps: StageDeps, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    // With the senders' libraries, so not before the feed.
    const { Stage } = await import('./stage.ts');
    await using stage = await Stage.open(deps);
    if (stage.scenes.length === 0) return;
    let next = 0;
    for (let left = AT_START; !signal.aborted; left = Math.max(left, PER_ROUND)) {
      this.#isInterrupted = false;
      for (; left > 0 && !this.#isInterrupted && !signal.aborted; left--) {
        const scene = stage.scenes[next % stage.scenes.length];
        if (scene !== undefined) await stage.perform(scene);
        if (next++ === WARM) this.#warm.resolve();
        await wait(this.#clock, 0, signal);
      }
      stage.clear();
      await wait(this.#clock, INTERVAL_MS, signal);
    }
  }
}
