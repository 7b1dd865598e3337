/** The outside world of a command: so that a test can be the terminal. */
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { DestinationRegistry } from '../destinations/registry.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { paintedLines } from '../platform/paint.ts';
import { printableJson } from '../platform/printable.ts';
import { type Random, systemRandom } from '../platform/random.ts';

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

export interface Io {
  /** A line of the command's own output. */
  print(line: string): void;
  /** A part of the command's own output as it is, without an end of line; resolves when its reader can take more. */
  write(text: string): Promise<void>;
  /** A line for the person, beside the output. */
  warn(line: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** SIGHUP, from then on, and at once if it has come already. Only `run` is spared by the signal. */
  onHangup(listener: () => void): void;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  /** The destination types; absent: those of this program. */
  readonly destinationTypes?: DestinationRegistry;
  /** Cells of a line of the terminal that `print` writes to; absent when it is no terminal: then nothing is cut. */
  readonly columns?: number | undefined;
  /** A terminal on both sides, where a person can be asked; absent: a script, a pipe, a service. */
  readonly terminal?: Terminal | undefined;
  /** Whether `print` and `warn` write to a terminal with colours; absent: neither does. False with NO_COLOR. */
  readonly hasColors?: { readonly print: boolean; readonly warn: boolean };
}

/**
 * The last fence before the terminal: whatever a command prints, no text of others in it is a command to the terminal,
 * and colours (`platform/paint.ts`) come only where there are some.
 */
export const fenced = (io: Io): Io => ({
  ...io,
  print: (text) => io.print(paintedLines(text, io.hasColors?.print === true)),
  warn: (text) => io.warn(paintedLines(text, io.hasColors?.warn === true)),
});

/** For `--json`: indented, with nothing in it that a terminal would obey. */
export const jsonText = (value: unknown): string => printableJson(JSON.stringify(value, null, 2));

export function processIo(signal: AbortSignal, onHangup: Io['onHangup']): Io {
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    write: (text) => written(process.stdout, text),
    warn: (line) => void process.stderr.write(`${line}\n`),
    env: process.env,
    signal,
    onHangup,
    clock: systemClock,
    random: systemRandom,
    version: packageVersion(),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    terminal:
      process.stdin.isTTY && process.stdout.isTTY
        ? { input: process.stdin, output: process.stdout }
        : undefined,
    hasColors: { print: isColoured(process.stdout), warn: isColoured(process.stderr) },
  };
}

function written(stream: Writable, text: string): Promise<void> {
  if (stream.write(text)) return Promise.resolve();
  return new Promise((resolve) => stream.once('drain', resolve));
}

/** Node's own answer: NO_COLOR, FORCE_COLOR, TERM=dumb. */
const isColoured = (stream: { readonly isTTY?: boolean; hasColors?(): boolean }): boolean =>
  stream.isTTY === true && stream.hasColors?.() === true;

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
