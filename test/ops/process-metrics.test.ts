/** The process metrics of `/metrics`: they must not take longer the more sockets there are. */
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { expositionOf } from '../../src/ops/exposition.ts';
import { collectProcess } from '../../src/ops/process-metrics.ts';
import { openFiles } from '../../src/platform/open-files.ts';

const namesIn = (text: string) =>
  text.split('\n').flatMap((line) => (line.startsWith('# TYPE ') ? [line.split(' ')[2] ?? ''] : []));

test('regression: what looks at every socket at once is not asked', async () => {
  const registry = new Registry();
  collectProcess(registry, async () => 3042);
  const text = await expositionOf(registry, async () => undefined);
  expect(text).toContain('\nprocess_open_fds 3042');
  const names = namesIn(text);
  expect(names).toContain('nodejs_active_resources');
  expect(names.filter((name) => /_(handles|requests|resources_total)/.test(name))).toEqual([]);
  expect(names.filter((name) => name === 'process_open_fds')).toHaveLength(1);
});

test('a system that does not tell how many files are open has no figure for it', async () => {
  const registry = new Registry();
  let open: number | undefined = 7;
  collectProcess(registry, async () => open);
  const breathe = async () => undefined;
  expect(await expositionOf(registry, breathe)).toContain('\nprocess_open_fds 7');
  open = undefined;
  expect(await expositionOf(registry, breathe)).not.toMatch(/^process_open_fds \d/m);
});

test('regression: others have their turn after each metric', async () => {
  const registry = new Registry();
  collectProcess(registry, async () => 1);
  let turns = 0;
  const text = await expositionOf(registry, async () => void turns++);
  expect(turns).toBe(namesIn(text).length);
});

test.runIf(process.platform === 'linux')('open files are counted', async () => {
  expect(await openFiles()).toBeGreaterThan(2);
});
