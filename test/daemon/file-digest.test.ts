/** The config file is read for the status only when it may have changed. */
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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
