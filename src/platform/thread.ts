/**
 * Questions to a thread, and their answers. The thread starts with the first question, ends when it is idle for a
 * while, and never keeps the process alive; a question that it cannot answer any more is answered in its place.
 */
import { constants, setPriority } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Clock, Timer } from './clock.ts';
import { messageOf } from './message-of.ts';

/** Questions often come several at a time, one after the other. */
const IDLE_MS = 30_000;

const STOPS = 'the bridge stops';
const ENDED = 'its thread has ended';

export interface ThreadOptions<Answer> {
  /** The module that the thread runs; it calls `answerQuestions`. */
  readonly module: string;
  /** By which the module knows its thread, and what every question is about. */
  readonly task: object;
  readonly mostMemoryMb: number;
  /** In the place of the thread. */
  readonly refused: (why: string) => Answer;
  readonly clock: Clock;
}

interface Numbered<Content> {
  readonly number: number;
  readonly content: Content;
}

export class Thread<Question, Answer> {
  readonly #options: ThreadOptions<Answer>;
  readonly #asked = new Map<number, (answer: Answer) => void>();
  #number = 0;
  #worker: Worker | undefined;
  #idle: Timer | undefined;
  #isClosed = false;

  constructor(options: ThreadOptions<Answer>) {
    this.#options = options;
  }

  get isAsked(): boolean {
    return this.#asked.size > 0;
  }

  /** Never rejects. */
  ask(content: Question): Promise<Answer> {
    const { refused } = this.#options;
    if (this.#isClosed) return Promise.resolve(refused(STOPS));
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const number = ++this.#number;
    this.#asked.set(number, resolve);
    try {
      const question: Numbered<Question> = { number, content };
      this.#started().postMessage(question);
    } catch (error) {
      // A machine that has no thread to give throws at once.
      this.#reply({ number, content: refused(messageOf(error)) });
    }
    return promise;
  }

  /** Ends the thread, whatever it is at. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end(STOPS);
  }

  #started(): Worker {
    this.#idle?.cancel();
    this.#idle = undefined;
    if (this.#worker !== undefined) return this.#worker;
    const { module, task, mostMemoryMb } = this.#options;
    const worker = new Worker(new URL(module), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
    });
    this.#worker = worker;
    worker.on('message', (reply: Numbered<Answer>) => this.#reply(reply));
    worker.on('error', (error) => this.#gone(worker, messageOf(error)));
    worker.on('exit', () => this.#gone(worker, ENDED));
    // A listener of messages holds the process: it is let go after the last.
    worker.unref();
    return worker;
  }

  #reply({ number, content }: Numbered<Answer>): void {
    this.#asked.get(number)?.(content);
    this.#asked.delete(number);
    if (this.#asked.size === 0 && !this.#isClosed)
      this.#idle ??= this.#options.clock.after(IDLE_MS, () => void this.#end(ENDED), false);
  }

  #gone(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#refuseAll(why);
  }

  async #end(why: string): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#idle?.cancel();
    this.#idle = undefined;
    this.#refuseAll(why);
    await worker?.terminate();
  }

  #refuseAll(why: string): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const answer of asked) answer(this.#options.refused(why));
  }
}

/** The task of the thread that this code runs on; `undefined` on the main thread. */
export const taskOfThread = (): unknown => (isMainThread ? undefined : workerData);

/** On the thread. `answer` must not reject. `handedOver`: memory of an answer that is moved instead of copied. */
export function answerQuestions<Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
  handedOver: (answer: Answer) => readonly ArrayBuffer[] = () => [],
): void {
  const port = parentPort;
  port?.on('message', ({ number, content }: Numbered<Question>) => {
    void answer(content).then((given) => {
      const reply: Numbered<Answer> = { number, content: given };
      port.postMessage(reply, handedOver(given));
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
