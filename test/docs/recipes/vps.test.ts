/** docs/recipes/vps.md: settings that exist, commands that parse, figures that the program has. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { read } from '../comments.ts';
import { blocksOf, pageOf } from './recipe.ts';

const page = pageOf('vps');

const keys = [...page.matchAll(/sysctl -w ([\w.]+)=/g)].map(([, key = '']) => key);

test.runIf(existsSync('/proc/sys')).each(keys)('the kernel has %s', (key) => {
  expect(existsSync(join('/proc/sys', key.replaceAll('.', '/')))).toBe(true);
});

test.each(blocksOf(page, 'sh'))('a shell reads this: %s', (block) => {
  expect(spawnSync('bash', ['-n'], { input: block, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test('every metric and every field of the log that it names exists', () => {
  const metrics = read('docs/metrics.md');
  const named = [...page.matchAll(/`(listing_bridge_\w+)`/g)].map(([, name = '']) => name);
  const [, pattern = ''] = /grep -E '([^']+)'/.exec(page) ?? [];
  const all = [...named, ...pattern.split('|').map((name) => `listing_bridge_${name}`)];
  expect(all.length).toBeGreaterThan(4);
  const known = all.map((name) => [
    metrics.includes(`\`${name}\``) || metrics.includes(`\`${name}_total\``),
    name,
  ]);
  expect(known.filter(([isKnown]) => !isKnown)).toEqual([]);
  const log = read('src/ops/log-events.ts');
  for (const field of ['networkMs', 'stalledMs', 'dispatchMs']) {
    expect(page).toContain(`\`${field}\``);
    expect(log).toContain(field);
  }
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

/** The words of systemd about the unit with this drop-in. */
function verify(ini: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'listing-bridge-unit-'));
  try {
    const unit = join(folder, 'listing-bridge.service');
    writeFileSync(unit, read('docs/recipes/listing-bridge.service'));
    mkdirSync(`${unit}.d`);
    writeFileSync(join(`${unit}.d`, 'tuning.conf'), ini);
    return spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' }).stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.runIf(hasSystemd)('systemd knows every key of the drop-in', () => {
  const [ini = ''] = blocksOf(page, 'ini');
  expect(ini).toContain('[Service]');
  expect(verify(ini)).not.toMatch(/tuning\.conf/);
  expect(verify(`${ini}Nicer=1\n`)).toMatch(/tuning\.conf/);
});
