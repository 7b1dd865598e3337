/**
 * The run of the demo, behind its first words. The printed message of a delivery is the one that the stand-in received;
 * the times are the bridge's own, from its log lines.
 */
import { type Daemon, startDaemon } from '../daemon/daemon.ts';
import { wait } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { paint } from '../platform/paint.ts';
import { play } from '../simulator/playback.ts';
import { CURATED_TITLES } from '../simulator/titles.ts';
import { atExit } from './at-exit.ts';
import { REHEARSED_CONFIG } from './demo-config.ts';
import type { DemoFolder } from './demo-folder.ts';
import { lookLine } from './demo-head.ts';
import { Announcer, programmeOf } from './demo-programme.ts';
import { arrivedAt, type DemoScene, openScene, shownBy } from './demo-scene.ts';
import { DemoScreen } from './demo-screen.ts';
import { DemoTally, isExact } from './demo-tally.ts';
import { type ExitCode, FINE, NOT_FINE, UserError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { nextCommand } from './program-name.ts';

export interface DemoOptions {
  /** `undefined` = until Ctrl-C. */
  readonly forMs: number | undefined;
  readonly ratePerMinute: number;
}

export interface DemoRun extends DemoOptions {
  readonly folder: DemoFolder;
  /** The config. */
  readonly file: string;
}

/** How long the last deliveries may take after the last announcement; somebody who pressed Ctrl-C waits less gladly. */
const DRAIN_MS = 10_000;
const IMPATIENT_MS = 1000;

/** Servers in this process answer at once, or never. */
const UNHEARD_MS = 15_000;
const UNHEARD =
  'The bridge cannot reach the simulated feed on 127.0.0.1, in the same process: does a firewall or a sandbox forbid connections to this machine itself? [loopback_unreachable]';

/** As many announcements make everything in this process as fast as it gets, receivers too. */
const REHEARSED = 25;

export async function showDemo({ folder, file, forMs, ratePerMinute }: DemoRun, io: Io): Promise<ExitCode> {
  const { clock, random, signal, columns } = io;
  await rehearse(folder.write('rehearsal.yaml', REHEARSED_CONFIG), io);
  await using scene = await openScene({ file, limits: true, clock, random });
  const tally = new DemoTally();
  const announcer = new Announcer(scene, () => clock.wallUs());
  const summary = () => {
    const all = arrivedAt(scene, announcer);
    io.print('');
    if (announcer.announced > 0) for (const line of tally.lines(all, columns)) io.print(line);
    io.print(`now with your own channel: ${paint.name(nextCommand(io.env, 'init'))}`);
    return isExact(all) ? FINE : NOT_FINE;
  };
  if (signal.aborted) return summary();
  // Also for a second Ctrl-C, which ends the process at once.
  const spared = atExit(summary);
  try {
    const daemon = await start(scene, screenOf(scene, tally, io), io);
    try {
      io.print(lookLine(daemon.url ?? '', columns));
      io.print('');
      await announce(announcer, { forMs, ratePerMinute }, io);
    } finally {
      await daemon.stop();
    }
  } finally {
    spared();
  }
  return summary();
}

async function announce(announcer: Announcer, { forMs, ratePerMinute }: DemoOptions, io: Io): Promise<void> {
  const { clock, random, signal } = io;
  const end = new AbortController();
  const timer = forMs === undefined ? undefined : clock.after(forMs, () => end.abort());
  const titles = programmeOf(CURATED_TITLES, random);
  const until = AbortSignal.any([signal, end.signal]);
  await play(announcer, titles, { ratePerMinute, order: 'given', signal: until, clock, random });
  timer?.cancel();
  await drained(announcer, io);
}

/**
 * Resolves when the bridge hears both feeds and is as fast as later: also for somebody who has pressed Ctrl-C meanwhile,
 * as a bridge that is still starting takes longer to stop.
 */
async function start(scene: DemoScene, log: Log, { clock, random, version }: Io): Promise<Daemon> {
  const { sound } = scene;
  const deps = { first: sound, load: () => sound, createLog: () => log, clock, random, version };
  const daemon = await startDaemon(deps);
  const unheard = Promise.withResolvers<never>();
  const timer = clock.after(UNHEARD_MS, () => unheard.reject(new UserError(UNHEARD)));
  try {
    await Promise.race([Promise.all([scene.heard(), daemon.warm]), unheard.promise]);
    return daemon;
  } catch (error) {
    await daemon.stop();
    throw error;
  } finally {
    timer.cancel();
  }
}

const screenOf = (scene: DemoScene, tally: DemoTally, { print, columns, clock }: Io) =>
  new DemoScreen({ print, columns, clock, tally, shown: (message) => shownBy(scene, message) });

/** The whole demo a first time, for nobody: otherwise the first figures would be those of a process that has just begun. */
async function rehearse(file: string, io: Io): Promise<void> {
  const { clock, random, signal } = io;
  if (signal.aborted) return;
  await using scene = await openScene({ file, limits: false, clock, random });
  const screen = screenOf(scene, new DemoTally(), {
    ...io,
    print: () => undefined,
    columns: io.columns ?? 80,
  });
  const daemon = await start(scene, screen, io);
  const announcer = new Announcer(scene, () => clock.wallUs());
  try {
    for (const title of programmeOf(CURATED_TITLES, random).slice(0, REHEARSED)) {
      announcer.announce(title);
      await drained(announcer, io);
      if (signal.aborted) return;
    }
  } finally {
    await daemon.stop();
  }
}

const LOOK_MS = 10;

async function drained(announcer: Announcer, { clock, signal }: Io): Promise<void> {
  const startMs = clock.monotonicMs();
  const untilMs = () => startMs + (signal.aborted ? IMPATIENT_MS : DRAIN_MS);
  while (!announcer.haveArrived && clock.monotonicMs() < untilMs()) await wait(clock, LOOK_MS);
}
