/**
 * Tables are fetched, unpacked, read and packed on a thread of their own, and so are their files: 20 MB of JSON hold up
 * no announcement, and the rows come over without being copied. This file is also the code of that thread.
 */
import { utimesSync } from 'node:fs';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { answerQuestions, Thread, taskOfThread } from '../platform/thread.ts';
import { isRecord } from '../platform/wire-values.ts';
import type { AheadReaders } from './ahead.ts';
import { type Fetched, type FetchTask, fetchTable } from './fetch.ts';
import { type FileReading, type FileTask, readTableFile } from './file-rows.ts';
import { type Kept, readKept, writeKept } from './kept.ts';
import { PackedTable } from './packed.ts';

/** 20 MB of JSON with a million rows, and what is made of them. */
const MOST_MEMORY_MB = 1024;

export interface ThreadTask extends FetchTask {
  /** The file for the rows. */
  readonly keptAt: string;
}

/** With why the rows could not be written to the disk. */
export type ThreadAnswer = Fetched & { readonly keptFault?: string | undefined };

const TASK = { readsTables: true } as const;

type Question =
  | { readonly fetch: ThreadTask }
  | { readonly file: FileTask }
  /** A path. */
  | { readonly kept: string };

/** Rows go over as the bytes that they are. */
type Answer =
  | { readonly fetched: ThreadAnswer }
  | { readonly reading: FileReading<ArrayBuffer> }
  | { readonly kept: (Omit<Kept, 'packed'> & { readonly packed: ArrayBuffer }) | undefined }
  | { readonly refused: string };

export class TableThread implements AheadReaders {
  readonly #thread: Thread<Question, Answer>;

  constructor(clock: Clock) {
    this.#thread = new Thread<Question, Answer>({
      module: import.meta.url,
      task: TASK,
      mostMemoryMb: MOST_MEMORY_MB,
      refused: (why) => ({ refused: why }),
      clock,
    });
  }

  /** Never rejects. */
  async fetch(task: ThreadTask): Promise<ThreadAnswer> {
    const answer = await this.#thread.ask({ fetch: task });
    if ('fetched' in answer) return answer.fetched;
    return { kind: 'failed', fault: 'refused' in answer ? answer.refused : 'its thread is mistaken' };
  }

  async file(task: FileTask): Promise<FileReading | undefined> {
    const answer = await this.#thread.ask({ file: task });
    if (!('reading' in answer)) return undefined;
    const { reading } = answer;
    return reading.kind === 'rows' ? { ...reading, rows: new PackedTable(reading.rows) } : reading;
  }

  async kept(path: string): Promise<Kept | undefined> {
    const answer = await this.#thread.ask({ kept: path });
    const kept = 'kept' in answer ? answer.kept : undefined;
    return kept && { ...kept, packed: new PackedTable(kept.packed) };
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

async function answerOf(question: Question): Promise<Answer> {
  if ('fetch' in question) return { fetched: kept(question.fetch, await fetchTable(question.fetch)) };
  if ('file' in question) {
    const reading = readTableFile(question.file);
    return { reading: reading.kind === 'rows' ? { ...reading, rows: reading.rows.bytes } : reading };
  }
  const rows = readKept(question.kept);
  return { kept: rows && { ...rows, packed: rows.packed.bytes } };
}

function bytesOf(answer: Answer): readonly ArrayBuffer[] {
  if ('fetched' in answer) return answer.fetched.kind === 'rows' ? [answer.fetched.bytes] : [];
  if ('reading' in answer) return answer.reading.kind === 'rows' ? [answer.reading.rows] : [];
  return 'kept' in answer && answer.kept !== undefined ? [answer.kept.packed] : [];
}

const mine = taskOfThread();
if (isRecord(mine) && mine['readsTables'] === true) answerQuestions(answerOf, bytesOf);
