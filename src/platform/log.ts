/**
 * One wide line per step, named `noun.verb` (`announcement.received`, `delivery.attempted`,
 * `feed.lost`); silence otherwise. Every value of every line passes the redactor, so that no field
 * or error can carry a secret out, and comes out without anything that a terminal would obey.
 */
import { createRequire } from 'node:module';
import { pino } from 'pino';
import type { build } from 'pino-pretty';
import { printableJson, printableLines } from './printable.ts';
import { redactValues } from './redactor.ts';
import type { Redactor } from './secret.ts';
import { boundedWrite } from './unread.ts';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(fields: LogFields, event: string): void;
  info(fields: LogFields, event: string): void;
  warn(fields: LogFields, event: string): void;
  error(fields: LogFields, event: string): void;
  /** Lines of a level that is not written need not be made. Absent: all are. */
  isLevelEnabled?(level: 'debug'): boolean;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;

export interface LogOptions {
  readonly level: (typeof LOG_LEVELS)[number];
  readonly format: (typeof LOG_FORMATS)[number];
}

/** Loaded only for a terminal: a daemon starts sooner without it. */
const prettyStream = (): typeof build => createRequire(import.meta.url)('pino-pretty').build;

/** Writes to standard error, so that standard output stays the commands' own. `isTerminal` decides `auto`. */
export function createLog(
  options: LogOptions,
  redact: Redactor,
  stderr: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly writableLength?: number;
    /** Of a terminal; false with NO_COLOR, and for one that has none. */
    hasColors?(): boolean;
  },
): Log {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && stderr.isTTY === true);
  const sink = pretty
    ? prettyStream()({
        colorize: stderr.isTTY === true && stderr.hasColors?.() !== false,
        ignore: 'pid,hostname',
        // As `timeText`: local, with the offset.
        translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l p',
        destination: stderr,
      })
    : stderr;
  // A reader of JSON gets the same values as ever, escaped; the pretty form would undo that.
  const safe = pretty ? (lines: string) => printableLines(shortened(lines)) : printableJson;
  const left = (lines: number) =>
    `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lines, msg: 'log.left_out' })}\n`;
  const write = boundedWrite(sink, stderr, left);
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redactValues(fields, redact) as LogFields,
      },
    },
    { write: together((lines) => write(safe(lines))) },
  );
}

/** Longer values are cut on a terminal; the JSON form has all of them. In UTF-16 units. */
const LONGEST_SHOWN = 1000;

/** A title of 200 KB would push everything else off the screen. */
function shortened(lines: string): string {
  if (lines.length <= LONGEST_SHOWN) return lines;
  const cut = (_key: string, value: unknown) =>
    typeof value === 'string' && value.length > LONGEST_SHOWN
      ? `${value.slice(0, LONGEST_SHOWN)}… (${value.length} characters)`
      : value;
  const short = (line: string) =>
    line.length > LONGEST_SHOWN ? JSON.stringify(JSON.parse(line), cut) : line;
  return lines.split('\n').map(short).join('\n');
}

/** Lines of one moment are one write: of a file that is a system call, and a burst writes thousands. */
function together(write: (lines: string) => void): (line: string) => void {
  let lines = '';
  return (line) => {
    if (lines === '')
      queueMicrotask(() => {
        const all = lines;
        lines = '';
        write(all);
      });
    lines += line;
  };
}
