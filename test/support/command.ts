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
  /** Absent: those of the program. */
  readonly destinationTypes?: DestinationRegistry;
}

export async function runCommandLine(
  args: readonly string[],
  { env = {}, columns, clock = systemClock, destinationTypes }: CommandOptions = {},
): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  const { signal } = new AbortController();
  const exitCode = await runProgram(args, {
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
    env,
    signal,
    onHangup: () => undefined,
    clock,
    random: () => 0.5,
    version: '0.0.0',
    columns,
    ...(destinationTypes !== undefined && { destinationTypes }),
  });
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}
