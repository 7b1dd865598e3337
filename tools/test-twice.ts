/**
 * Runs a test script of package.json, and once more, alone and one after the other, the files in which something
 * failed: a machine that has other work may fail a sound test once. Nothing is hidden by it: `test-outcome.ts`.
 *
 *   node tools/test-twice.ts SUMMARY SCRIPT
 *
 * SUMMARY is a file for whoever counts: "PASSED FAILED", then the lines for the end of a log.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failedFiles, type Outcome, outcomeOf, type TestReport } from './test-outcome.ts';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const [summary, script] = process.argv.slice(2);
if (summary === undefined || script === undefined) throw new Error('usage: test-twice.ts SUMMARY SCRIPT');

interface Run {
  readonly isSound: boolean;
  readonly report: TestReport | undefined;
}

const folder = mkdtempSync(join(tmpdir(), 'listing-bridge-reports-'));

function run(name: string, args: readonly string[]): Run {
  const file = join(folder, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const command = ['run', script as string, '--', ...reporters, ...args];
  const { status } = spawnSync('npm', command, { cwd: root, stdio: 'inherit' });
  let report: TestReport | undefined;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {}
  return { isSound: status === 0, report };
}

const BROKE = 'without a failing test (an unhandled error, or no report): its log says more';

function tried(): Outcome {
  const first = run('first', []);
  if (first.isSound && first.report !== undefined) return outcomeOf(first.report, undefined, root);
  const files = first.report === undefined ? [] : failedFiles(first.report, root);
  process.stdout.write(`\n== once more, one after the other: ${files.join(' ') || 'everything'}\n`);
  const second = run('second', ['--maxWorkers=1', ...files]);
  const outcome =
    files.length > 0 && first.report !== undefined
      ? outcomeOf(first.report, second.report, root)
      : outcomeOf(second.report ?? { testResults: [] }, undefined, root);
  const lines = [...outcome.lines];
  if (files.length === 0) lines.unshift(`UNSTABLE: the first run of ${script} broke ${BROKE}`);
  if (second.isSound || outcome.failed > 0) return { ...outcome, lines };
  return { ...outcome, failed: 1, lines: [...lines, `FAILED: ${script}: the second run broke ${BROKE}`] };
}

const { passed, failed, lines } = tried();
rmSync(folder, { recursive: true, force: true });
writeFileSync(summary, `${passed} ${failed}\n${lines.map((line) => `${line}\n`).join('')}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
