/**
 * `simulate`: the feed server on its own, for trying things without a key. Prints its address, the lines to paste
 * into a config, and a line for each client, announcement and fault; runs until it is stopped.
 */
import type { Clock } from '../platform/clock.ts';
import { printable } from '../platform/printable.ts';
import type { Random } from '../platform/random.ts';
import { nearest } from '../platform/suggest.ts';
import type { Fault } from '../simulator/fault.ts';
import { FAULT_EVERY_MS, FAULTS, faultNamed } from '../simulator/fault-list.ts';
import { type FeedServer, startFeedServer } from '../simulator/feed-server.ts';
import { play } from '../simulator/playback.ts';
import { CURATED_TITLES, readTitles, type Title, TitlesProblem } from '../simulator/titles.ts';

export interface SimulateOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Announcements a minute; 0 = only what clients ask for. */
  readonly rate: number;
  /** JSON Lines to announce, in order, instead of the built-in titles. */
  readonly file?: string | undefined;
  readonly fault?: readonly string[] | undefined;
}

export interface SimulateIo {
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
}

/** Fits the service's form, opens nothing, and is made here so that no scanner takes it for a real one. */
const DEMO_KEY = `dsk_${'0'.repeat(64)}`;

/** For the end of `simulate --help`. */
export function faultHelp(): string {
  const width = Math.max(...FAULTS.map(({ name }) => name.length));
  const lines = FAULTS.map(({ name, description }) => `  ${name.padEnd(width)}  the feed ${description}`);
  return `\nFaults (docs/troubleshooting.md explains how the bridge reacts to each):\n${lines.join('\n')}`;
}

/** Resolves with the exit code. */
export async function simulateCommand(options: SimulateOptions, io: SimulateIo): Promise<number> {
  const faults: Fault[] = [];
  for (const name of options.fault ?? []) {
    const fault = faultNamed(name);
    if (fault) faults.push(fault);
    else {
      const names = FAULTS.map((known) => known.name);
      const best = nearest(name, names);
      const hint = best === undefined ? `there are ${names.join(', ')}` : `did you mean ${best}?`;
      io.print(`simulate: unknown fault "${name}"; ${hint}`);
      return 2;
    }
  }
  let titles: readonly Title[];
  let server: FeedServer;
  try {
    titles = options.file === undefined ? CURATED_TITLES : await readTitles(options.file);
    server = await startFeedServer({
      host: options.host,
      port: options.port,
      clock: io.clock,
      random: io.random,
    });
  } catch (error) {
    const problem = problemOf(error, options);
    if (problem === undefined) throw error;
    io.print(`simulate: ${problem}`);
    return 1;
  }
  try {
    introduce(server, io);
    narrate(server, io);
    for (const fault of faults) {
      io.print(`fault ${fault.name}: ${fault.description}`);
      const report = (line: string) => io.print(`fault ${fault.name}: ${line}`);
      fault.apply({ server, clock: io.clock, signal: io.signal, everyMs: FAULT_EVERY_MS, report });
    }
    await run(server, titles, options, io);
  } finally {
    await server.close();
  }
  io.print('stopped');
  return 0;
}

/** Announcing to nobody would use the best titles up, so it starts with the first client. */
async function run(
  server: FeedServer,
  titles: readonly Title[],
  options: SimulateOptions,
  { signal, clock, random }: SimulateIo,
): Promise<void> {
  await untilAborted(signal, (done) => server.arrivals.on(done));
  const order = options.file === undefined ? 'shuffled' : 'given';
  await play(server, titles, { ratePerMinute: options.rate, order, signal, clock, random });
  await untilAborted(signal);
}

/** Resolves on abort, or when `other` calls back. */
function untilAborted(signal: AbortSignal, other?: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      off?.();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const off = other?.(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function introduce(server: FeedServer, { print }: SimulateIo): void {
  print(`feed simulator at ${server.url} (Ctrl-C stops it)`);
  print('for config.yaml:');
  print('  feeds:');
  print('    - name: simulator');
  print(`      url: ${server.url}`);
  print(`      apiKey: ${DEMO_KEY}`);
}

function narrate(server: FeedServer, io: SimulateIo): void {
  const print = (line: string) => io.print(printable(line));
  server.handshakes.on(({ status, error }) => {
    if (status !== 101) print(`refused a client: ${status} ${error ?? ''}`.trimEnd());
  });
  server.arrivals.on(({ id, cex }) => print(`client ${id} connected${cex ? `, cex=${cex.join(',')}` : ''}`));
  server.closes.on(({ client, code, reason }) => print(`client ${client} left: ${code} ${reason}`.trimEnd()));
  server.messages.on(({ client, text }) => print(`client ${client} says ${JSON.stringify(text)}`));
  server.announced.on(({ frame, clients }) => {
    const { publisher, listingType, ticker, title } = frame;
    print(`announced to ${clients}: ${publisher} ${listingType} [${ticker}] ${title}`);
  });
}

/** The message for a fault that a person can fix; `undefined`: it is a bug. */
function problemOf(error: unknown, { host, port }: SimulateOptions): string | undefined {
  if (error instanceof TitlesProblem) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return `port ${port} is already in use; choose another with --port, or 0 for a free one`;
  if (code === 'EACCES') return `port ${port} needs privileges; choose one above 1023 with --port`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `cannot listen on ${host}: not an address of this machine`;
  return undefined;
}
