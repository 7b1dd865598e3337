/**
 * Makes `dist/`, the program as it is shipped: few files, with most libraries inside (why: docs/decisions/one-file-for-many.md).
 * Beside the code it writes `dist/LICENSES.txt`, because the licences of the libraries inside ask to go with
 * them, and `dist/bundled.txt`, the names of our own dependencies among these, which the image then does not
 * install a second time.
 */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** Loaded after the feed, or looking for other packages at run time: they stay packages of their own. */
const OUTSIDE = ['pino', 'pino-pretty', 'ws', 'undici', 'discord.js', 'telegraf'];

/** Files that other threads run. */
const THREADS = ['src/outbox/checkpoint.ts', 'src/outbox/deliveries-thread.ts'];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifest = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Writes the files; returns the folders of the packages that are inside them. */
async function bundle(): Promise<string[]> {
  await using build = await rolldown({
    input: ['src/main.ts', ...THREADS],
    cwd: root,
    platform: 'node',
    // With their inner files: a part of one inside `dist/` would be a second copy of it.
    external: (module) => OUTSIDE.some((name) => module === name || module.startsWith(`${name}/`)),
    logLevel: 'warn',
  });
  const { output } = await build.write({
    dir: dist,
    cleanDir: true,
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const folders = modules.map((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? '');
  return [...new Set(folders)].filter((folder) => folder !== '').sort();
}

function licenceOf(folder: string): string {
  const { name, version, license = 'see its package' } = manifest(folder);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version}\n\n${text}\n`;
}

const inside = await bundle();
chmodSync(join(dist, 'main.js'), 0o755);
const own = Object.keys(manifest(root).dependencies ?? {}).filter((name) =>
  inside.includes(join(root, 'node_modules', name)),
);
writeFileSync(join(dist, 'LICENSES.txt'), inside.map(licenceOf).join(`\n${'-'.repeat(80)}\n\n`));
writeFileSync(join(dist, 'bundled.txt'), `${own.join('\n')}\n`);
