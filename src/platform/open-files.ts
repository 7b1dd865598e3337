/** How many files and sockets this process has open, and may have. Linux only. */
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** `undefined` where the system does not tell. Read off the loop: with thousands of sockets it takes milliseconds. */
export async function openFiles(): Promise<number | undefined> {
  try {
    // One of them is the reading itself.
    return (await readdir('/proc/self/fd')).length - 1;
  } catch {
    return undefined;
  }
}

/** Infinity where the system does not tell, or sets no limit. Node raises the soft limit to the hard one when it starts. */
export function mostOpenFiles(limits: () => string = readLimits): number {
  try {
    const [, most] = /^Max open files +(\d+)/m.exec(limits()) ?? [];
    return Number(most ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

const readLimits = () => readFileSync('/proc/self/limits', 'latin1');
