/**
 * A sign of life for a health check that should cost nothing: a file whose time of change is renewed by the
 * event loop. It works for every `server` option, `false` included, and stops when the loop hangs. The image
 * keeps it in memory (`/dev/shm`), so a full or broken disk does not make the bridge look dead.
 */
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { Clock, Timer } from '../platform/clock.ts';

/** The image's health check looks for a change within the last minute. */
const RENEW_MS = 10_000;

/** Creates the file and renews it until cancelled, then removes it. A file that cannot be written is reported once through `failed` and tried again. */
export function keepAliveFile(path: string, clock: Clock, failed: (error: unknown) => void): Timer {
  let timer: Timer | undefined;
  let hasFailed = false;
  const renew = () => {
    try {
      touch(path, clock);
    } catch (error) {
      if (!hasFailed) failed(error);
      hasFailed = true;
    }
    timer = clock.after(RENEW_MS, renew, false);
  };
  renew();
  return {
    cancel: () => {
      timer?.cancel();
      rmSync(path, { force: true });
    },
  };
}

function touch(path: string, clock: Clock): void {
  const seconds = clock.wallMs() / 1000;
  try {
    utimesSync(path, seconds, seconds);
  } catch {
    writeFileSync(path, `${process.pid}\n`, { mode: 0o644 });
  }
}
