/**
 * A log that nobody reads (a stopped terminal, a full pipe) must not fill the memory: beyond a bound lines are left out
 * until there is room again, and then how many.
 */

/** About a day of an ordinary log. */
const MOST_UNREAD_BYTES = 16 * 1024 * 1024;

interface Sink {
  readonly writableLength?: number;
  write(lines: string): unknown;
}

/** Lines for `sink`. `left` makes the line that says how many are missing. */
export function boundedWrite(sink: Sink, left: (lines: number) => string): (lines: string) => void {
  let missing = 0;
  return (lines) => {
    if ((sink.writableLength ?? 0) > MOST_UNREAD_BYTES) {
      missing += lines.split('\n').length - 1;
      return;
    }
    if (missing > 0) sink.write(left(missing));
    missing = 0;
    sink.write(lines);
  };
}
