/**
 * Configs of ten thousand rules: how long a fresh process takes to load one and make it ready, and how long the loop of a running
 * bridge is held by a reload while announcements pass.
 *
 *   node bench/large-config.ts [--only=load|reload] [--entry=dist/main.js]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reloads } from './large/reload.ts';
import { shapesOf } from './large/shapes.ts';

const RULES = 10_000;
const LOADS = 3;
const RELOADS = 3;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    shape: { type: 'string' },
    entry: { type: 'string', default: 'dist/main.js' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'large-config-'));
try {
  for (const [shape, files] of shapesOf(RULES)) {
    if (values.shape !== undefined && values.shape !== shape) continue;
    rmSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    if (values.only !== 'reload') process.stdout.write(`${shape.padEnd(22)} ${loads()}\n`);
  }
  if (values.only !== 'load') await reload();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function loads(): string {
  const env = {
    ...process.env,
    FEED_URL: 'ws://127.0.0.1:1',
    FEED_KEY: `dsk_${'a1'.repeat(32)}`,
    BOT_URL: 'http://127.0.0.1:1/',
  };
  const all = Array.from({ length: LOADS }, () => {
    const args = ['--max-semi-space-size=16', resolve(import.meta.dirname, 'large/load.ts')];
    return JSON.parse(execFileSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' }));
  }) as { load: number; ready: number; cpu: number }[];
  const best = all.sort((a, b) => a.load + a.ready - b.load - b.ready);
  return best
    .map(({ load, ready, cpu }) => `${Math.round(load)} + ${Math.round(ready)} ms (CPU ${Math.round(cpu)})`)
    .join(', ');
}

async function reload(): Promise<void> {
  const files = { ...shapesOf(RULES).get('block maps'), 'extra.yaml': 'rules: []\n' };
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), name === 'config.yaml' ? `include: extra.yaml\n${text}` : text);
  for (const { heldMs, slowestMs, medianMs, tookMs } of await reloads(resolve(values.entry), folder, RELOADS))
    process.stdout.write(
      `reload: loop held ${heldMs.toFixed(1)} ms at most, announcements ${medianMs.toFixed(1)} ms (longest ${slowestMs.toFixed(1)}); in force after ${Math.round(tookMs)} ms\n`,
    );
}
