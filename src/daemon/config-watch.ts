/**
 * Takes up a change of any file of the config by itself (`watch`), once its writer has finished:
 * docs/decisions/files-are-looked-at.md. One look after the other; a change of time stamps leads to a comparison of
 * contents, and only a difference to a reload.
 */
import { type Clock, type Timer, wait } from '../platform/clock.ts';
import type { FilesRead } from './ready-config.ts';
import type { RunningConfig } from './running-config.ts';
import { compare, GONE_MS, QUIET_MS } from './watch-comparison.ts';
import type { WatchDisk } from './watch-disk.ts';

/** Between two looks, while nothing changes. */
const LOOK_MS = 500;

/** The share of time that looks may take: on a slow disk, or with thousands of files, they become rarer. */
const LOOK_SHARE = 0.1;

const RAREST_LOOK_MS = 5000;

/** Between two looks, while something does. */
const STEP_MS = 100;

/** A file that never rests is taken as it is: what only adds lines is never finished. */
const LONGEST_MS = 10_000;

/** Time stamps may be as coarse as this (2 s on FAT): later, a second comparison finds what the first one could not. */
const COARSE_MS = 2100;

export interface ConfigWatchDeps {
  readonly running: Pick<RunningConfig, 'config' | 'tried' | 'follow'>;
  readonly disk: WatchDisk;
  readonly clock: Clock;
  /** A bug of ours. */
  readonly failed: (error: unknown) => void;
}

/** Until cancelled. */
export function watchConfig({ running, disk, clock, failed }: ConfigWatchDeps): Timer {
  const stop = new AbortController();
  const { signal } = stop;
  /** At the last comparison; `undefined`: there was none. */
  let compared: { readonly stamps: string; readonly atMs: number; readonly isSure: boolean } | undefined;

  /** How long the latest look at the stamps took. */
  let tookMs = 0;

  const stampsNow = async () => {
    const beganMs = clock.monotonicMs();
    const stamps = await stampsOf(running.tried, disk);
    tookMs = clock.monotonicMs() - beganMs;
    return stamps;
  };

  const isActive = () => !signal.aborted && running.config.watch;

  const look = async () => {
    const stamps = await stampsNow();
    const last = compared?.stamps === stamps ? compared : undefined;
    if (last !== undefined && (last.isSure || clock.monotonicMs() - last.atMs < COARSE_MS)) return;
    const same = await settle(stamps);
    compared =
      same === undefined ? same : { stamps: same, isSure: last !== undefined, atMs: clock.monotonicMs() };
  };

  /**
   * Until the files are as they were read, and gives their stamps then; `undefined`: they have been read again, and
   * what has changed since is not known.
   */
  const settle = async (first: string): Promise<string | undefined> => {
    const beganMs = clock.monotonicMs();
    let since = { stamps: first, ms: beganMs };
    // At once: mostly a file was only touched.
    for (let isFirst = true; isActive(); isFirst = false) {
      const spans = { quietMs: clock.monotonicMs() - since.ms, longMs: clock.monotonicMs() - beganMs };
      const { tried } = running;
      const finding = isFirst || isRipe(spans, QUIET_MS) ? await compare(tried, disk) : undefined;
      if (finding?.isSame) break;
      if (finding !== undefined && isRipe(spans, finding.wantedMs)) {
        await running.follow(tried);
        return undefined;
      }
      await wait(clock, STEP_MS, signal);
      const stamps = await stampsNow();
      if (stamps !== since.stamps) since = { stamps, ms: clock.monotonicMs() };
    }
    return since.stamps;
  };

  const watch = async () => {
    while (!signal.aborted) {
      try {
        if (isActive()) await look();
      } catch (error) {
        failed(error);
      }
      await wait(clock, Math.min(RAREST_LOOK_MS, Math.max(LOOK_MS, tookMs / LOOK_SHARE)), signal);
    }
  };
  void watch();
  return { cancel: () => stop.abort() };
}

interface Spans {
  /** Since the latest change. */
  readonly quietMs: number;
  /** Since the first. */
  readonly longMs: number;
}

const isRipe = ({ quietMs, longMs }: Spans, wantedMs: number): boolean =>
  quietMs >= wantedMs || (longMs >= LONGEST_MS && wantedMs < GONE_MS);

/** Equal as long as no file is touched, comes or goes. */
async function stampsOf({ files, patterns }: FilesRead, disk: WatchDisk): Promise<string> {
  const paths = new Set(files.map(({ path }) => path));
  for (const { pattern, folder } of patterns)
    for (const path of await disk.find(pattern, folder)) paths.add(path);
  const stamps: string[] = [];
  for (const path of paths) {
    const seen = await disk.stampOf(path);
    stamps.push(path, seen.is === 'file' ? seen.stamp : seen.is);
  }
  return stamps.join('\n');
}
