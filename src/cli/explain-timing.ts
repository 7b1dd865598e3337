/** `explain --timing`: the way from frame to socket, run for real up to a sink inside this process. */

import type { Announcement } from '../announcement.ts';
import { messageOf } from '../platform/message-of.ts';
import type { Redactor } from '../platform/secret.ts';
import { type Split, STEPS, type StageDeps } from '../rehearsal/stage.ts';
import { type Timing, timeAnnouncement, totalOf } from '../rehearsal/timing.ts';
import { UserError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { heading } from './lines.ts';
import { table } from './table.ts';

/** Throws `UserError` where there is no loopback. */
export async function explainTiming(
  announcement: Announcement,
  {
    redact,
    ...config
  }: Pick<StageDeps, 'rules' | 'router' | 'destinations' | 'feeds' | 'extract'> & {
    readonly redact: Redactor;
  },
  { clock, random, version }: Io,
): Promise<readonly Timing[]> {
  try {
    return await timeAnnouncement(announcement, { ...config, deps: { clock, redact, version }, random });
  } catch (error) {
    throw new UserError(`cannot time it: ${messageOf(error)}`);
  }
}

export function describeTimings(timings: readonly Timing[], width: number | undefined): string[] {
  if (timings.length === 0) return [heading('nothing to measure: nothing would be sent', width)];
  const runs = Math.max(...timings.map((timing) => timing.runs));
  const rows = timings.flatMap(({ destination, coldUs, warmUs }) => [
    row(destination, 'cold', coldUs),
    row(destination, 'warm', warmUs),
  ]);
  return [
    heading(
      `timing from frame to socket in µs: cold = the first, warm = the median of the last of ${runs}`,
      width,
    ),
    ...table(['destination', '', ...STEPS, 'total'], rows, { width }),
  ];
}

const row = (destination: string, when: string, split: Split): string[] => [
  destination,
  when,
  ...STEPS.map((step) => String(split[step])),
  String(totalOf(split)),
];
