/**
 * Announcements one subject after the other, milliseconds apart: for differences that are smaller than what a machine drifts by
 * in a second. Of each subject several processes, for two of the same program differ by more than two announcements do.
 */
import { type Meter, pause } from './meter.ts';
import { ofProcesses, type Sample } from './sample.ts';
import type { Subject } from './subject.ts';
import { everyOrder } from './turns.ts';

export interface LockstepSize {
  /** Of each subject. */
  readonly perSecond: number;
  /** Announcements to each process. */
  readonly rounds: number;
  /** Processes of each subject: each fleet has one of each. */
  readonly fleets: number;
}

/**
 * Announcements to a process that are not counted, and how much faster they come: a difference between two programs that the engine
 * is still compiling is one of the engine's.
 */
const WARM_UP = { rounds: 300, faster: 2 } as const;

/** Latencies in ms: a sample of each subject, in the order in which `start` gives them; a fleet is one repetition in all of them. */
export async function inLockstep(
  meter: Meter,
  start: () => Promise<readonly Subject[]>,
  { perSecond, rounds, fleets }: LockstepSize,
): Promise<readonly Sample[]> {
  const processes: number[][][] = [];
  for (let fleet = 0; fleet < fleets; fleet++) {
    const subjects = await start();
    await together(meter, subjects, WARM_UP.faster * perSecond, WARM_UP.rounds);
    const latencies = await together(meter, subjects, perSecond, rounds);
    for (const [place, each] of latencies.entries()) {
      processes[place] ??= [];
      processes[place].push(each);
    }
    await meter.stop(...subjects);
  }
  return processes.map(ofProcesses);
}

async function together(
  meter: Meter,
  subjects: readonly Subject[],
  perSecond: number,
  rounds: number,
): Promise<number[][]> {
  const orders = everyOrder([...subjects.keys()]);
  const stepMs = 1000 / perSecond / subjects.length;
  const latencies: number[][] = subjects.map(() => []);
  let dueMs = performance.now();
  for (let round = 0; round < rounds; round++) {
    const answers: Promise<unknown>[] = [];
    for (const place of orders[round % orders.length] ?? []) {
      const subject = subjects[place];
      if (subject === undefined) continue;
      answers.push(meter.one(subject).then((ms) => latencies[place]?.push(ms)));
      dueMs = Math.max(dueMs + stepMs, performance.now());
      await pause(dueMs - performance.now());
    }
    await Promise.all(answers);
  }
  return latencies;
}
