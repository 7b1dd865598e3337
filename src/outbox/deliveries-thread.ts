/**
 * `Deliveries` for the running bridge, on a thread of its own: reading a million rows holds up no announcement.
 * This file is also the code of that thread. The thread starts with the first question, ends when it is idle for a
 * while, and never keeps the process alive.
 */
import type { Mute, MuteChange, MuteWish } from '../mutes/mute.ts';
import { type Clock, systemClock, wait } from '../platform/clock.ts';
import { answerQuestions, Thread, taskOfThread } from '../platform/thread.ts';
import { isRecord } from '../platform/wire-values.ts';
import type {
  Again,
  AnnouncementFilter,
  AnnouncementPage,
  Deliveries,
  DeliveryPage,
  ExportLook,
  ExportRequest,
  FoundDelivery,
  PageRequest,
  ReplayWish,
  StoreAnswer,
  StoredDecision,
} from './deliveries.ts';
import { CANCELLED, FileDeliveries } from './file-deliveries.ts';
import type { Moment, NextChanges } from './history/next-changes.ts';
import type { Stats, StatsRequest } from './history/stats.ts';
import type { Waiting } from './outbox.ts';

/** The rows of a page, and what SQLite looks through for them. */
const MOST_MEMORY_MB = 64;

/** Of what no figures are made yet, for one answer: about 5 ms. */
const MOST_ROWS = 1500;

/** Between two answers: whoever asks for one page after the other leaves the loop most of its time. */
const BREATH_MS = 2;

interface Task {
  readonly deliveriesOf: string;
}

interface Question {
  readonly method: keyof Deliveries;
  readonly args: readonly unknown[];
}

export class DeliveriesThread implements Deliveries {
  readonly #thread: Thread<Question, StoreAnswer<unknown>>;

  /** `path`: the store's file. */
  constructor(path: string, clock: Clock) {
    const task: Task = { deliveriesOf: path };
    this.#thread = new Thread<Question, StoreAnswer<unknown>>({
      module: import.meta.url,
      task,
      mostMemoryMb: MOST_MEMORY_MB,
      refused: (why) => ({ ok: false, message: `the store could not be queried: ${why}` }),
      clock,
    });
  }

  /** The thread may have the database open. */
  get isAsked(): boolean {
    return this.#thread.isAsked;
  }

  announcements(before?: string, filter?: AnnouncementFilter): Promise<StoreAnswer<AnnouncementPage>> {
    return this.#ask('announcements', [before, filter]);
  }

  stats(request: StatsRequest): Promise<StoreAnswer<Stats>> {
    return this.#ask('stats', [request]);
  }

  rows(request: ExportRequest): Promise<StoreAnswer<ExportLook>> {
    return this.#ask('rows', [request]);
  }

  waiting(): Promise<StoreAnswer<ReadonlyMap<string, Waiting>>> {
    return this.#ask('waiting', []);
  }

  nextChanges(moment: Moment): Promise<StoreAnswer<NextChanges>> {
    return this.#ask('nextChanges', [moment]);
  }

  list(request: PageRequest, signal?: AbortSignal): Promise<StoreAnswer<DeliveryPage>> {
    return this.#ask('list', [request], signal);
  }

  keysOf(ids: readonly string[]): Promise<StoreAnswer<ReadonlyMap<string, string>>> {
    return this.#ask('keysOf', [ids]);
  }

  find(id: string, signal?: AbortSignal): Promise<StoreAnswer<readonly FoundDelivery[]>> {
    return this.#ask('find', [id], signal);
  }

  decision(id: string, signal?: AbortSignal): Promise<StoreAnswer<StoredDecision | undefined>> {
    return this.#ask('decision', [id], signal);
  }

  retry(ids: readonly string[], again: Again): Promise<StoreAnswer<readonly string[]>> {
    return this.#ask('retry', [ids, again]);
  }

  replay(wishes: readonly ReplayWish[], nowMs: number): Promise<StoreAnswer<readonly string[]>> {
    return this.#ask('replay', [wishes, nowMs]);
  }

  discard(ids: readonly string[], nowMs: number): Promise<StoreAnswer<readonly string[]>> {
    return this.#ask('discard', [ids, nowMs]);
  }

  mutes(): Promise<StoreAnswer<readonly Mute[]>> {
    return this.#ask('mutes', []);
  }

  mute(wishes: readonly MuteWish[], nowMs: number): Promise<StoreAnswer<readonly MuteChange[]>> {
    return this.#ask('mute', [wishes, nowMs]);
  }

  lift(ids: readonly number[]): Promise<StoreAnswer<readonly number[]>> {
    return this.#ask('lift', [ids]);
  }

  /** Open questions are answered with an error; a change that has begun is finished or undone by SQLite. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  async #ask<Value>(
    method: Question['method'],
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<StoreAnswer<Value>> {
    if (signal?.aborted) return CANCELLED;
    const { promise: cancelled, resolve } = Promise.withResolvers<typeof CANCELLED>();
    // The thread finishes what it has begun, which is bounded; nobody waits for it.
    signal?.addEventListener('abort', () => resolve(CANCELLED), { once: true });
    // The thread answers with the result of the method of that name.
    const answer = this.#thread.ask({ method, args }) as Promise<StoreAnswer<Value>>;
    return signal === undefined ? answer : Promise.race([cancelled, answer]);
  }
}

const isTask = (task: unknown): task is Task => isRecord(task) && typeof task['deliveriesOf'] === 'string';

const task = taskOfThread();
if (isTask(task)) {
  const deliveries = new FileDeliveries(task.deliveriesOf, MOST_ROWS);
  let turn: Promise<unknown> = Promise.resolve();
  answerQuestions(({ method, args }: Question) => {
    const ask = deliveries[method] as (...args: readonly unknown[]) => Promise<StoreAnswer<unknown>>;
    // In bites, between which others ask.
    if (method === 'nextChanges') return ask.apply(deliveries, [...args]);
    const answer = turn.then(() => ask.apply(deliveries, [...args]));
    turn = answer.then(() => wait(systemClock, BREATH_MS));
    return answer;
  });
}
