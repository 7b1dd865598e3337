/**
 * `Deliveries` for the running bridge, on a thread of its own: reading a million rows holds up no announcement.
 * This file is also the code of that thread. The thread starts with the first question, ends when it is idle for a
 * while, and never keeps the process alive.
 */
import { constants, setPriority } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Clock, systemClock, type Timer, wait } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import type {
  Again,
  AnnouncementPage,
  Deliveries,
  DeliveryPage,
  FoundDelivery,
  PageRequest,
  StoreAnswer,
  StoredDecision,
} from './deliveries.ts';
import { CANCELLED, FileDeliveries } from './file-deliveries.ts';

/** The rows of a page, and what SQLite looks through for them. */
const MOST_MEMORY_MB = 64;

/** A page of a list is read before the next is requested. */
const IDLE_MS = 30_000;

const STOPS = 'the bridge stops';
const ENDED = 'its thread has ended';

const notAsked = (why: string) => ({ ok: false, message: `the store could not be queried: ${why}` }) as const;

/** Between two answers: whoever asks for one page after the other leaves the loop most of its time. */
const BREATH_MS = 2;

interface Task {
  readonly deliveriesOf: string;
}

interface Question {
  readonly number: number;
  readonly method: keyof Deliveries;
  readonly args: readonly unknown[];
}

interface Reply {
  readonly number: number;
  readonly answer: StoreAnswer<unknown>;
}

export class DeliveriesThread implements Deliveries {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #asked = new Map<number, (answer: StoreAnswer<never>) => void>();
  #number = 0;
  #worker: Worker | undefined;
  #idle: Timer | undefined;
  #isClosed = false;

  /** `path`: the store's file. */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** The thread may have the database open. */
  get isAsked(): boolean {
    return this.#asked.size > 0;
  }

  announcements(before?: string): Promise<StoreAnswer<AnnouncementPage>> {
    return this.#ask('announcements', [before]);
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

  discard(ids: readonly string[], nowMs: number): Promise<StoreAnswer<readonly string[]>> {
    return this.#ask('discard', [ids, nowMs]);
  }

  /** Open questions are answered with an error; a change that has begun is finished or undone by SQLite. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end(STOPS);
  }

  #ask<Value>(
    method: Question['method'],
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<StoreAnswer<Value>> {
    if (this.#isClosed) return Promise.resolve(notAsked(STOPS));
    if (signal?.aborted) return Promise.resolve(CANCELLED);
    const { promise, resolve } = Promise.withResolvers<StoreAnswer<Value>>();
    const number = ++this.#number;
    this.#asked.set(number, resolve);
    // The thread finishes what it has begun, which is bounded; nobody waits for it.
    signal?.addEventListener('abort', () => resolve(CANCELLED), { once: true });
    try {
      const question: Question = { number, method, args };
      this.#started().postMessage(question);
    } catch (error) {
      // A machine that has no thread to give throws at once.
      this.#reply({ number, answer: notAsked(messageOf(error)) });
    }
    return promise;
  }

  #started(): Worker {
    this.#idle?.cancel();
    this.#idle = undefined;
    if (this.#worker !== undefined) return this.#worker;
    const task: Task = { deliveriesOf: this.#path };
    const worker = new Worker(new URL(import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    });
    this.#worker = worker;
    worker.on('message', (reply: Reply) => this.#reply(reply));
    worker.on('error', (error) => this.#gone(worker, messageOf(error)));
    worker.on('exit', () => this.#gone(worker, ENDED));
    // A listener of messages holds the process: it is let go after the last.
    worker.unref();
    return worker;
  }

  #reply({ number, answer }: Reply): void {
    // The thread answers with the result of the method of that name.
    this.#asked.get(number)?.(answer as StoreAnswer<never>);
    this.#asked.delete(number);
    if (this.#asked.size === 0 && !this.#isClosed)
      this.#idle ??= this.#clock.after(IDLE_MS, () => void this.#end(ENDED), false);
  }

  #gone(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#refuseAll(message);
  }

  async #end(message: string): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#idle?.cancel();
    this.#idle = undefined;
    this.#refuseAll(message);
    await worker?.terminate();
  }

  #refuseAll(message: string): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const answer of asked) answer(notAsked(message));
  }
}

const isTask = (data: unknown): data is Task =>
  typeof data === 'object' &&
  data !== null &&
  'deliveriesOf' in data &&
  typeof data.deliveriesOf === 'string';

if (!isMainThread && isTask(workerData)) {
  const port = parentPort;
  const deliveries = new FileDeliveries(workerData.deliveriesOf);
  const answer = async ({ number, method, args }: Question) => {
    const ask = deliveries[method] as (...args: readonly unknown[]) => Promise<StoreAnswer<unknown>>;
    const reply: Reply = { number, answer: await ask.apply(deliveries, [...args]) };
    port?.postMessage(reply);
    await wait(systemClock, BREATH_MS);
  };
  let turn = Promise.resolve();
  port?.on('message', (question: Question) => {
    turn = turn.then(() => answer(question));
  });
  yieldToOthers();
}

/** On Linux, priority is a thread's own (setpriority(2), "C library/kernel differences"); elsewhere it would be the whole bridge's. */
function yieldToOthers(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Then it is as any other.
  }
}
