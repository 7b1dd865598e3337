/** The shape of the source, held to `architecture.md`: which way imports point, how long files are, who touches time. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort();

/** From the ground up. A file may import from its own layer and from those before it. */
const LAYERS: readonly (readonly string[])[] = [
  ['platform', 'alert.ts', 'announcement.ts', 'delivery/outcome.ts'],
  ['http', 'feeds', 'delivery', 'dedupe.ts', 'routing', 'templates', 'outbox', 'destinations'],
  ['config', 'intake.ts', 'events', 'alerts', 'ops', 'rehearsal'],
  ['daemon'],
  ['cli', 'main.ts'],
];

const MOST_LINES = 300;

/** Longer than that for now: they may shrink, not grow. */
const TOO_LONG: Readonly<Record<string, number>> = {};

interface Import {
  readonly from: string;
  readonly to: string;
  /** Gone at run time. */
  readonly typeOnly: boolean;
  /** Loaded when it is reached, not with the file. */
  readonly isDynamic: boolean;
}

const text = (path: string) => readFileSync(join(source, path), 'utf8');

const withoutComments = (code: string) =>
  code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;])\/\/.*$/gm, '$1');

/** With `verbatimModuleSyntax`, only `import type` and `export type` leave nothing behind. */
function importsOf(path: string, code: string): Import[] {
  const statements = withoutComments(code).matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[^'"`;()]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  );
  return [...statements].map(([, type, still = '', dynamic]) => {
    const target = dynamic ?? still;
    const to = target.startsWith('.') ? join(dirname(path), target) : target;
    return { from: path, to, typeOnly: type !== undefined, isDynamic: dynamic !== undefined };
  });
}

const imports = files.flatMap((path) => importsOf(path, text(path)));

/** The most particular entry wins: `delivery/outcome.ts` before `delivery`. */
function layerOf(path: string): number {
  const whole = LAYERS.findIndex((layer) => layer.includes(path));
  return whole >= 0 ? whole : LAYERS.findIndex((layer) => layer.includes(path.split('/')[0] ?? ''));
}

const isSimulator = (path: string) => path.startsWith('simulator/');
const shown = ({ from, to }: Import) => `${from} → ${to}`;

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
  test('every file has a layer', () => {
    expect(files.filter((path) => !isSimulator(path) && layerOf(path) < 0)).toEqual([]);
  });

  test('no file imports from a layer above its own', () => {
    const upward = imports.filter(({ from, to }) => {
      if (isSimulator(from) || !to.endsWith('.ts') || isSimulator(to)) return false;
      return layerOf(to) > layerOf(from);
    });
    expect(upward.map(shown)).toEqual([]);
  });

  test('no ring of imports at run time', () => {
    const graph = Map.groupBy(
      imports.filter(({ typeOnly, to }) => !typeOnly && to.endsWith('.ts')),
      ({ from }) => from,
    );
    const done = new Set<string>();
    const rings: string[] = [];
    const visit = (path: string, trail: readonly string[]) => {
      if (trail.includes(path)) rings.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (done.has(path) || trail.includes(path)) return;
      for (const { to } of graph.get(path) ?? []) visit(to, [...trail, path]);
      done.add(path);
    };
    for (const path of files) visit(path, []);
    expect(rings).toEqual([]);
  });

  test('the daemon connects to its feeds before it loads what only sending or a terminal needs', () => {
    const waits = ['undici', 'discord.js', 'telegraf', 'pino-pretty'];
    const loaded = new Set<string>();
    const visit = (path: string) => {
      if (loaded.has(path)) return;
      loaded.add(path);
      for (const { to } of still.get(path) ?? []) visit(to);
    };
    const still = Map.groupBy(
      imports.filter(({ typeOnly, isDynamic }) => !typeOnly && !isDynamic),
      ({ from }) => from,
    );
    visit('cli/run.ts');
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

test('only main.ts ends the process', () => {
  const enders = files.filter((path) => /\bprocess\.exit(Code)?\b/.test(withoutComments(text(path))));
  expect(enders).toEqual(['main.ts']);
});
