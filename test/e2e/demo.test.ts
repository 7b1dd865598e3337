/** The first thing that a new user runs: as a process, with its output piped, and however it ends. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type Program, Workplace } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SOURCE = join(root, 'src/main.ts');
const BUILT = join(root, 'dist/main.js');

/** A place for the demo's folder, to see that it is gone. */
function temporary(workplace: Workplace) {
  const folder = join(workplace.folder, 'tmp');
  mkdirSync(folder);
  return { env: { TMPDIR: folder }, left: () => readdirSync(folder) };
}

/** Resolves when the output has it. */
async function printed(demo: Program, text: string): Promise<void> {
  let isOver = false;
  void demo.exited.then(() => {
    isOver = true;
  });
  while (!demo.stdout.includes(text)) {
    if (isOver) throw new Error(`ended without "${text}": ${demo.stdout}${demo.stderr}`);
    await wait(10);
  }
}

test('regression: each line of a delivery shows the times of its announcement', async () => {
  using workplace = new Workplace('');
  await using demo = workplace.start(['demo', '--for', '2s', '--rate', '120'], {});
  expect((await demo.finished).code).toBe(0);
  const lines = demo.stdout.split('\n').filter((line) => line.startsWith('  ✓'));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines)
    expect(line).toMatch(/ service [\d.]+ · network [\d.]+ · bridge [\d.]+ · \w+ [\d.]+ ms$/);
  expect(demo.stdout).not.toContain('\u001b');
  expect(demo.stdout).toMatch(/\nnow with your own channel: listing-bridge init\n$/);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it with the summary', async (signal) => {
  using workplace = new Workplace('');
  const { env, left } = temporary(workplace);
  await using demo = workplace.start(['demo'], env);
  await printed(demo, '✓');
  demo.kill(signal);
  expect((await demo.finished).code).toBe(0);
  expect(demo.stdout).toMatch(/\nevery delivery arrived, once\nnow with your own channel: /);
  expect(demo.stderr).toBe('');
  expect(left()).toEqual([]);
});

test.each(['SIGINT', 'SIGHUP'] as const)('%s while it warms up ends it as well', async (signal) => {
  using workplace = new Workplace('');
  const { env, left } = temporary(workplace);
  await using demo = workplace.start(['demo'], env);
  await printed(demo, 'warming up');
  demo.kill(signal);
  expect((await demo.finished).code).toBe(0);
  expect(demo.stdout).toMatch(/warming up …\n(?: {2}look .*\n)?\nnow with your own channel: /);
  expect(left()).toEqual([]);
});

test('a second Ctrl-C ends it at once, with the summary', async () => {
  using workplace = new Workplace('');
  const { env, left } = temporary(workplace);
  // The chats cannot keep up: the first Ctrl-C waits for them.
  await using demo = workplace.start(['demo', '--rate', '1200'], env);
  await printed(demo, 'rate limit');
  let ended: number | null | undefined;
  void demo.exited.then((code) => {
    ended = code;
  });
  for (let tries = 0; ended === undefined && tries < 600; tries++) {
    demo.kill('SIGINT');
    await wait(100);
  }
  await demo.finished;
  expect(demo.stdout.match(/now with your own channel/g)).toHaveLength(1);
  expect(demo.stdout).toContain('NOT every delivery arrived exactly once');
  expect(left()).toEqual([]);
});

test('a reader that has seen enough ends it quietly', async () => {
  using workplace = new Workplace('');
  const { env, left } = temporary(workplace);
  const command = `"${process.execPath}" "${BUILT}" demo | head -5`;
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], {
    env: { ...process.env, ...env },
  });
  expect(stdout.split('\n')).toHaveLength(6);
  expect(stderr).toBe('');
  expect(left()).toEqual([]);
});

test('a temporary folder that cannot be written is told in a sentence', async () => {
  using workplace = new Workplace('');
  await using demo = workplace.start(['demo'], { TMPDIR: join(workplace.folder, 'nowhere') });
  expect((await demo.finished).code).toBe(1);
  expect(demo.stderr).toMatch(/^The demo needs a folder .*\/nowhere: set TMPDIR .*\. \[ENOENT\]\n$/);
});

/** Writes what is loaded when the first line is printed. */
const LOADED = `
import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
const write = process.stdout.write;
process.stdout.write = function (...args) {
  process.stdout.write = write;
  process.stderr.write('loaded ' + loaded.filter((url) => url.startsWith('file:')).join(' ') + '\\n');
  return write.apply(this, args);
};
`;

test.each([
  ['from source', SOURCE],
  ['built', BUILT],
])('little is loaded before the first line, %s', async (_name, entry) => {
  using workplace = new Workplace('');
  const hook = workplace.write('loaded.mjs', LOADED);
  const node = ['--import', pathToFileURL(hook).href, entry];
  await using demo = workplace.start(['demo', '--for', '1ms'], {}, node);
  await demo.finished;
  const [line = ''] = demo.stderr.split('\n');
  const files = line
    .split(' ')
    .slice(1)
    .map((url) => fileURLToPath(url));
  expect(files).toContain(entry);
  const large = new RegExp(`^${join(root, 'src')}/(?:daemon|feeds|outbox|rehearsal|simulator|templates)/`);
  expect(files.filter((path) => large.test(path))).toEqual([]);
  // The bridge and the simulator are some 250; commander and string-width some 20, the flags of each command one.
  expect(files.length).toBeLessThan(60);
  expect(demo.stdout).toMatch(/^listing-bridge demo: /);
});
