/**
 * Takes the write-ahead log into the database on a thread of its own: that copies megabytes and waits for
 * the disk twice, which would hold up the loop for tens of milliseconds in the middle of a burst. This file
 * is also what that thread runs. It lives for one checkpoint, so that an idle bridge does not pay for it.
 */
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** A thread for a few statements. */
const MOST_MEMORY_MB = 16;

interface Task {
  readonly checkpointOf: string;
}

/** Resolves when it has ended, well or not: the next one does what this one could not. Never rejects. */
export function checkpoint(path: string): Promise<void> {
  return new Promise<void>((done) => {
    const task: Task = { checkpointOf: path };
    const worker = new Worker(new URL(import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    });
    worker.on('error', () => undefined);
    worker.on('exit', () => done());
    // A machine that has no thread to give throws at once.
  }).catch(() => undefined);
}

const isTask = (data: unknown): data is Task =>
  typeof data === 'object' &&
  data !== null &&
  'checkpointOf' in data &&
  typeof data.checkpointOf === 'string';

if (!isMainThread && isTask(workerData)) {
  // A file that is gone is not made again.
  const existing = pathToFileURL(resolve(workerData.checkpointOf));
  existing.search = '?mode=rw';
  using database = new DatabaseSync(existing);
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_checkpoint(PASSIVE)');
}
