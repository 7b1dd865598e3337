/**
 * Keeps the tables from addresses fresh: each is fetched when the feeds have had their first try, then every `refresh`
 * (give or take a tenth), sooner after a failure, and not before the time that the server asks for. Whatever fails, the
 * last good rows stay.
 */
import { type BackoffRange, backoffMs } from '../platform/backoff.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { fingerprint } from '../platform/secret.ts';
import { keptPath } from './kept.ts';
import type { LiveTable } from './live-table.ts';
import type { UrlTableOptions } from './options.ts';
import { PackedTable } from './packed.ts';
import { remarksOf } from './remarks.ts';
import { fetchTaskOf } from './task.ts';
import type { ThreadAnswer, ThreadTask } from './thread.ts';

export interface RefreshEvents {
  /** Its rows have changed. `tookMs`: of the fetch. */
  refreshed(table: string, rows: number, tookMs: number): void;
  /** Some of its rows are not in it, or not all of what they say: in words, when these are others than before. */
  odd(table: string, remarks: readonly string[]): void;
  /** It goes on with what it has. */
  failed(table: string, fault: string): void;
}

export interface RefresherDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: (task: ThreadTask) => Promise<ThreadAnswer>;
  readonly events: RefreshEvents;
  /** Rows are kept there. */
  readonly folder: string;
  /** Of requests. */
  readonly userAgent: string;
  /** When the first may be fetched. */
  readonly turn: Promise<void>;
}

/** A table of the config in force. */
export interface Refreshed {
  readonly options: UrlTableOptions;
  readonly live: LiveTable;
}

const RETRY: BackoffRange = { minMs: 2_000, maxMs: 5 * 60_000 };
const JITTER = 0.1;

/** So many answers in a row with less than half of the rows: then it is no accident. */
const SHRUNK_IN_A_ROW = 3;

export class Refresher {
  readonly #deps: RefresherDeps;
  readonly #running = new Map<string, Running>();
  #isStopped = false;

  constructor(deps: RefresherDeps) {
    this.#deps = deps;
  }

  /** A config came into force. What did not change goes on as it is, with the rows that it has. */
  apply(tables: ReadonlyMap<string, Refreshed>): void {
    if (this.#isStopped) return;
    for (const [name, { key, stop }] of this.#running) {
      const next = tables.get(name);
      if (next !== undefined && fingerprint(next.options) === key) continue;
      stop();
      this.#running.delete(name);
    }
    for (const [name, table] of tables) {
      const running = this.#running.get(name);
      if (running !== undefined) running.serve(table.live);
      else this.#running.set(name, new Running(name, table, this.#deps));
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const { stop } of this.#running.values()) stop();
    this.#running.clear();
  }
}

class Running {
  readonly key: string;
  readonly #name: string;
  readonly #options: UrlTableOptions;
  readonly #deps: RefresherDeps;
  #live: LiveTable;
  #failures = 0;
  #shrunk = 0;
  /** Told last. */
  #remarks: readonly string[] = [];
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(name: string, { options, live }: Refreshed, deps: RefresherDeps) {
    this.key = fingerprint(options);
    this.#name = name;
    this.#options = options;
    this.#deps = deps;
    this.#live = live;
    void deps.turn.then(() => this.#refresh());
  }

  /** The same table of another config. */
  serve(live: LiveTable): void {
    const { rows, fault } = this.#live;
    if (rows !== undefined) live.take(rows);
    live.fault = fault;
    this.#live = live;
  }

  readonly stop = (): void => {
    this.#isStopped = true;
    this.#timer?.cancel();
  };

  async #refresh(): Promise<void> {
    if (this.#isStopped) return;
    const { clock, fetch } = this.#deps;
    const startedMs = clock.monotonicMs();
    const answer = await fetch(this.#task());
    if (this.#isStopped) return;
    const waitMs = this.#take(answer, clock.monotonicMs() - startedMs);
    this.#timer = clock.after(waitMs, () => void this.#refresh(), false);
  }

  #task(): ThreadTask {
    const before = this.#live.rows;
    const isLast = this.#shrunk >= SHRUNK_IN_A_ROW - 1;
    return {
      ...fetchTaskOf(this.#options, this.#deps.userAgent),
      ...(before !== undefined && { validators: { etag: before.etag, lastModified: before.lastModified } }),
      leastRows: before === undefined || isLast ? 1 : Math.ceil(before.packed.size / 2),
      keptAt: keptPath(this.#deps.folder, this.#name, this.#options),
    };
  }

  /** When it is fetched next, in ms. */
  #take(answer: ThreadAnswer, tookMs: number): number {
    const { random, events } = this.#deps;
    const { refresh } = this.#options;
    if (answer.kind === 'failed') {
      this.#failures++;
      this.#shrunk = answer.isShrunk ? this.#shrunk + 1 : 0;
      this.#live.fault = answer.fault;
      events.failed(this.#name, answer.fault);
      // It is no accident of a moment: the next of its kind says more when some time has passed.
      if (answer.isShrunk) return refresh;
      const { minMs, maxMs } = RETRY;
      const range = { minMs: Math.min(minMs, refresh), maxMs: Math.min(maxMs, refresh) };
      return Math.max(backoffMs(this.#failures, range, random), answer.retryAfterMs ?? 0);
    }
    this.#failures = 0;
    this.#shrunk = 0;
    this.#live.fault = undefined;
    const before = this.#live.rows;
    const { asOfMs } = answer;
    if (answer.kind === 'rows') {
      const { bytes, etag, lastModified } = answer;
      const { duplicates, unusable } = answer;
      const odd = { duplicates, unusable };
      this.#live.take({ packed: new PackedTable(bytes), asOfMs, etag, lastModified, odd });
      events.refreshed(this.#name, this.#live.rows?.packed.size ?? 0, tookMs);
      this.#remark(remarksOf(odd));
    } else if (before !== undefined) this.#live.take({ ...before, asOfMs });
    if (answer.keptFault !== undefined)
      events.failed(this.#name, `the rows are in use, and could not be kept on disk: ${answer.keptFault}`);
    return refresh * (1 + JITTER * (2 * random() - 1));
  }

  #remark(remarks: readonly string[]): void {
    if (remarks.join() === this.#remarks.join()) return;
    this.#remarks = remarks;
    if (remarks.length > 0) this.#deps.events.odd(this.#name, remarks);
  }
}
