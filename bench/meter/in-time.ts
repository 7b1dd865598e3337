import type { Subject } from './subject.ts';

/** Long for a connect with ten thousand rules, short for a person who waits. */
const DEADLINE_MS = 60_000;

/** Rejects, showing the subject's log, when it takes too long or the subject ends. */
export async function inTime<Value>(promise: Promise<Value>, subject: Subject): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${subject.name} did not answer in time:\n${subject.logTail()}`)),
    DEADLINE_MS,
  );
  try {
    return await Promise.race([promise, subject.ended, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
