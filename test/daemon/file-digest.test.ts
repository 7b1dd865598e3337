/** The config file is read for the status only when it may have changed. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { FileDigest } from '../../src/daemon/file-digest.ts';
import { Folder } from '../support/outbox.ts';

const HOUR = 3_600_000;

function watched(path: string) {
  let reads = 0;
  // An hour after the file was written.
  let nowMs = 0;
  const digest = new FileDigest({ wallMs: () => nowMs }, (file) => {
    reads++;
    return readFileSync(file);
  });
  const laterMs = (ms: number) => {
    nowMs = statSync(path).ctimeMs + ms;
  };
  return { of: () => digest.of(path), laterMs, reads: () => reads };
}

test('a file that has long been as it is is read once', () => {
  using folder = new Folder();
  const path = folder.file('config.yaml');
  writeFileSync(path, 'a: 1');
  const file = watched(path);
  file.laterMs(HOUR);
  const digest = file.of();
  expect([file.of(), file.of()]).toEqual([digest, digest]);
  expect(file.reads()).toBe(1);
});

test('one of the same size, even of the same time of change, is another', () => {
  using folder = new Folder();
  const path = folder.file('config.yaml');
  writeFileSync(path, 'a: 1');
  const { atimeMs, mtimeMs } = statSync(path);
  const file = watched(path);
  file.laterMs(HOUR);
  const before = file.of();
  writeFileSync(path, 'a: 2');
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
  file.laterMs(HOUR);
  expect(file.of()).not.toBe(before);
});

test('a file that was written a moment ago may change again within one tick of the clock of the disk: it is read each time', () => {
  using folder = new Folder();
  const path = folder.file('config.yaml');
  writeFileSync(path, 'a: 1');
  const file = watched(path);
  file.laterMs(1000);
  file.of();
  file.of();
  expect(file.reads()).toBe(2);
});

test('what cannot be read says so, and is read again when it is back', () => {
  using folder = new Folder();
  const path = folder.file('config.yaml');
  const digest = new FileDigest({ wallMs: () => 0 });
  expect(digest.of(path)).toBe('unreadable');
  writeFileSync(path, 'a: 1');
  expect(digest.of(path)).toMatch(/^[0-9a-f]{64}$/);
});

test('a large file is read beside the loop, and counts as unchanged until that is done', async () => {
  using folder = new Folder();
  const path = folder.file('large.csv');
  const write = (text: string) => writeFileSync(path, text.repeat(100_000));
  const digestNow = () => createHash('sha256').update(readFileSync(path)).digest('hex');
  const readTo = async (is: string) => {
    for (let turns = 0; digest.of(path) !== is; turns++) {
      if (turns > 10_000) expect.fail('it is never read');
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  let nowMs = 0;
  const digest = new FileDigest({ wallMs: () => nowMs }, () => expect.fail('it is read at once'));
  write('ticker\n');
  const files = [{ path, as: 'table', digest: digestNow() }] as const;
  const isSame = () => digest.isAsRead({ files, patterns: [] });
  nowMs = statSync(path).ctimeMs + HOUR;
  expect(digest.of(path)).toBeUndefined();
  expect(isSame()).toBe(true);
  await readTo(digestNow());
  expect(isSame()).toBe(true);
  write('symbol\n');
  nowMs = statSync(path).ctimeMs + HOUR;
  expect(isSame()).toBe(true);
  await readTo(digestNow());
  expect(isSame()).toBe(false);
});

test('a config is as it was read until one of its files changes, comes or goes, or another fits its patterns', () => {
  using folder = new Folder();
  const write = (name: string, text: string) => {
    mkdirSync(dirname(folder.file(name)), { recursive: true });
    writeFileSync(folder.file(name), text);
    return folder.file(name);
  };
  const file = write(
    'config.yaml',
    `include: rules/*.yaml
feeds: [{ url: "ws://127.0.0.1:1", apiKey: "\${file:key.txt}" }]
destinations: { bot: { type: webhook, url: "http://127.0.0.1:1/" } }
rules: [{ match: {}, send: bot }]
`,
  );
  write('key.txt', `dsk_${'a1'.repeat(32)}`);
  const rule = 'rules: [{ name: a, match: { ticker: A }, send: bot, stop: true }]';
  write('rules/a.yaml', rule);
  const loaded = loadConfig({ file, env: {} });
  expect(loaded.problems).toEqual([]);
  const digest = new FileDigest({ wallMs: () => 0 });
  const isSame = () => digest.isAsRead(loaded);
  expect(isSame()).toBe(true);
  for (const [name, before] of [
    ['config.yaml', readFileSync(file, 'utf8')],
    ['rules/a.yaml', rule],
    ['key.txt', `dsk_${'a1'.repeat(32)}`],
  ] as const) {
    write(name, `${before} `);
    expect([name, isSame()]).toEqual([name, false]);
    write(name, before);
    expect([name, isSame()]).toEqual([name, true]);
  }
  for (const name of ['.env', 'rules/b.yaml']) {
    write(name, '# new');
    expect([name, isSame()]).toEqual([name, false]);
    rmSync(folder.file(name));
    expect([name, isSame()]).toEqual([name, true]);
  }
  rmSync(folder.file('rules/a.yaml'));
  expect(isSame()).toBe(false);
});
