/** Runs a command in a terminal of its own and notes when it prints each line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Printed {
  /** Since the command was started. */
  readonly atMs: number;
  /** As it came, with the colours; control sequences and all. */
  readonly text: string;
}

/**
 * `script` (util-linux) is the terminal: a program that writes into a pipe prints neither colours nor lines that fit.
 * Throws when the command fails, with its last words.
 */
export async function recordTerminal(command: string, columns: number): Promise<readonly Printed[]> {
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 50; exec ${command}`, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: terminalEnvironment(process.env),
  });
  const startedMs = performance.now();
  const printed: Printed[] = [];
  const ended = once(child, 'close');
  for await (const text of createInterface({ input: child.stdout }))
    printed.push({ atMs: performance.now() - startedMs, text });
  const [code] = await ended;
  if (code !== 0) {
    const last = printed.slice(-5).map(({ text }) => text);
    throw new Error(`${command} ended with exit code ${code}:\n${last.join('\n')}`);
  }
  return printed;
}

/**
 * A recording looks alike wherever it is made: with colours (Node takes none for granted where `CI` is set), and without
 * the names of somebody's own folders.
 */
function terminalEnvironment({
  NO_COLOR,
  NODE_DISABLE_COLORS,
  ...environment
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, TERM: 'xterm-256color', FORCE_COLOR: '2', TMPDIR: '/tmp' };
}
