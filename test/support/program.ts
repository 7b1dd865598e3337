/** The built program as a child process, the way a user runs it: arguments, environment, output, signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Arrivals } from '../../src/simulator/arrivals.ts';

const ENTRY = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** Another program in its place: `npm run build:single` makes one. */
const { PROGRAM } = process.env;

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Program implements AsyncDisposable {
  /** JSON lines of the log. */
  readonly log = new Arrivals<LogLine>('log line');
  readonly finished: Promise<Finished>;
  /** The exit code, also while nobody reads what it wrote. */
  readonly exited: Promise<number | null>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #lines: Interface | undefined;

  /** `node`: its arguments, up to the file that it runs. */
  constructor(
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    node?: readonly string[],
  ) {
    const [command, before] =
      node === undefined && PROGRAM !== undefined ? [PROGRAM, []] : [process.execPath, node ?? [ENTRY]];
    this.#child = spawn(command, [...before, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    const { stderr } = this.#child;
    if (stderr !== null)
      this.#lines = createInterface({ input: stderr }).on('line', (line) => {
        this.stderr += `${line}\n`;
        if (line.startsWith('{')) this.log.add(JSON.parse(line));
      });
    this.exited = new Promise((resolve) => this.#child.on('exit', resolve));
    this.finished = new Promise((resolve) =>
      this.#child.on('close', (code, signal) => resolve({ code, signal })),
    );
  }

  /** The reader of its log hangs. */
  stopReadingLog(): void {
    this.#lines?.removeAllListeners('line').pause();
    this.#child.stderr?.pause();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The reader of its log goes away. */
  closeLog(): void {
    this.#child.stderr?.destroy();
  }

  /** Resolves with the log line of that event; rejects showing the log when it does not come. */
  event(name: string): Promise<LogLine> {
    return this.log.waitFor((line) => line.msg === name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    // The end of what is not read would never come.
    if (this.#child.stderr?.isPaused()) this.#child.stderr.destroy();
    await this.finished;
  }
}

/** A folder of its own with a config in it; gone at the end. */
export class Workplace implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'listing-bridge-test-'));

  constructor(config: string) {
    this.write('config.yaml', config);
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    node?: readonly string[],
  ): Program {
    return new Program(args, this.folder, env, node);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
