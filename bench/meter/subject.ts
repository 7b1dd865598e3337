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
  /** Default: the node that runs the bench. */
  readonly command?: string;
  /** Of node: the script first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Written into its folder before it starts. */
  readonly files: Readonly<Record<string, string>>;
  /** Copied into its folder before it starts, or made there. */
  readonly prepare?: (folder: string) => void;
  /** For a program that does not connect to the feed: resolves when it takes announcements. `logged`: its output. */
  readonly dial?: (logged: () => string) => Promise<Announce>;
}

/** Hands over one announcement; gives the moment just before it was handed to a socket. */
export type Announce = (sequence: number) => number;

const POLL_MS = 20;
const POLLS = 1000;

/** Asks until there is an answer; throws after 20 s without one. */
export async function pollFor<Value>(ask: () => Value | null): Promise<Value> {
  for (let poll = 0; poll < POLLS; poll++) {
    const answer = ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`no answer in ${(POLL_MS * POLLS) / 1000} s`);
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
  /** Set by the meter. */
  announce: Announce = () => {
    throw new Error(`${this.name} has not been dialled`);
  };
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
    this.#child = spawn(kind.command ?? process.execPath, kind.args, {
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

  logged(): string {
    return readFileSync(join(this.folder, LOG), 'utf8');
  }

  logTail(): string {
    return this.logged().slice(-LOG_TAIL);
  }

  /** MB now, and the most that it ever was, with the processes that it started. Linux only. */
  memory(): { readonly residentMb: number; readonly peakMb: number } {
    const own = Number(this.#child.pid);
    const children = readFileSync(`/proc/${own}/task/${own}/children`, 'utf8').split(' ').filter(Boolean);
    const all = [own, ...children].map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'));
    const sum = (field: RegExp) => all.reduce((kb, status) => kb + Number(field.exec(status)?.[1]), 0) / 1024;
    return { residentMb: sum(/^VmRSS:\s+(\d+) kB/m), peakMb: sum(/^VmHWM:\s+(\d+) kB/m) };
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
