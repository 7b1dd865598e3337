/**
 * Tables are fetched, unpacked, read and packed on a thread of their own: 20 MB of JSON hold up no announcement, and the
 * rows come over without being copied. This file is also the code of that thread. The thread starts with the first
 * fetch, ends when it is idle for a while, and never keeps the process alive.
 */

import { utimesSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Clock, Timer } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { type Fetched, type FetchTask, fetchTable } from './fetch.ts';
import { writeKept } from './kept.ts';
import { PackedTable } from './packed.ts';

/** 20 MB of JSON with a million rows, and what is made of them. */
const MOST_MEMORY_MB = 1024;

/** Tables that are fetched often share one thread. */
const IDLE_MS = 30_000;

const STOPS = 'the bridge stops';
const ENDED = 'the thread that fetches tables has ended';

export interface ThreadTask extends FetchTask {
  /** The file for the rows. */
  readonly keptAt: string;
}

/** With why the rows could not be written to the disk. */
export type ThreadAnswer = Fetched & { readonly keptFault?: string | undefined };

interface Question {
  readonly number: number;
  readonly task: ThreadTask;
}

interface Reply {
  readonly number: number;
  readonly answer: ThreadAnswer;
}

const THREAD = { fetchesTables: true } as const;

const noAnswer = (fault: string): ThreadAnswer => ({ kind: 'failed', fault });

export class TableThread {
  readonly #clock: Clock;
  readonly #asked = new Map<number, (answer: ThreadAnswer) => void>();
  #number = 0;
  #worker: Worker | undefined;
  #idle: Timer | undefined;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Never rejects. */
  fetch(task: ThreadTask): Promise<ThreadAnswer> {
    if (this.#isClosed) return Promise.resolve(noAnswer(STOPS));
    const { promise, resolve } = Promise.withResolvers<ThreadAnswer>();
    const number = ++this.#number;
    this.#asked.set(number, resolve);
    try {
      const question: Question = { number, task };
      this.#started().postMessage(question);
    } catch (error) {
      // A machine that has no thread to give throws at once.
      this.#reply({ number, answer: noAnswer(messageOf(error)) });
    }
    return promise;
  }

  /** Cuts fetches that are under way; rows that were kept before stay. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end(STOPS);
  }

  #started(): Worker {
    this.#idle?.cancel();
    this.#idle = undefined;
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL(import.meta.url), {
      workerData: THREAD,
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
    this.#asked.get(number)?.(answer);
    this.#asked.delete(number);
    if (this.#asked.size === 0 && !this.#isClosed)
      this.#idle ??= this.#clock.after(IDLE_MS, () => void this.#end(ENDED), false);
  }

  #gone(worker: Worker, fault: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#refuseAll(fault);
  }

  async #end(fault: string): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#idle?.cancel();
    this.#idle = undefined;
    this.#refuseAll(fault);
    await worker?.terminate();
  }

  #refuseAll(fault: string): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const answer of asked) answer(noAnswer(fault));
  }
}

/** The rows on disk are as new as those in memory. */
function kept(task: ThreadTask, answer: Fetched): ThreadAnswer {
  try {
    if (answer.kind === 'rows') {
      const { bytes, asOfMs, etag, lastModified } = answer;
      writeKept(task.keptAt, { packed: new PackedTable(bytes), asOfMs, etag, lastModified });
    }
    if (answer.kind === 'unchanged') utimesSync(task.keptAt, answer.asOfMs / 1000, answer.asOfMs / 1000);
    return answer;
  } catch (error) {
    return { ...answer, keptFault: messageOf(error) };
  }
}

if (!isMainThread && workerData?.fetchesTables === true) {
  const port = parentPort;
  port?.on('message', ({ number, task }: Question) => {
    void fetchTable(task).then((fetched) => {
      const answer = kept(task, fetched);
      const reply: Reply = { number, answer };
      port.postMessage(reply, answer.kind === 'rows' ? [answer.bytes] : []);
    });
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
