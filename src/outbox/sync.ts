/**
 * Syncs committed transactions to disk behind the sends: one fdatasync of the write-ahead log, off the event loop,
 * a few milliseconds after a write. A power cut can therefore take only the last few milliseconds; the death of
 * the process takes nothing. After many writes the log is merged into the database, off the event loop too.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../platform/clock.ts';
import { checkpoint } from './checkpoint.ts';

/** Long enough for a burst to share one sync, short enough to be "the last few milliseconds". */
const DELAY_MS = 5;

/** Of about five pages each: a log of 10 MB. */
const CHECKPOINT_WRITES = 500;

export class Sync {
  readonly #path: string;
  readonly #log: string;
  readonly #clock: Clock;
  #file: FileHandle | undefined;
  #wanted = false;
  #running: Promise<void> | undefined;
  #writes = 0;
  #checkpoint: Promise<void> | undefined;
  #closed = false;

  /** `path`: the store's file; its log is beside it. */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#log = `${path}-wal`;
    this.#clock = clock;
  }

  /** Something was committed. Costs nothing now. */
  request(): void {
    this.#writes++;
    if (this.#wanted) return;
    this.#wanted = true;
    this.#clock.after(DELAY_MS, () => this.#start(), false);
  }

  /** Another thread has the database open. */
  get isCheckpointing(): boolean {
    return this.#checkpoint !== undefined;
  }

  /** Another file has taken its place. */
  reset(): void {
    const file = this.#file;
    this.#file = undefined;
    void file?.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    // A request of a moment ago would open the log again, for nobody to close.
    this.#closed = true;
    await this.#running;
    await this.#checkpoint;
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  #start(): void {
    if (this.#running !== undefined || this.#closed) return;
    this.#wanted = false;
    this.#running = this.#sync().finally(() => {
      this.#running = undefined;
      if (this.#wanted) this.#start();
    });
  }

  async #sync(): Promise<void> {
    try {
      this.#file ??= await open(this.#log, 'r+');
      await this.#file.datasync();
    } catch {
      // A disk that cannot sync fails the next write too, and that is where it is reported.
      await this.#file?.close().catch(() => undefined);
      this.#file = undefined;
    }
    if (this.#writes >= CHECKPOINT_WRITES) this.#takeIn();
  }

  #takeIn(): void {
    if (this.#checkpoint !== undefined) return;
    this.#writes = 0;
    this.#checkpoint = checkpoint(this.#path).finally(() => {
      this.#checkpoint = undefined;
    });
  }
}
