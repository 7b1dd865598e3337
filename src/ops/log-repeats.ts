/**
 * A destination that is down is down for every delivery: what to do about it stands below the first attempt that fails
 * so, and then once a minute.
 */
import type { LogForm } from '../platform/log-line.ts';

const AGAIN_MS = 60_000;

/** Of more, the oldest is forgotten, and so written again. */
const MOST = 1000;

export function withoutRepeats(form: LogForm): LogForm {
  /** When it was written, by destination, reason and advice. */
  const written = new Map<string, number>();
  const isRepeat = (key: string, timeMs: number): boolean => {
    const last = written.get(key);
    if (last !== undefined && Math.abs(timeMs - last) < AGAIN_MS) return true;
    const [oldest] = written.keys();
    if (written.size >= MOST && oldest !== undefined) written.delete(oldest);
    written.delete(key);
    written.set(key, timeMs);
    return false;
  };
  return (fields, event, level, timeMs, width) => {
    const { destination, reason, advice, detail, help, ...rest } = fields;
    if (event !== 'delivery.attempted' || advice === undefined)
      return form(fields, event, level, timeMs, width);
    const isKnown = isRepeat(JSON.stringify([destination, reason, advice]), timeMs);
    return form(isKnown ? { ...rest, destination, reason } : fields, event, level, timeMs, width);
  };
}
