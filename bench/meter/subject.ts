/** The subject of a measurement: a process of its own in a folder of its own, started the way a user starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How to start one. */
export interface SubjectKind {
  /** In tables: `bare`, `listing-bridge`, … */
  readonly name: string;
  /** Arguments of node: the script first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Written into its folder before it starts. */
  readonly files: Readonly<Record<string, string>>;
  /** Copied into its folder before it starts, or made there. */
  readonly prepare?: (folder: string) => void;
}

const LOG = 'log';
/** Enough of a log to see why. */
const LOG_TAIL = 2000;

export class Subject {
  readonly name: string;
  readonly key: string;
  /** `performance.now()` just before the process was made. */
  readonly spawnedMs: number;
  /** Set by the meter when it has connected. */
  connectedMs = Number.NaN;
  /** When it was last spoken to. */
  lastMs = Number.NaN;
  /** Rejects when the process ends. */
  readonly ended: Promise<never>;
  readonly folder: string;
  readonly #child: ChildProcess;

  constructor(kind: SubjectKind, key: string, feedUrl: string) {
    this.name = kind.name;
    this.key = key;
    this.folder = mkdtempSync(join(tmpdir(), 'listing-bridge-bench-'));
    for (const [name, text] of Object.entries(kind.files)) writeFileSync(join(this.folder, name), text);
    kind.prepare?.(this.folder);
    const log = openSync(join(this.folder, LOG), 'a');
    this.spawnedMs = performance.now();
    this.#child = spawn(process.execPath, kind.args, {
      cwd: this.folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.folder,
        FEED_URL: feedUrl,
        FEED_KEY: key,
        ...kind.env,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.ended = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`${this.name} ended (${code ?? signal}):\n${this.logTail()}`);
    });
    this.ended.catch(() => undefined);
  }

  logTail(): string {
    return readFileSync(join(this.folder, LOG), 'utf8').slice(-LOG_TAIL);
  }

  /** MB now, and the most that it ever was. Linux only. */
  memory(): { readonly residentMb: number; readonly peakMb: number } {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const of = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    return { residentMb: of('VmRSS'), peakMb: of('VmHWM') };
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** As a user stops it; `stop` clears up. */
  async quit(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended.catch(() => undefined);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await this.ended.catch(() => undefined);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
