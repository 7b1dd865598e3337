/**
 * One wide line per step, named `noun.verb` (`announcement.received`, `delivery.attempted`,
 * `feed.lost`); silence otherwise. Every line passes the redactor as text, so that no field, message
 * or error can carry a secret out.
 */
import { createRequire } from 'node:module';
import { pino } from 'pino';
import type { build } from 'pino-pretty';
import type { Redactor } from './secret.ts';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(fields: LogFields, event: string): void;
  info(fields: LogFields, event: string): void;
  warn(fields: LogFields, event: string): void;
  error(fields: LogFields, event: string): void;
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
  stderr: NodeJS.WritableStream & { isTTY?: boolean },
): Log {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && stderr.isTTY === true);
  const sink = pretty
    ? prettyStream()({
        colorize: stderr.isTTY === true,
        ignore: 'pid,hostname',
        translateTime: 'HH:MM:ss.l',
        destination: stderr,
      })
    : stderr;
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: together((lines) => sink.write(redact(lines))) },
  );
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
