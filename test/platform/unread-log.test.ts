/** A log that nobody reads is bounded in memory, and says what is missing when somebody reads again. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog } from '../../src/platform/log.ts';

test('regression: 100 MB that nobody reads stay a few; then the rest, and how many are missing', async () => {
  const read: string[] = [];
  let isRead = false;
  let waiting: (() => void) | undefined;
  const stderr = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      read.push(String(chunk));
      if (isRead) done();
      else waiting = done;
    },
  });
  const log = createLog({ level: 'info', format: 'json' }, (text) => text, stderr);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const title = 'x'.repeat(100_000);
  for (let line = 0; line < 1000; line++) {
    log.info({ line, title }, 'announcement.received');
    await settled();
  }
  expect(stderr.writableLength).toBeLessThan(20_000_000);
  isRead = true;
  waiting?.();
  for (let turn = 0; turn < 200 && stderr.writableLength > 0; turn++) await settled();
  log.info({}, 'after');
  for (let turn = 0; turn < 200; turn++) await settled();
  const text = read.join('');
  expect(/"lines":[0-9]+,"msg":"log\.left_out"/.test(text)).toBe(true);
  expect(text.includes('after')).toBe(true);
});
