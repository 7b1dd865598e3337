// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** The checks of `check` on the machine: the store's place, and the readers of the secrets. They change nothing. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type MachineFault, readableByOthers, storeFault, tooFewFiles } from '../../src/cli/check-machine.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { mostOpenFiles } from '../../src/platform/open-files.ts';
import { runCommandLine } from '../support/command.ts';

const ME = { name: 'node', uid: 1000 };

/** Root may write everywhere: there somebody else asks. */
function faultFor(path: string): MachineFault | undefined {
  if (process.getuid?.() !== 0) return storeFault(path, ME);
  const script = resolve(import.meta.dirname, '../support/store-fault.ts');
  const printed = execFileSync(process.execPath, [script, path], { uid: 1000, gid: 1000, encoding: 'utf8' });
  return printed === '' ? undefined : JSON.parse(printed);
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-machine-'));
  const made = folder;
  onTestFinished(() => {
    chmodSync(made, 0o755);
    rmSync(made, { recursive: true, force: true });
  });
});

describe('regression: the place of the store', () => {
  test.each(['bridge.db', 'data/deep/bridge.db'])('%s can be made, and is not', (path) => {
    expect(storeFault(join(folder, path), ME)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an empty file and a database are fine, anything else is not', () => {
    const path = join(folder, 'bridge.db');
    writeFileSync(path, '');
    expect(storeFault(path, ME)).toBeUndefined();
    new DatabaseSync(path).close();
    expect(storeFault(path, ME)).toBeUndefined();
    writeFileSync(path, 'SQLite format 3\0and so on');
    expect(storeFault(path, ME)?.message).toContain('is a damaged database, and not one of listing-bridge');
    writeFileSync(path, 'feeds:\n  - apiKey: x\n');
    expect(storeFault(path, ME)?.message).toBe(`${path} is not a database but some other file`);
  });

  test('a folder', () => {
    expect(storeFault(folder, ME)).toEqual({
      message: `${folder} is a folder, and the store is one file`,
      hint: `write ${folder}/listing-bridge.db`,
    });
  });

  test('below a file', () => {
    writeFileSync(join(folder, 'data'), '');
    expect(storeFault(join(folder, 'data/bridge.db'), ME)?.message).toContain(
      `${join(folder, 'data')} is a file`,
    );
  });

  test('a folder that this user may not write: who, where, what to do', () => {
    chmodSync(folder, 0o555);
    for (const path of ['bridge.db', 'data/bridge.db']) {
      const fault = faultFor(join(folder, path));
      expect(fault?.message).toContain(
        `user node (uid 1000) may not write the folder ${folder} (it belongs to uid`,
      );
      expect(fault?.message).toContain('mode 555');
      expect(fault?.hint).toContain(`sudo chown -R 1000 ${folder}`);
    }
  });

  test('a database that this user may not write', () => {
    const path = join(folder, 'bridge.db');
    writeFileSync(path, '');
    chmodSync(path, 0o444);
    chmodSync(folder, 0o755);
    expect(faultFor(path)?.message).toContain(`user node (uid 1000) may not write ${path}`);
  });

  test('/proc takes no files, not even from root', () => {
    expect(storeFault('/proc/listing-bridge/bridge.db', ME)?.message).toMatch(/cannot be (written|created)/);
  });
});

test.each([
  [0o600, false],
  [0o640, true],
  [0o604, true],
  [0o644, true],
])('regression: a file of mode %o: others can read it: %s', (mode, isOpen) => {
  const path = join(folder, '.env');
  writeFileSync(path, 'A=1');
  chmodSync(path, mode);
  expect(readableByOthers(path) !== undefined).toBe(isOpen);
  if (isOpen) expect(readableByOthers(path)?.hint).toBe(`chmod 600 ${path}`);
});

test('regression: a file that its group reads on purpose, as in docs/recipes/systemd.md, is not open', () => {
  const path = join(folder, '.env');
  writeFileSync(path, 'A=1');
  chmodSync(path, 0o640);
  const service = { name: 'listing-bridge', uid: 4711 };
  expect(readableByOthers(path, service)).toBeUndefined();
  chmodSync(path, 0o644);
  // `chmod 600` would keep the service from reading it.
  expect(readableByOthers(path, service)?.hint).toBe(`sudo chown 4711 ${path} && sudo chmod 600 ${path}`);
});

test.runIf(process.getuid?.() === 0)('regression: root may give a file to the group of a service', () => {
  const path = join(folder, '.env');
  writeFileSync(path, 'A=1');
  chownSync(path, 0, 4711);
  chmodSync(path, 0o640);
  expect(readableByOthers(path)).toBeUndefined();
  chmodSync(path, 0o644);
  expect(readableByOthers(path)?.hint).toBe(`chmod 640 ${path}`);
});

test('a file that is not there is read by nobody', () => {
  expect(readableByOthers(join(folder, '.env'))).toBeUndefined();
});

describe('check', () => {
  const CONFIG = `feeds: [{ name: tokyo, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }]
destinations: { bot: { type: webhook, url: "http://127.0.0.1:1/bot" } }
rules: [{ match: {}, send: bot }]
`;
  async function check(config: string, ...more: readonly string[]) {
    writeFileSync(join(folder, 'config.yaml'), config, { mode: 0o644 });
    return runCommandLine(['check', ...more, '-c', join(folder, 'config.yaml')], { env: {} });
  }

  test('regression: tries the place of the store, and makes nothing', async () => {
    writeFileSync(join(folder, '.env'), 'KEY=dsk_abcdefgh', { mode: 0o600 });
    mkdirSync(join(folder, 'taken.db'));
    const good = await check(CONFIG);
    expect(good.exitCode).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual(['.env', 'config.yaml', 'taken.db']);
    const bad = await check(`${CONFIG}store: { path: ./taken.db }\n`);
    expect(bad.exitCode).toBe(1);
    expect(bad.out).toMatch(/config\.yaml:4:16: .*taken\.db is a folder/);
    expect(JSON.parse((await check(`${CONFIG}store: { path: ./taken.db }\n`, '--json')).out)).toMatchObject({
      valid: false,
    });
  });

  test.each([
    ['another program’s', 'CREATE TABLE a (x)', 'is the database of another program'],
    ['a newer version’s', 'PRAGMA user_version = 999', 'was written by a newer listing-bridge'],
  ])('regression: a database that the start would refuse, %s, is refused', async (_, sql, message) => {
    writeFileSync(join(folder, '.env'), 'KEY=dsk_abcdefgh', { mode: 0o600 });
    const path = join(folder, 'other.db');
    await openStore(path, systemClock, () => undefined).close();
    if (sql.startsWith('CREATE')) rmSync(path);
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
    const { exitCode, out } = await check(`${CONFIG}store: { path: ./other.db }\n`);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/config\.yaml:4:16: /);
    expect(out).toContain(message);
  });

  test('regression: warns of secrets that others can read', async () => {
    writeFileSync(join(folder, '.env'), 'KEY=dsk_abcdefgh', { mode: 0o644 });
    chmodSync(join(folder, '.env'), 0o644);
    const { exitCode, out } = await check(CONFIG.replace('${KEY}', 'dsk_in_clear'));
    expect(exitCode).toBe(0);
    expect(out).toContain(
      `${join(folder, '.env')}:1:1: warning: other users of this machine can read this file`,
    );
    expect(out).toContain(
      `${join(folder, 'config.yaml')}:1:1: warning: other users of this machine can read this file`,
    );
    expect(out).toContain(`hint: chmod 600 ${join(folder, '.env')}`);
    chmodSync(join(folder, '.env'), 0o600);
    const quiet = await check(CONFIG);
    expect(quiet.out).not.toContain('other users');
  });
});

describe('files for all destinations', () => {
  test('a limit that leaves each a connection and a spare is fine, and so is none', () => {
    expect(tooFewFiles(10_000, 20_100)).toBeUndefined();
    const none = 'Max open files            unlimited            unlimited            files';
    expect(
      tooFewFiles(
        10_000,
        mostOpenFiles(() => none),
      ),
    ).toBeUndefined();
  });

  test('one that does not is told with what to do', () => {
    const limits =
      'Max processes 1 1 processes\nMax open files            1024                 1024                 files\n';
    const fault = tooFewFiles(
      1000,
      mostOpenFiles(() => limits),
    );
    expect(fault?.message).toContain(
      '1000 destinations may need 2100 open files and sockets at once, and a process may have 1024 here',
    );
    expect(fault?.hint).toContain('LimitNOFILE=');
  });
});
