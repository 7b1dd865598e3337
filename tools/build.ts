/**
 * Makes `dist/`, the program as it is shipped: few files, with every library inside (why: docs/decisions/one-file-for-many.md).
 * Beside the code it writes `dist/LICENSES.txt`, because the licences of the libraries inside ask to go with them.
 */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { builtInUrl, OPTIONAL, packagesOfTexts, THREADS, textsInside } from './inside.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const manifest = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Writes the files; returns the folders of the packages that are inside them. */
async function bundle(): Promise<string[]> {
  await using build = await rolldown({
    input: ['src/main.ts', ...THREADS],
    cwd: root,
    platform: 'node',
    external: OPTIONAL,
    plugins: [builtInUrl, textsInside],
    logLevel: 'warn',
    // discord.js evaluates what its own shards send; none are used.
    checks: { eval: false },
  });
  const { output } = await build.write({
    dir: dist,
    cleanDir: true,
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  const chunks = output.filter((file) => file.type === 'chunk');
  const outside = chunks
    .flatMap(({ code, imports, dynamicImports }) => [
      ...[...code.matchAll(/\b(?:__)?require\("([^"]+)"\)/g)].map(([, name = '']) => name),
      ...imports,
      ...dynamicImports,
    ])
    .filter(
      (name) => !isBuiltin(name) && !OPTIONAL.includes(name) && !chunks.some((c) => c.fileName === name),
    );
  if (outside.length > 0) throw new Error(`not inside dist/, and nobody installs it: ${outside.join(', ')}`);
  const folders = chunks.flatMap(({ moduleIds }) =>
    moduleIds.map((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? ''),
  );
  return [...new Set([...folders, ...packagesOfTexts])].filter((folder) => folder !== '').sort();
}

function licenceOf(folder: string): string {
  const { name, version, license = 'see its package' } = manifest(folder);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version}\n\n${text}\n`;
}

const inside = await bundle();
const names = inside.map((folder) => manifest(folder).name);
const twice = names.filter((name, at) => names.indexOf(name) !== at);
if (twice.length > 0) throw new Error(`in two versions, \`overrides\` can make it one: ${twice.join(', ')}`);
const main = join(dist, 'main.js');
// A Node that takes it for a script must be able to read it, too; for the others package.json says that it is a module.
writeFileSync(main, readFileSync(main, 'utf8').replace(/\nexport \{\};\s*$/, '\n'));
chmodSync(main, 0o755);
writeFileSync(join(dist, 'LICENSES.txt'), inside.map(licenceOf).join(`\n${'-'.repeat(80)}\n\n`));
