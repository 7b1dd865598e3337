/** When a change of the config's files is taken up: on a disk in memory, with a clock of the test's own. */
import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import { watchConfig } from '../../src/daemon/config-watch.ts';
import type { FilesRead } from '../../src/daemon/ready-config.ts';
import type { Stamp, WatchDisk } from '../../src/daemon/watch-disk.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MAIN = '/etc/config.yaml';
const ENV = '/etc/.env';
const PATTERN = { pattern: 'rules/*.yaml', folder: '/etc' };
const isRule = (path: string) => path.startsWith('/etc/rules/');

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** Every write has a stamp of its own, but for those within one tick of a coarse disk. */
class MemoryDisk implements WatchDisk {
  readonly #files = new Map<string, { text: string; stamp: number }>();
  readonly streams = new Set<string>();
  #stamp = 0;
  looks = 0;

  write(path: string, text: string): void {
    this.#files.set(path, { text, stamp: ++this.#stamp });
  }

  /** Another content behind the same stamp. */
  writeInOneTick(path: string, text: string): void {
    const file = this.#files.get(path);
    if (file !== undefined) file.text = text;
  }

  remove(path: string): void {
    this.#files.delete(path);
  }

  text(path: string): string | undefined {
    return this.#files.get(path)?.text;
  }

  stampOf(path: string): Promise<Stamp> {
    this.looks++;
    const file = this.#files.get(path);
    if (this.streams.has(path)) return Promise.resolve({ is: 'stream' });
    return Promise.resolve(file === undefined ? { is: 'gone' } : { is: 'file', stamp: String(file.stamp) });
  }

  read(path: string) {
    const text = this.text(path);
    if (text === undefined) return Promise.resolve(undefined);
    return Promise.resolve({ digest: digestOf(text), size: text.length, last: Buffer.from(text).at(-1) });
  }

  find() {
    return Promise.resolve(this.rules());
  }

  rules(): string[] {
    return [...this.#files.keys()].filter(isRule).sort();
  }
}

/** Takes what is there, and remembers what it was. */
function watched(initial: Readonly<Record<string, string>> = { [MAIN]: 'a: 1\n' }) {
  const disk = new MemoryDisk();
  const clock = new FakeClock();
  for (const [path, text] of Object.entries(initial)) disk.write(path, text);
  const read = (): FilesRead => ({
    files: [MAIN, ENV, ...disk.rules()].map((path) => {
      const text = disk.text(path);
      const as = path === MAIN ? 'config' : path === ENV ? 'env' : 'include';
      return { path, as, digest: text === undefined ? undefined : digestOf(text) };
    }),
    patterns: [{ ...PATTERN, found: disk.rules() }],
  });
  /** The text that each reload has met. */
  const taken: (string | undefined)[] = [];
  const failures: unknown[] = [];
  const running = {
    config: { watch: true } as Config,
    tried: read(),
    follow: (tried: FilesRead) => {
      if (tried === running.tried) running.reload();
      return Promise.resolve();
    },
    reload: () => {
      running.tried = read();
      taken.push(disk.text(MAIN));
    },
  };
  const timer = watchConfig({ running, disk, clock, failed: (error) => failures.push(error) });
  onTestFinished(() => {
    timer.cancel();
    expect(failures).toEqual([]);
  });
  return { disk, clock, running, taken, timer };
}

test('nothing changes, nothing is reloaded; each file is looked at twice a second', async () => {
  const { disk, clock, taken } = watched();
  await clock.advance(10_000);
  const before = disk.looks;
  await clock.advance(60_000);
  expect(disk.looks - before).toBe(60 * 2 * 2);
  expect(taken).toEqual([]);
});

test('a change is taken up as soon as its writer has been quiet for 300 ms', async () => {
  const { disk, clock, taken } = watched();
  await clock.advance(5000);
  disk.write(MAIN, 'a: 2\n');
  await clock.advance(500 + 300);
  expect(taken).toEqual(['a: 2\n']);
  await clock.advance(60_000);
  expect(taken).toHaveLength(1);
});

test('what changed between the first reading and the first look counts', async () => {
  const { disk, clock, taken } = watched();
  disk.write(MAIN, 'a: 2\n');
  await clock.advance(400);
  expect(taken).toEqual(['a: 2\n']);
});

test.each(['a: 1\n', ''])('touched, or written with the same content (%j): no reload', async (text) => {
  const { disk, clock, taken } = watched({ [MAIN]: text });
  await clock.advance(5000);
  disk.write(MAIN, text);
  await clock.advance(60_000);
  expect(taken).toEqual([]);
});

test('a writer that pauses between its pieces is waited for: no half of a file is ever taken', async () => {
  const { disk, clock, taken } = watched();
  await clock.advance(5000);
  let text = '';
  disk.write(MAIN, text);
  for (const piece of ['rules:\n', '  - one\n', '  - two\n', '  - three\n']) {
    await clock.advance(250);
    text += piece;
    disk.write(MAIN, text);
  }
  await clock.advance(60_000);
  expect(taken).toEqual([text]);
});

test('a last line without an end may be half of one: such a file must rest for a second', async () => {
  const { disk, clock, taken } = watched();
  await clock.advance(5000);
  disk.write(MAIN, 'rules:\n  - on');
  await clock.advance(1400);
  disk.write(MAIN, 'rules:\n  - one\n');
  await clock.advance(60_000);
  expect(taken).toEqual(['rules:\n  - one\n']);
  disk.write(MAIN, 'rules: []');
  await clock.advance(1600);
  expect(taken.at(-1)).toBe('rules: []');
});

test.each(['gone', 'empty'])(
  'a file that is %s for a moment, as editors do it, is no change',
  async (how) => {
    const { disk, clock, taken } = watched();
    await clock.advance(5000);
    for (let n = 0; n < 3; n++) {
      if (how === 'gone') disk.remove(MAIN);
      else disk.write(MAIN, '');
      await clock.advance(2500);
      disk.write(MAIN, 'a: 1\n');
      await clock.advance(1500);
    }
    expect(taken).toEqual([]);
  },
);

test('a file that stays away is reported after three seconds, once; when it is back, it is taken up', async () => {
  const { disk, clock, taken } = watched();
  await clock.advance(5000);
  disk.remove(MAIN);
  await clock.advance(2900);
  expect(taken).toEqual([]);
  await clock.advance(60_000);
  expect(taken).toEqual([undefined]);
  disk.write(MAIN, 'a: 1\n');
  await clock.advance(1400);
  expect(taken).toEqual([undefined, 'a: 1\n']);
});

test('fifty changes in a second: one reload, with the last of them', async () => {
  const { disk, clock, taken } = watched();
  await clock.advance(5000);
  for (let n = 1; n <= 50; n++) {
    disk.write(MAIN, `a: ${n}\n`);
    await clock.advance(20);
  }
  await clock.advance(60_000);
  expect(taken).toEqual(['a: 50\n']);
});

test('a file that never rests is taken every ten seconds', async () => {
  const { disk, clock, taken } = watched();
  await clock.advance(5000);
  for (let n = 1; n <= 300; n++) {
    disk.write(MAIN, `a: ${n}\n`);
    await clock.advance(100);
  }
  expect(taken.length).toBeGreaterThanOrEqual(2);
  expect(taken.length).toBeLessThanOrEqual(3);
});

test('a file that comes and goes without rest is not taken while it is away', async () => {
  const { disk, clock, taken } = watched();
  await clock.advance(5000);
  for (let n = 1; n <= 100; n++) {
    disk.remove(MAIN);
    await clock.advance(2000);
    disk.write(MAIN, 'a: 1\n');
    await clock.advance(200);
  }
  expect(taken).toEqual([]);
});

test('a reload by hand meanwhile is enough', async () => {
  const { disk, clock, running, taken } = watched();
  await clock.advance(5000);
  disk.write(MAIN, 'a: 2\n');
  await clock.advance(600);
  running.reload();
  await clock.advance(60_000);
  expect(taken).toEqual(['a: 2\n']);
});

test('a change within one tick of a coarse disk is found by the second comparison', async () => {
  const { disk, clock, taken } = watched();
  await clock.advance(5000);
  disk.write(MAIN, 'a: 2\n');
  await clock.advance(1400);
  disk.writeInOneTick(MAIN, 'a: 3\n');
  await clock.advance(5000);
  expect(taken).toEqual(['a: 2\n', 'a: 3\n']);
});

test.each([
  ['a .env appears', {}, ENV, 'A=1\n'],
  ['a .env changes', { [ENV]: 'A=1\n' }, ENV, 'A=2\n'],
  ['a .env goes', { [ENV]: 'A=1\n' }, ENV, undefined],
  ['a file that fits a pattern appears', {}, '/etc/rules/a.yaml', 'rules: []\n'],
  ['an included file changes', { '/etc/rules/a.yaml': 'rules: []\n' }, '/etc/rules/a.yaml', 'rules: [1]\n'],
  ['an included file goes', { '/etc/rules/a.yaml': 'rules: []\n' }, '/etc/rules/a.yaml', undefined],
] as const)('%s: one reload', async (_, others, path, text) => {
  const { disk, clock, taken } = watched({ [MAIN]: 'a: 1\n', ...others });
  await clock.advance(5000);
  if (text === undefined) disk.remove(path);
  else disk.write(path, text);
  await clock.advance(500 + (text === undefined ? 3000 : 300));
  expect(taken).toEqual(['a: 1\n']);
  await clock.advance(60_000);
  expect(taken).toHaveLength(1);
});

test('regression: a change in the moment of a reload is not taken for what the reload has read', async () => {
  const { disk, clock, running, taken } = watched({ [MAIN]: 'a: 1\n', '/etc/rules/a.yaml': 'rules: []\n' });
  const { reload } = running;
  let next = 2;
  running.reload = () => {
    reload();
    if (next < 10) disk.write(MAIN, `a: ${++next}\n`);
  };
  await clock.advance(5000);
  disk.write(MAIN, 'a: 2\n');
  await clock.advance(9 * (500 + 300) + 500);
  expect(taken).toEqual(Array.from({ length: 9 }, (_, n) => `a: ${n + 2}\n`));
});

test('a new file that is still empty is waited for', async () => {
  const { disk, clock, taken, running } = watched();
  await clock.advance(5000);
  disk.write('/etc/rules/a.yaml', '');
  await clock.advance(2500);
  disk.write('/etc/rules/a.yaml', 'rules: []\n');
  await clock.advance(60_000);
  expect(taken).toHaveLength(1);
  expect(running.tried.files.at(-1)?.digest).toBe(digestOf('rules: []\n'));
});

test('a pipe is never read again', async () => {
  const { disk, clock, taken } = watched();
  disk.streams.add(MAIN);
  disk.write(MAIN, '');
  await clock.advance(60_000);
  expect(taken).toEqual([]);
});

test('`watch: false`: nothing is looked at; with `watch: true` again, what has changed meanwhile is taken up', async () => {
  const { disk, clock, running, taken } = watched();
  running.config = { watch: false } as Config;
  await clock.advance(5000);
  const before = disk.looks;
  disk.write(MAIN, 'a: 2\n');
  await clock.advance(60_000);
  expect([disk.looks - before, taken]).toEqual([0, []]);
  running.config = { watch: true } as Config;
  await clock.advance(1400);
  expect(taken).toEqual(['a: 2\n']);
});

test('a slow disk is looked at less often, and after the end no more', async () => {
  const { disk, clock, timer } = watched();
  await clock.advance(5000);
  const quick = disk.stampOf.bind(disk);
  disk.stampOf = async (path) => {
    await new Promise<void>((done) => clock.after(100, done));
    return quick(path);
  };
  await clock.advance(10_000);
  const before = disk.looks;
  await clock.advance(100_000);
  expect(disk.looks - before).toBeLessThanOrEqual(2 * 50);
  expect(disk.looks - before).toBeGreaterThan(0);
  timer.cancel();
  await clock.advance(1000);
  const atEnd = disk.looks;
  await clock.advance(60_000);
  expect(disk.looks).toBe(atEnd);
});
