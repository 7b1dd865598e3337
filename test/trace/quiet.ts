/** Whether anything is still under way in this process: a short timer, work with files. Long timers are plans, not work. */

/** Above what work behind a send waits for, not above what looks at the loop at intervals (`platform/loop-delay.ts`). */
const SHORT_MS = 20;
const LOOK_MS = 50;

/** Calls back again and again while nothing is under way. */
export function whileQuiet(told: () => void): void {
  const [set, clear] = [globalThis.setTimeout, globalThis.clearTimeout];
  const pending = new Set<unknown>();
  const watched = (callback: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) => {
    const timer = set(() => {
      pending.delete(timer);
      callback(...args);
    }, delayMs);
    if (delayMs < SHORT_MS) pending.add(timer);
    return timer;
  };
  globalThis.setTimeout = Object.assign(watched, { __promisify__: set.__promisify__ }) as typeof setTimeout;
  globalThis.clearTimeout = (timer) => {
    pending.delete(timer);
    clear(timer);
  };
  const look = () => {
    const isBusy =
      pending.size > 0 || process.getActiveResourcesInfo().some((one) => one.startsWith('FSReq'));
    if (!isBusy) told();
    set(look, LOOK_MS).unref();
  };
  look();
}
