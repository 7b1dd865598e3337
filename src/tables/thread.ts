/**
 * Tables are fetched, unpacked, read and packed on a thread of their own: 20 MB of JSON hold up no announcement, and the
 * rows come over without being copied. This file is also the code of that thread.
 */
import { utimesSync } from 'node:fs';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { answerQuestions, Thread, taskOfThread } from '../platform/thread.ts';
import { isRecord } from '../platform/wire-values.ts';
import { type Fetched, type FetchTask, fetchTable } from './fetch.ts';
import { writeKept } from './kept.ts';
import { PackedTable } from './packed.ts';

/** 20 MB of JSON with a million rows, and what is made of them. */
const MOST_MEMORY_MB = 1024;

export interface ThreadTask extends FetchTask {
  /** The file for the rows. */
  readonly keptAt: string;
}

/** With why the rows could not be written to the disk. */
export type ThreadAnswer = Fetched & { readonly keptFault?: string | undefined };

const TASK = { fetchesTables: true } as const;

export class TableThread {
  readonly #thread: Thread<ThreadTask, ThreadAnswer>;

  constructor(clock: Clock) {
    this.#thread = new Thread<ThreadTask, ThreadAnswer>({
      module: import.meta.url,
      task: TASK,
      mostMemoryMb: MOST_MEMORY_MB,
      refused: (fault) => ({ kind: 'failed', fault }),
      clock,
    });
  }

  /** Never rejects. */
  fetch(task: ThreadTask): Promise<ThreadAnswer> {
    return this.#thread.ask(task);
  }

  /** Cuts fetches that are under way; rows that were kept before stay. */
  close(): Promise<void> {
    return this.#thread.close();
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

const mine = taskOfThread();
if (isRecord(mine) && mine['fetchesTables'] === true)
  answerQuestions(
    async (task: ThreadTask) => kept(task, await fetchTable(task)),
    (answer) => (answer.kind === 'rows' ? [answer.bytes] : []),
  );
