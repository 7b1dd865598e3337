/** `export` of the real program, beside a bridge that runs, and into a reader that goes away. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { ORDERS, startStandIns } from '../support/stand-ins.ts';

const ENTRY = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

test('what was read a moment ago is in it; a reader that has enough ends it without a word', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  for (let n = 0; n < 300; n++)
    standIns.feed.announce({
      publisher: 'upbit',
      listingType: 'spot_listing',
      ticker: `T${n}`,
      title: `news ${n} ${'x'.repeat(2000)}`,
    });
  await standIns.bot.waitFor(300);
  await using all = workplace.start(['export', '--what', 'announcements'], standIns.env);
  expect(await all.finished).toMatchObject({ code: 0 });
  const titles = all.stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { title: string }).title);
  expect(titles.filter((title) => title.startsWith('news '))).toHaveLength(300);

  const shell = `"${process.execPath}" "${ENTRY}" export --format csv | head -n 1; echo "$\{PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', shell], {
    cwd: workplace.folder,
    env: { PATH: process.env['PATH'] ?? '', ...standIns.env },
  });
  expect(stdout).toMatch(/^id,announcement,.*\r\n0\n$/);
  expect(stderr).toBe('');
});
