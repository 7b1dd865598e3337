/** The sign of life that the image's health check looks at. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepAliveFile } from '../../src/daemon/alive-file.ts';
import { FakeClock } from '../support/fake-clock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('is there from the start, is renewed, and is gone after the end', async () => {
  const clock = new FakeClock();
  const path = join(folder, 'alive');
  const alive = keepAliveFile(path, clock, (error) => expect.unreachable(String(error)));
  expect(existsSync(path)).toBe(true);
  await clock.advance(25_000);
  expect(clock.wallMs() - statSync(path).mtimeMs).toBeCloseTo(5000, 0);
  alive.cancel();
  expect(existsSync(path)).toBe(false);
  await clock.advance(60_000);
  expect(existsSync(path)).toBe(false);
});

test('a place that cannot be written is reported once, and used as soon as it can be', async () => {
  const clock = new FakeClock();
  const path = join(folder, 'not yet', 'alive');
  const failures: unknown[] = [];
  const alive = keepAliveFile(path, clock, (error) => failures.push(error));
  await clock.advance(60_000);
  expect(failures).toHaveLength(1);
  mkdirSync(join(folder, 'not yet'));
  await clock.advance(10_000);
  expect(existsSync(path)).toBe(true);
  alive.cancel();
});
