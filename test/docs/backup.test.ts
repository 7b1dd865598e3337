/** The backup of docs/operations.md, tried: its SQL on the store of a running bridge, and the copy read and used. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';
import { read } from './comments.ts';

const [, file = '', sql = ''] = /^sqlite3 (\S+) "([^"]+)"$/m.exec(read('docs/operations.md')) ?? [];

test('a backup of a running bridge has every delivery, and a bridge starts on it', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG.replace(/^store: .*$/m, `store: { path: ./${file} }`));
  const at = (name: string) => join(workplace.folder, name);
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  standIns.feed.announce({
    publisher: 'upbit',
    listingType: 'spot_listing',
    ticker: 'ABC',
    title: 'ABC is listed',
  });
  await standIns.bot.waitFor(1);
  await standIns.discord.waitFor(1);
  await standIns.telegram.waitFor(1);

  const listed = async (...args: readonly string[]) => {
    const list = workplace.start(['deliveries', '--json', ...args], standIns.env);
    await list.finished;
    return (JSON.parse(list.stdout) as { delivery: { id: string }; state: string }[]).map(
      ({ delivery: { id }, state }) => `${id} ${state}`,
    );
  };
  // The result of an attempt is written behind it.
  await expect.poll(async () => (await listed()).every((row) => row.endsWith(' delivered'))).toBe(true);
  const before = await listed();
  expect(before).toHaveLength(3);

  const database = new DatabaseSync(at(file));
  database.exec(sql.replace("'backup.db'", `'${at('backup.db')}'`));
  database.close();
  expect(await listed('--store', 'backup.db')).toEqual(before);

  mkdirSync(at('restored'));
  copyFileSync(at('config.yaml'), at('restored/config.yaml'));
  mkdirSync(at('restored/data'));
  copyFileSync(at('backup.db'), at(`restored/${file}`));
  bridge.kill('SIGTERM');
  await bridge.finished;
  await using restored = workplace.start(['run', '-c', 'restored/config.yaml'], standIns.env);
  await restored.event('feed.live');
  expect(await listed('-c', 'restored/config.yaml')).toEqual(before);
});
