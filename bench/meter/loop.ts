/** The moments in which a subject's loop was held (`bench/loop.mjs`), and the longest of them within a span. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pollFor, type Subject } from './subject.ts';

/** Arguments of node. */
export const WATCHED = ['--import', fileURLToPath(new URL('../loop.mjs', import.meta.url))] as const;

/** ms of this process's `performance.now()`. */
export interface Span {
  readonly beginMs: number;
  readonly endMs: number;
}

export interface Hold extends Span {
  /** CPU time of the thread meanwhile: less than the length, when the machine gave the rest to others. In ms. */
  readonly cpuMs: number;
}

/** All until now. */
export async function holdsOf(subject: Subject): Promise<readonly Hold[]> {
  const path = join(subject.folder, 'loop.json');
  subject.signal('SIGUSR2');
  const text = await pollFor(() => (existsSync(path) ? readFileSync(path, 'utf8') : null));
  // Of `performance.now()`, on the clock that is the same in every process.
  const originMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return (JSON.parse(text) as readonly (readonly [number, number, number])[]).map(
    ([endUs, heldUs, cpuUs]) => {
      const endMs = endUs / 1000 - originMs;
      return { beginMs: endMs - heldUs / 1000, endMs, cpuMs: cpuUs / 1000 };
    },
  );
}

/** In ms, at most so much as the thread itself worked; 0: none was long enough to be seen. */
export const longestIn = (holds: readonly Hold[], { beginMs, endMs }: Span): number =>
  holds
    .filter((hold) => hold.endMs >= beginMs && hold.beginMs <= endMs)
    .reduce((longest, hold) => Math.max(longest, Math.min(hold.cpuMs, hold.endMs - hold.beginMs)), 0);
