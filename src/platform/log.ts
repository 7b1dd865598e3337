/**
 * One wide line per step, named `noun.verb` (`announcement.received`, `delivery.attempted`,
 * `feed.lost`); silence otherwise. Every value of every line passes the redactor, so that no field
 * or error can carry a secret out, and comes out without anything that a terminal would obey.
 */
import { pino } from 'pino';
import { systemClock } from './clock.ts';
import { type LogForm, type LogLevel, plainForm } from './log-line.ts';
import type { LogFields } from './log-values.ts';
import { paintedLines } from './paint.ts';
import { printableJson } from './printable.ts';
import { redactValues } from './redactor.ts';
import type { Redactor } from './secret.ts';
import { dayText } from './time-text.ts';
import { boundedWrite } from './unread.ts';

export type { LogFields } from './log-values.ts';

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

type Stderr = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly writableLength?: number;
  /** Cells of a line, as wide as the terminal is now. */
  readonly columns?: number;
  /** Of a terminal; false with NO_COLOR, and for one that has none. */
  hasColors?(): boolean;
};

/**
 * Writes to standard error, so that standard output stays the commands' own. `isTerminal` decides `auto`. `form`: how
 * a line reads for people; absent: all alike.
 */
export function createLog(
  options: LogOptions,
  redact: Redactor,
  stderr: Stderr,
  form: LogForm = plainForm,
): Log {
  const isPretty = options.format === 'pretty' || (options.format === 'auto' && stderr.isTTY === true);
  return isPretty ? prettyLog(options.level, redact, stderr, form) : jsonLog(options.level, redact, stderr);
}

function jsonLog(level: LogOptions['level'], redact: Redactor, stderr: Stderr): Log {
  const left = (lines: number) =>
    `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lines, msg: 'log.left_out' })}\n`;
  const write = boundedWrite(stderr, left);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redactValues(fields, redact) as LogFields,
      },
    },
    // A reader of JSON gets the same values as ever, escaped.
    { write: together((lines) => write(printableJson(lines))) },
  );
}

function prettyLog(level: LogOptions['level'], redact: Redactor, stderr: Stderr, form: LogForm): Log {
  const isTerminal = stderr.isTTY === true;
  const hasColors = isTerminal && stderr.hasColors?.() !== false;
  let day: string | undefined;
  const lineOf = (fields: LogFields, event: string, at: LogLevel): string => {
    const timeMs = systemClock.wallMs();
    const text = form(fields, event, at, timeMs, isTerminal ? stderr.columns : undefined);
    const today = dayText(timeMs);
    // Lines have only the time of the day.
    const begins = day === undefined || day === today ? '' : `${today}\n`;
    day = today;
    return `${begins}${paintedLines(text, hasColors)}\n`;
  };
  const write = together(boundedWrite(stderr, (lines) => lineOf({ lines }, 'log.left_out', 'warn')));
  const lowest = LOG_LEVELS.indexOf(level);
  const isWritten = (at: LogLevel) => LOG_LEVELS.indexOf(at) >= lowest;
  const writer = (at: LogLevel) => (fields: LogFields, event: string) => {
    if (isWritten(at)) write(lineOf(redactValues(fields, redact) as LogFields, event, at));
  };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    isLevelEnabled: isWritten,
  };
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
