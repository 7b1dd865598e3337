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

process.exitCode = await runProgram(process.argv.slice(2), stop.signal);
