/** Runs one command line in this process, as its user at a terminal would see it. */

import { runProgram } from '../../src/cli/program.ts';
import type { DestinationRegistry } from '../../src/destinations/registry.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';

export interface CommandResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Of a terminal; absent = a pipe. */
  readonly columns?: number;
  readonly clock?: Clock;
  /** Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Called after each line of the output, with how many there are. */
  readonly onPrint?: (lines: number) => void;
  /** Both streams are a terminal with colours. */
  readonly hasColors?: boolean;
  /** Absent: those of the program. */
  readonly destinationTypes?: DestinationRegistry;
}

export async function runCommandLine(
  args: readonly string[],
  { env = {}, columns, clock = systemClock, destinationTypes, ...rest }: CommandOptions = {},
): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  const { signal = new AbortController().signal, onPrint, hasColors = false } = rest;
  const exitCode = await runProgram(args, {
    print: (line) => {
      out.push(line);
      onPrint?.(out.length);
    },
    write: (text) => {
      out.push(text);
      return Promise.resolve();
    },
    warn: (line) => err.push(line),
    env,
    signal,
    onHangup: () => undefined,
    clock,
    random: () => 0.5,
    version: '0.0.0',
    columns,
    hasColors: { print: hasColors, warn: hasColors },
    ...(destinationTypes !== undefined && { destinationTypes }),
  });
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}
