/** `explain --timing`: the way from frame to socket, run for real up to a sink inside this process. */

import type { Announcement } from '../announcement.ts';
import { prepareDestinations } from '../destinations/prepared.ts';
import { messageOf } from '../platform/message-of.ts';
import { type Split, STEPS } from '../rehearsal/stage.ts';
import { type Timing, timeAnnouncement, totalOf } from '../rehearsal/timing.ts';
import type { Router } from '../routing/router.ts';
import type { LoadedConfig } from './config-file.ts';
import { UserError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { table } from './table.ts';

/** Throws `UserError` where there is no loopback. */
export async function explainTiming(
  announcement: Announcement,
  router: Router,
  { config, redact }: LoadedConfig,
  { clock, random, version }: Io,
): Promise<readonly Timing[]> {
  const deps = { clock, redact, version };
  const destinations = prepareDestinations(config);
  try {
    return await timeAnnouncement(announcement, { rules: config.rules, router, destinations, deps, random });
  } catch (error) {
    throw new UserError(`cannot time it: ${messageOf(error)}`);
  }
}

export function describeTimings(timings: readonly Timing[], width: number | undefined): string[] {
  if (timings.length === 0) return ['nothing to time: nothing would be sent'];
  const runs = Math.max(...timings.map((timing) => timing.runs));
  const rows = timings.flatMap(({ destination, coldUs, warmUs }) => [
    row(destination, 'cold', coldUs),
    row(destination, 'warm', warmUs),
  ]);
  return [
    `timing from frame to socket in µs: cold = the first, warm = the median of the last of ${runs}`,
    ...table(['destination', '', ...STEPS, 'total'], rows, { width }),
  ];
}

const row = (destination: string, when: string, split: Split): string[] => [
  destination,
  when,
  ...STEPS.map((step) => String(split[step])),
  String(totalOf(split)),
];
