/** For what must be done however the process ends (a second Ctrl-C, output that nobody reads); only SIGKILL skips it. */

/** `act` must not wait for anything. Whoever calls the answer takes it back. */
export function atExit(act: () => void): () => void {
  process.once('exit', act);
  return () => void process.off('exit', act);
}
