/**
 * The built program takes up a change of its files by itself, whatever way an editor, a shell or an orchestrator writes
 * them: one reload for each change, none for half of one.
 */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { CONFIG, ORDERS, startStandIns } from '../support/stand-ins.ts';
import { Watched } from '../support/watched-config.ts';

const INCLUDING = CONFIG.replace(/"[^"]*FEED_KEY[^"]*"/, '"$'.concat('{file:key.txt}"')).concat(
  'include: rules/*.yaml\n',
);

/** Another text each time, of the same length. */
const withTimeout = (seconds: number, text = INCLUDING) => text.concat(`shutdownTimeout: ${seconds}s\n`);

const ruleFor = (ticker: string) =>
  `rules: [{ name: ${ticker}, match: { ticker: ${ticker} }, send: bot, stop: true }]\n`;

/** Each leaves `text` in the config. */
const WAYS: Readonly<Record<string, (at: Watched, text: string) => unknown>> = {
  'cat > config.yaml, nano, an editor that writes in place': (at, text) => at.write(text),
  'in place, in pieces, each of them sound': async (at, text) => {
    at.write('');
    for (const line of text.split(/(?<=\n)/)) {
      await new Promise((done) => setTimeout(done, 10));
      appendFileSync(at.path(), line);
    }
  },
  'another file renamed over it: VS Code with atomic saves, vim with backupcopy=no, most deploy tools': (
    at,
    text,
  ) => {
    at.write(text, 'config.yaml.tmp');
    renameSync(at.path('config.yaml.tmp'), at.path());
  },
  'vim: the old one renamed to a backup, the new one written, the backup removed': (at, text) => {
    at.write('', '.config.yaml.swp');
    at.write('', '4913');
    unlinkSync(at.path('4913'));
    renameSync(at.path(), at.path('config.yaml~'));
    at.write(text);
    unlinkSync(at.path('config.yaml~'));
    unlinkSync(at.path('.config.yaml.swp'));
  },
  'emacs: a lock that leads nowhere, a backup by name, then written in place': (at, text) => {
    symlinkSync('me@host.123:456', at.path('.#config.yaml'));
    copyFileSync(at.path(), at.path('config.yaml~'));
    at.write(text, '#config.yaml#');
    at.write(text);
    unlinkSync(at.path('#config.yaml#'));
    unlinkSync(at.path('.#config.yaml'));
  },
  'sed -i': (at, text) => {
    const [seconds] = /(?<=shutdownTimeout: )\d+/.exec(text) ?? [];
    execFileSync('sed', ['-i', `s/^shutdownTimeout: .*/shutdownTimeout: ${seconds}s/`, at.path()]);
  },
  cp: (at, text) => {
    at.write(text, 'other');
    execFileSync('cp', [at.path('other'), at.path()]);
  },
  'mv from another file system': (at, text) => {
    writeFileSync('/dev/shm/listing-bridge-watch', text);
    execFileSync('mv', ['/dev/shm/listing-bridge-watch', at.path()]);
  },
  'removed and linked anew, as git checkout and rsync without --inplace do': (at, text) => {
    at.write(text, 'other');
    unlinkSync(at.path());
    linkSync(at.path('other'), at.path());
    unlinkSync(at.path('other'));
  },
  'with the time of the file that it replaces, as rsync -t and cp -p do': (at, text) => {
    const then = new Date('2026-01-01');
    at.write(text, 'other');
    utimesSync(at.path('other'), then, then);
    renameSync(at.path('other'), at.path());
  },
};

test('every way of writing the file is one reload', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(withTimeout(10, ORDERS));
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.self_test_answered');
  const at = new Watched(workplace, bridge);
  let seconds = 10;
  for (const [name, write] of Object.entries(WAYS)) {
    await write(at, withTimeout(++seconds, ORDERS));
    expect([name, await at.next()]).toMatchObject([
      name,
      { msg: 'config.reloaded', changes: [expect.stringMatching('^shutdownTimeout')] },
    ]);
    expect(at.text()).toContain(`shutdownTimeout: ${seconds}s`);
  }
  expect(standIns.feed.connections).toHaveLength(1);
});

test('each file that takes part, as it comes, changes and goes: an include, a new one, a secret, the .env', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(INCLUDING);
  const { FEED_KEY = '', BOT_URL = '', ...env } = standIns.env;
  mkdirSync(join(workplace.folder, 'rules'));
  workplace.write('key.txt', FEED_KEY);
  workplace.write('.env', `BOT_URL=${BOT_URL}\n`);
  workplace.write('rules/a.yaml', ruleFor('AAA'));
  await using bridge = workplace.start(['run'], env);
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  const at = new Watched(workplace, bridge);
  const readyz = async () => {
    const answer = await fetch(`${url}/readyz`);
    const { problems, notes } = (await answer.json()) as { problems: string[]; notes: string[] };
    return { status: answer.status, problems, notes };
  };

  at.write(ruleFor('BBB'), 'rules/a.yaml');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded' });
  at.write(ruleFor('CCC'), 'rules/c.yaml');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded' });
  rmSync(at.path('rules/a.yaml'));
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded' });
  at.write(`BOT_URL=${BOT_URL}?again\n`, '.env');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded' });

  // A key that is rotated is connected with beside the old one.
  at.write('dsk_wrong', 'key.txt');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded' });
  await bridge.event('feed.change_failed');
  at.write(FEED_KEY, 'key.txt');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded' });
  expect(standIns.feed.closes.all).toEqual([]);

  // A slip in one file leaves everything as it is, and is reported until it is mended, or taken back.
  at.write('rules: [{ match: {}, send: [nobody] }]\n', 'rules/c.yaml');
  expect(await at.next()).toMatchObject({
    msg: 'config.rejected',
    problems: [expect.stringMatching(/rules\/c\.yaml:1:\d+: .*nobody/)],
  });
  expect(await readyz()).toMatchObject({ status: 503, problems: [expect.stringContaining('nobody')] });
  at.write(ruleFor('CCC'), 'rules/c.yaml');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded', changes: [] });
  expect(await readyz()).toEqual({ status: 200, problems: [], notes: [] });

  // So is a file that is gone; it comes back as it was.
  rmSync(at.path('.env'));
  expect(await at.next()).toMatchObject({ msg: 'config.rejected' });
  renameSync(at.path(), at.path('away.yaml'));
  expect(await at.next()).toMatchObject({ problems: [expect.stringContaining('it does not exist')] });
  at.write(`BOT_URL=${BOT_URL}?again\n`, '.env');
  renameSync(at.path('away.yaml'), at.path());
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded', changes: [] });
  expect(await readyz()).toEqual({ status: 200, problems: [], notes: [] });
  standIns.feed.announce({
    publisher: 'upbit',
    listingType: 'spot_listing',
    ticker: 'CCC',
    title: 'CCC is listed',
  });
  await standIns.bot.waitFor(1);
  expect(standIns.discord.received).toHaveLength(0);
  expect(bridge.stderr).not.toContain(FEED_KEY);
});

test('a ConfigMap or Secret that the kubelet swaps is taken up by itself', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  const at = (name: string) => join(workplace.folder, name);
  const mount = (version: string, text: string) => {
    mkdirSync(at(version));
    writeFileSync(at(`${version}/mounted.yaml`), text);
    symlinkSync(version, at('..data_tmp'));
    renameSync(at('..data_tmp'), at('..data'));
  };
  mount('..1', ORDERS);
  symlinkSync('..data/mounted.yaml', at('mounted.yaml'));
  await using bridge = workplace.start(['run', '-c', 'mounted.yaml'], standIns.env);
  await bridge.event('feed.self_test_answered');
  const watched = new Watched(workplace, bridge);
  mount('..2', withTimeout(11, ORDERS));
  rmSync(at('..1'), { recursive: true });
  expect(await watched.next()).toMatchObject({ changes: [expect.stringMatching('^shutdownTimeout')] });
  mount('..3', withTimeout(12, ORDERS));
  rmSync(at('..2'), { recursive: true });
  expect(await watched.next()).toMatchObject({ changes: [expect.stringMatching('^shutdownTimeout')] });
});

test('a reload by hand is not repeated; touched, it is none; with `watch: false` only a reload counts', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.self_test_answered');
  const at = new Watched(workplace, bridge);
  at.write(withTimeout(11, ORDERS));
  bridge.kill('SIGHUP');
  await at.next();
  utimesSync(at.path(), new Date(), new Date());
  at.write(at.text());
  at.write(ORDERS.concat('watch: false\n'), 'other');
  renameSync(at.path('other'), at.path());
  await at.next();
  at.write(withTimeout(12, ORDERS));
  bridge.kill('SIGHUP');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded' });
  at.write(withTimeout(13, ORDERS));
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded' });
});
