/** A copy of the working tree in which files may be broken; the tree itself is never touched. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MOST_TESTS_MS, type Mutation, mutate } from './mutation.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `broken`: no test ran, so nothing was learnt. */
export type Verdict =
  | { readonly kind: 'caught'; readonly by: string }
  | { readonly kind: 'survived' }
  | { readonly kind: 'broken'; readonly why: string };

/** As far as it is read here: https://vitest.dev/guide/reporters#json-reporter */
interface Report {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export class Scratch implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mutation-'));

  constructor() {
    const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    });
    for (const file of list.split('\0').filter((name) => name !== '')) {
      mkdirSync(dirname(join(this.#folder, file)), { recursive: true });
      cpSync(join(root, file), join(this.#folder, file), { force: true });
    }
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Breaks the code, runs the tests, restores it. */
  async try(mutation: Mutation, tests: readonly string[] = mutation.tests): Promise<Verdict> {
    const path = join(this.#folder, mutation.file);
    const sound = readFileSync(path, 'utf8');
    writeFileSync(path, mutate(sound, mutation));
    try {
      return await this.run(tests);
    } finally {
      writeFileSync(path, sound);
    }
  }

  /** Asks these test files (none: all) until the first failure. */
  async run(tests: readonly string[]): Promise<Verdict> {
    const report = join(this.#folder, 'report.json');
    rmSync(report, { force: true });
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    const flags = ['--config', 'test/vitest.config.ts', '--bail=1', '--maxWorkers=1', '--reporter=json'];
    const status = await this.#node([vitest, 'run', ...flags, `--outputFile=${report}`, ...tests]);
    if (status === 0) return { kind: 'survived' };
    if (status === 'timeout') return { kind: 'caught', by: `nothing ends within ${MOST_TESTS_MS / 1000} s` };
    return verdictOf(report);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #node(args: readonly string[]): Promise<number | 'timeout'> {
    const env = { ...process.env, SEEDS: process.env['SEEDS'] ?? '200' };
    const child = spawn(process.execPath, args, {
      ...{ cwd: this.#folder, env, stdio: 'ignore', detached: true },
    });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // Its workers and servers too.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        resolve('timeout');
      }, MOST_TESTS_MS);
      child.once('error', reject);
      child.once('exit', (code) => {
        clearTimeout(timer);
        resolve(code ?? 1);
      });
    });
  }
}

function verdictOf(file: string): Verdict {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return { kind: 'broken', why: 'no test ran' };
  }
  for (const { name, assertionResults } of report.testResults)
    for (const { status, fullName } of assertionResults)
      if (status === 'failed')
        return { kind: 'caught', by: `${name.split('/').slice(-2).join('/')}: ${fullName}` };
  const message = report.testResults.find((result) => result.message !== '')?.message ?? 'no test failed';
  return { kind: 'broken', why: message.split('\n')[0] ?? '' };
}
