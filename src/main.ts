#!/usr/bin/env node
/**
 * argv → command, signals → abort, result → exit code. The only file that ends the process. It imports
 * nothing until it knows that this Node can run it.
 */
const OLDEST_NODE = 24;

const found = Number(process.versions.node.split('.')[0]);
if (found < OLDEST_NODE) {
  process.stderr.write(
    `listing-bridge needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}. ` +
      'From a checkout use "npm run bridge -- <command>": it brings its own.\n',
  );
  process.exit(1);
}

// From the second start on, what was compiled (and in a checkout, stripped of its types) is read instead. Beside
// the program, not in a folder for everybody: who may write there decides what runs. Where it cannot be, nothing changes.
const { enableCompileCache } = await import('node:module');
enableCompileCache(`${import.meta.dirname}/../.cache`);

const { runProgram } = await import('./cli/program.ts');
const stop = new AbortController();
let signals = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    stop.abort();
    // Somebody who asks twice does not want to wait.
    if (++signals > 1) process.exit(1);
  });
// `listing-bridge deliveries | head` closes our output; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
// Whoever read our log has gone: announcements are worth more than the log.
process.stderr.on('error', () => undefined);

process.exitCode = await runProgram(process.argv.slice(2), stop.signal);
