/** When the sign of life is due: cron as croner reads it, with none of its timers. Five fields, so never more often than once a minute. */
import { Cron } from 'croner';

/** Wall clock, epoch ms; `undefined` = never again. Throws on a pattern that `cronFault` refuses. */
export function nextHeartbeat(pattern: string, afterWallMs: number): number | undefined {
  return parse(pattern).nextRun(new Date(afterWallMs))?.getTime();
}

/** The fault of the pattern, for a person. */
export function cronFault(pattern: string): string | undefined {
  const words = pattern.trim().split(/\s+/);
  if (words.length !== 5 && !pattern.startsWith('@'))
    return 'must be cron: minute, hour, day, month and weekday, such as "0 9 * * *"';
  try {
    // From a fixed day, so that the answer does not depend on today's.
    return parse(pattern).nextRun(new Date(0)) === null ? 'is a time that never occurs' : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `is not cron: ${reason}`;
  }
}

const parse = (pattern: string) => new Cron(pattern, { mode: '5-part', paused: true });
