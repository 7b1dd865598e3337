/** The log for programs: what they read of each line stays as it is, to the byte; only the time is of the moment. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog } from '../../../src/platform/log.ts';
import { wholeLife } from './life.ts';

test.each(['json', 'auto'] as const)('%s, not on a terminal', async (format) => {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  const log = createLog({ level: 'debug', format }, (value) => value, stream);
  for (const { level, event, fields } of wholeLife()) log[level](fields, event);
  log.info({ title: 'a\u001b[2J\u202e업비트', at: new Date(0), fault: new Error('no') }, 'odd.values');
  while (!text.includes('odd.values')) await new Promise((resolve) => stream.once('data', resolve));
  const timeless = text.replace(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, '"time":"…"');
  await expect(timeless).toMatchFileSnapshot('life.jsonl');
});
