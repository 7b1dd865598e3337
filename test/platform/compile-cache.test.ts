/** Where compiled code is kept: only where nobody else can write, because it is run. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileCacheFolder } from '../../src/platform/compile-cache.ts';

let folder = '';
let program = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compile-cache-'));
  program = join(folder, 'program', 'dist');
  mkdirSync(program, { recursive: true });
});
afterEach(() => {
  chmodSync(join(folder, 'program'), 0o755);
  rmSync(folder, { recursive: true, force: true });
});

/** As a program that another user has installed. */
const installedByOthers = () => chmodSync(join(folder, 'program'), 0o777);

const found = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  compileCacheFolder({ args, env, program });

test('beside the program in a checkout, for this user only', () => {
  expect(found()).toBe(join(folder, 'program', '.cache'));
  expect(statSync(join(folder, 'program', '.cache')).mode & 0o777).toBe(0o700);
  expect(found(), 'and again, when it is there').toBe(join(folder, 'program', '.cache'));
});

test('systemd’s cache folder goes first', () => {
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  expect(found([], { CACHE_DIRECTORY: `${cache}:/other` })).toBe(join(cache, 'compiled'));
});

describe('regression: beside the store, where the program’s folder is not ours', () => {
  test.each([
    ['store: { path: ./here/x.db }\n', 'here'],
    ['log: { level: info }\nstore: { retention: 3d, path: "./here/x.db" } # the store\n', 'here'],
    ['store:\n  retention: 3d\n  path: ./here/x.db\n', 'here'],
    ["store: # the store\n  path: './here/x.db'\n", 'here'],
    ['feeds: []\n', 'data'],
    [`store: { path: "\${DATA}/x.db" }\n`, 'data'],
    ['', 'data'],
  ])('%j', (config, where) => {
    installedByOthers();
    const file = join(folder, 'config.yaml');
    writeFileSync(file, config);
    mkdirSync(join(folder, where));
    for (const args of [
      ['run', '-c', file],
      ['run', `--config=${file}`],
      ['status', '--config', file],
    ])
      expect(found(args)).toBe(join(folder, where, '.compiled'));
    expect(found(['run'], { LISTING_BRIDGE_CONFIG: file })).toBe(join(folder, where, '.compiled'));
  });
});

describe('nowhere, rather than where others write', () => {
  const beside = () => {
    installedByOthers();
    const data = join(folder, 'data');
    mkdirSync(data);
    return data;
  };
  const look = () => found(['run', '-c', join(folder, 'config.yaml')]);

  test.each([0o777, 0o775, 0o1777])('a store folder with mode %o', (mode) => {
    chmodSync(beside(), mode);
    expect(look()).toBeUndefined();
  });

  test('a cache folder that somebody else has prepared', () => {
    const data = beside();
    mkdirSync(join(data, '.compiled'));
    chmodSync(join(data, '.compiled'), 0o777);
    expect(look()).toBeUndefined();
  });

  test('a link in its place', () => {
    const data = beside();
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(data, '.compiled'));
    expect(look()).toBeUndefined();
  });

  test('a file in its place, or no folder at all', () => {
    const data = beside();
    writeFileSync(join(data, '.compiled'), '');
    expect(look()).toBeUndefined();
    rmSync(data, { recursive: true });
    expect(look()).toBeUndefined();
    expect(existsSync(data), 'the store’s folder is not made').toBe(false);
  });
});
