/** The shape of the source: which way imports point, how long files are, who touches time. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOMS, roomOf } from '../tools/docs/rooms.ts';
import { isKnown } from './support/environment.ts';
import {
  files,
  imports,
  importsOf,
  ownImports,
  reachedFrom,
  ringsOf,
  shown,
  text,
  withoutComments,
} from './support/imports.ts';

const source = resolve(import.meta.dirname, '../src');

const MOST_LINES = 300;

/** Longer than that for now: they may shrink, not grow. */
const TOO_LONG: Readonly<Record<string, number>> = {};

const isSimulator = (path: string) => path.startsWith('simulator/');

test('reads imports: several lines, types, exports, effects, at run time', () => {
  const code = `import {\n  a,\n  type B,\n} from './b.ts';\nimport type { C } from '../c.ts';\nexport { d } from './d.ts';
    import './e.ts';\n// import { x } from './x.ts';\nconst f = await import('./f.ts');\nimport { z } from 'zod';`;
  expect(importsOf('cli/a.ts', code).map(({ to, typeOnly }) => [to, typeOnly])).toEqual([
    ['cli/b.ts', false],
    ['c.ts', true],
    ['cli/d.ts', false],
    ['cli/e.ts', false],
    ['cli/f.ts', false],
    ['zod', false],
  ]);
  expect(imports.length).toBeGreaterThan(300);
});

describe('imports point one way', () => {
  test('every file has a room, and every room exists', () => {
    expect(files.filter((path) => roomOf(path) < 0)).toEqual([]);
    expect(ownImports.filter(({ to }) => roomOf(to) < 0).map(shown)).toEqual([]);
    expect(ROOMS.filter(({ path }) => !existsSync(join(source, path)))).toEqual([]);
  });

  test.each(ROOMS.map(({ path }) => path))('%s imports only from rooms before it, types included', (room) => {
    const upward = ownImports.filter(
      ({ from, to }) => ROOMS[roomOf(from)]?.path === room && roomOf(to) > roomOf(from),
    );
    expect(upward.map(shown)).toEqual([]);
  });

  test('no files import each other in a ring, types included', () => {
    expect(ringsOf(ownImports)).toEqual([]);
  });

  test('a ring is seen however long it is, and several are', () => {
    const edges = ['a b', 'b c', 'c a', 'c d', 'd e', 'e d', 'f a'].map((edge) => {
      const [from = '', to = ''] = edge.split(' ');
      return { from, to };
    });
    expect(ringsOf(edges)).toEqual(['a → b → c → a', 'd → e → d']);
    expect(ringsOf(edges.slice(0, 2))).toEqual([]);
  });

  test('the daemon connects to its feeds before it loads what only sending or a terminal needs', () => {
    const waits = ['undici', 'discord.js', 'telegraf'];
    const still = imports.filter(({ typeOnly, isDynamic }) => !typeOnly && !isDynamic);
    const loaded = reachedFrom('cli/run.ts', still);
    expect(loaded).toContain('feeds/cryptolisting/client.ts');
    expect(waits.filter((library) => loaded.has(library))).toEqual([]);
  });

  test('only the command line uses the simulator', () => {
    const users = imports.filter(
      ({ from, to }) => isSimulator(to) && !isSimulator(from) && !from.startsWith('cli/'),
    );
    expect(users.map(shown)).toEqual([]);
  });

  test('the simulator knows nothing of the bridge but its ground and the words of the wire', () => {
    const reached = imports.filter(
      ({ from, to }) =>
        isSimulator(from) && to.endsWith('.ts') && !isSimulator(to) && !/^platform\//.test(to),
    );
    expect(reached.map(shown)).toEqual([]);
  });

  test('a type of feed is known to the registry alone', () => {
    const types = readdirSync(join(source, 'feeds'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(types).toEqual(expect.arrayContaining(['cryptolisting', 'websocket']));
    const typeOf = (path: string) => types.find((type) => path.startsWith(`feeds/${type}/`));
    const users = ownImports.filter(({ from, to }) => {
      const type = typeOf(to);
      return type !== undefined && typeOf(from) !== type && from !== 'feeds/index.ts';
    });
    expect(users.map(shown)).toEqual([]);
    const asks = new RegExp(`[=!]==? '(${types.join('|')})'|case '(${types.join('|')})':`);
    const asking = files.filter(
      (path) => typeOf(path) === undefined && asks.test(withoutComments(text(path))),
    );
    expect(asking).toEqual([]);
  });

  test.each([
    ['discord.js', 'destinations/discord/send.ts'],
    ['telegraf', 'destinations/telegram/send.ts'],
  ])('%s is loaded only by its sender, and the sender only when it is opened', (library, sender) => {
    const atRunTime = imports.filter(({ to, typeOnly }) => to === library && !typeOnly);
    expect(atRunTime.map(({ from }) => from)).toEqual([sender]);
    const folder = dirname(sender);
    const users = imports.filter(({ to, typeOnly }) => to === sender && !typeOnly).map(({ from }) => from);
    expect(users).toEqual([`${folder}/index.ts`]);
    expect(withoutComments(text(`${folder}/index.ts`))).toContain("import('./send.ts')");
  });
});

describe('tests do not depend on the environment of whoever runs them', () => {
  const own = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.startsWith('fixtures'),
  );

  test('there is none of it but what support/environment.ts lets in', () => {
    const { TZ, TMPDIR = '', HOME = '' } = process.env;
    expect(Object.keys(process.env).filter((name) => !isKnown(name))).toEqual([]);
    expect(TZ).toBe('UTC');
    expect(readdirSync(TMPDIR)).toContain(basename(HOME));
    expect(process.umask()).toBe(0o022);
  });

  test('they read no other variable', () => {
    const read = own.flatMap((path) => {
      const code = readFileSync(join(import.meta.dirname, path), 'utf8');
      const found = code.matchAll(/process\.env(?:\.|\[['"])(\w+)|\{([\w ,]+)\} = process\.env/g);
      const names = [...found].flatMap(([, one, several = '']) => one ?? several.trim().split(/[\s,]+/));
      return names.map((name) => [path, name] as const);
    });
    expect(read.filter(([, name]) => !isKnown(name))).toEqual([]);
    expect(read.map(([, name]) => name)).toEqual(expect.arrayContaining(['PROGRAM', 'FC_SEED', 'TZ']));
  });
});

describe('test/ has the rooms of src/', () => {
  /** These tests run the whole, or no code of `src/`. */
  const SUITES = [
    'bench',
    'browser',
    'chaos',
    'docs',
    'e2e',
    'mutation',
    'prometheus',
    'simulation',
    'soak',
    'tools',
    'trace',
  ];
  const MATERIAL = ['fixtures', 'support'];
  const HERE = ['architecture.test.ts', 'tsconfig.json', 'vitest.config.ts'];
  const entries = readdirSync(import.meta.dirname, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const rooms = ROOMS.map(({ path }) => path).filter((path) => !path.endsWith('.ts'));

  test('every folder is a room or a named suite, and every suite exists', () => {
    expect(folders.filter((name) => !rooms.includes(name)).toSorted()).toEqual(
      [...SUITES, ...MATERIAL].toSorted(),
    );
  });

  test('every file beside them tests a file that is a room', () => {
    const rest = entries.filter((entry) => entry.isFile() && !HERE.includes(entry.name));
    const homeless = rest.filter(({ name }) => roomOf(name.replace(/\.test\.ts$/, '.ts')) < 0);
    expect(homeless.map(({ name }) => name)).toEqual([]);
  });

  test('every room that is a folder has its tests', () => {
    expect(rooms.filter((name) => !folders.includes(name))).toEqual([]);
  });
});

test(`no file is longer than ${MOST_LINES} lines`, () => {
  const lengths = files.map((path) => [path, text(path).split('\n').length - 1] as const);
  expect(lengths.filter(([path, lines]) => lines > (TOO_LONG[path] ?? MOST_LINES))).toEqual([]);
  const shrunk = lengths.filter(([path, lines]) => TOO_LONG[path] !== undefined && lines <= MOST_LINES);
  expect(shrunk, 'take these off the list').toEqual([]);
});

test('time and chance come only from platform/', () => {
  const forbidden =
    /\b(Date\.now|new Date\(\)|performance\.(now|timeOrigin)|setTimeout|setInterval|setImmediate|Math\.random)\b|new Date\(\)/;
  const offenders = files
    .filter((path) => !path.startsWith('platform/'))
    .flatMap((path) =>
      withoutComments(text(path))
        .split('\n')
        .filter((line) => forbidden.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
  expect(offenders).toEqual([]);
});

test('only cli/process.ts ends the process; main.ts, where it cannot begin', () => {
  const enders = files.filter((path) => /\bprocess\.exit(Code)?\b/.test(withoutComments(text(path))));
  expect(enders).toEqual(['cli/process.ts', 'main.ts']);
});

test('the parts of the pipeline are made in pipeline.ts, for whoever runs one', () => {
  const makers: Readonly<Record<string, string>> = {
    Intake: 'pipeline.ts',
    Journal: 'pipeline.ts',
    BudgetBook: 'pipeline.ts',
    LaneSet: 'pipeline.ts',
    Lane: 'lane-set.ts',
  };
  const made = (code: string) =>
    Object.keys(makers).filter((name) => new RegExp(`\\bnew ${name}\\(`).test(withoutComments(code)));
  expect(files.flatMap((path) => made(text(path)).map((name) => `${name} in ${path}`)).sort()).toEqual(
    Object.entries(makers)
      .map(([name, path]) => `${name} in ${path}`)
      .sort(),
  );
  const tests = resolve(source, '../test');
  const wired = readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .filter((path) => {
      const parts = made(readFileSync(join(tests, path), 'utf8'));
      // The unit test of a class may make it; with another one it would be a pipeline of its own.
      const isUnitTest =
        path.endsWith('.test.ts') && parts.filter((name) => name !== 'BudgetBook').length < 2;
      return parts.length > 0 && !isUnitTest;
    });
  expect(wired).toEqual([]);
});

test('daemon.ts is a table of contents', () => {
  expect(text('daemon/daemon.ts').split('\n').length - 1).toBeLessThanOrEqual(120);
});

test('every exported function, value and class of src/ is used by another file', () => {
  const root = resolve(source, '..');
  const all = ['src', 'test', 'bench', 'tools'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|mjs)$/.test(path))
      .map((path) => {
        const code = readFileSync(join(root, folder, path), 'utf8');
        return { path: `${folder}/${path}`, code, words: new Set(code.match(/\w+/g)) };
      }),
  );
  const exported = /^export (?:async )?(?:function\*?|const|class) (\w+)/gm;
  const unused = all
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap((file) =>
      [...file.code.matchAll(exported)]
        .map(([, name = '']) => name)
        .filter((name) => !all.some((other) => other !== file && other.words.has(name)))
        .map((name) => `${file.path}: ${name}`),
    );
  expect(unused).toEqual([]);
});
