/**
 * argv → command, signals → abort, result → exit code. The only file that ends the process. It listens for signals
 * before it loads anything: one that came earlier would end a bridge that has just been started.
 */
import { fileURLToPath } from 'node:url';

const args = process.argv.slice(2);
const isDaemon = args.find((word) => !word.startsWith('-')) === 'run';

/** A second signal within this is the same one: npm forwards the Ctrl-C that the terminal has sent to all. In seconds. */
const SAME_SIGNAL = 0.5;

const stop = new AbortController();
let firstAt: number | undefined;
for (const name of ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const)
  process.on(name, () => {
    stop.abort();
    firstAt ??= process.uptime();
    // Somebody who signals twice does not want to wait.
    if (process.uptime() - firstAt > SAME_SIGNAL) process.exit(1);
  });

/** A reload that was requested before anything could carry it out is done as soon as something can. */
const hangup = { isDue: false, listener: undefined as (() => void) | undefined };
if (isDaemon) {
  process.on('SIGHUP', () => {
    if (hangup.listener === undefined) hangup.isDue = true;
    else hangup.listener();
  });
  // Node would open its debugger for one and exit for the other; log rotation sends them to the program that writes
  // a log.
  for (const name of ['SIGUSR1', 'SIGUSR2'] as const) process.on(name, () => undefined);
}
const onHangup = (listener: () => void): void => {
  hangup.listener = listener;
  if (hangup.isDue) listener();
};

// `listing-bridge deliveries | head` closes our output; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
// The reader of our log has gone: announcements are worth more than the log.
process.stderr.on('error', () => undefined);

// From the second start on, what was compiled (and in a checkout, stripped of its types) is read instead.
const { compileCacheFolder } = await import('../platform/compile-cache.ts');
const cache = compileCacheFolder({
  args,
  env: process.env,
  program: fileURLToPath(new URL('..', import.meta.url)),
});
if (cache !== undefined) {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(cache);
}
if (isDaemon) {
  const { limitHeap } = await import('../platform/heap-limits.ts');
  limitHeap([...process.execArgv, process.env['NODE_OPTIONS'] ?? '']);
}

const { crashText } = await import('./crash-text.ts');
const { writeSync } = await import('node:fs');
process.on('uncaughtException', (error) => {
  try {
    writeSync(process.stderr.fd, crashText(error));
  } catch {
    // Nobody reads them.
  }
  process.exit(1);
});

const { runProgram } = await import('./program.ts');
const { processIo } = await import('./io.ts');
process.exitCode = await runProgram(args, processIo(stop.signal, onHangup));

/** Output that is still unwritten then is for a log that nobody reads. In ms. */
const LAST_WORDS = 500;
if (isDaemon) {
  const { systemClock } = await import('../platform/clock.ts');
  systemClock.after(LAST_WORDS, () => process.exit(), false);
}
