/**
 * Makes `single/listing-bridge`: one executable file with Node, the program and every library in it, for machines without Node
 * (why it is not what we ship: docs/decisions/single-file.md). Beside it, for readers, `docs/` and the licences. It is for the
 * kind of machine that it is made on.
 *
 *   node tools/single.ts
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inject } from 'postject';
import { type Plugin, rolldown } from 'rolldown';
import { builtInUrl, OPTIONAL, THREADS, textsInside } from './inside.ts';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'single');
const parts = join(folder, 'parts');
const executable = join(folder, 'listing-bridge');

/** Marks the place for it in Node's executable: https://nodejs.org/api/single-executable-applications.html */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Node runs what is inside as one script, not as modules: it has no address of its own, no files beside it, and cannot wait at its top.
 * Each place that relies on these is given something else; one that is not known here stops the build.
 */
const REPLACED: readonly (readonly [pattern: RegExp, by: (...found: string[]) => string])[] = [
  [
    /readFileSync\(new URL\('\.\.\/\.\.\/([\w.]+)', import\.meta\.url\), 'utf8'\)/g,
    (_, name = '') => JSON.stringify(readFileSync(join(root, name), 'utf8')),
  ],
  [
    /new Worker\(new URL\((?:import\.meta\.url|module)\), \{/g,
    () => `new Worker(process.getBuiltinModule('node:sea').getAsset('thread.cjs', 'utf8'), { eval: true,`,
  ],
  [/\bmodule: import\.meta\.url/g, () => `module: 'thread.cjs'`],
  // No sources.
  [/import\.meta\.filename/g, () => '"listing-bridge"'],
  // Its documents are beside it.
  [
    /fileURLToPath\(new URL\('\.\.\/\.\.\/', import\.meta\.url\)\)/g,
    () => 'process.execPath.replace(/[^/]*$/, "")',
  ],
  // Compiled code is inside as well.
  [/const cache = compileCacheFolder\(\{[^}]*import\.meta\.url[^}]*\}\);/g, () => 'const cache = undefined;'],
];

const asScript: Plugin = {
  name: 'as-script',
  transform(code, id) {
    if (!id.startsWith(join(root, 'src'))) return null;
    let text = code;
    for (const [pattern, by] of REPLACED) text = text.replace(pattern, by);
    if (/^\s*[^/*\s].*\bimport\.meta\b/m.test(text))
      throw new Error(`${id}: import.meta, which tools/single.ts does not know`);
    if (id.endsWith('/cli/process.ts')) {
      const begin = text.lastIndexOf('\nimport ');
      const end = text.indexOf('\n', begin + 1);
      text = `${text.slice(0, end)}\n(async () => {${text.slice(end)}})();\n`;
    }
    return text;
  },
};

async function script(input: string | Record<string, string>, name: string): Promise<void> {
  await using build = await rolldown({
    input,
    cwd: root,
    platform: 'node',
    external: OPTIONAL,
    plugins: [builtInUrl, textsInside, asScript],
    logLevel: 'warn',
    checks: { eval: false },
  });
  await build.write({ file: join(parts, name), format: 'cjs', codeSplitting: false });
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(parts, { recursive: true });
await script('src/cli/process.ts', 'main.cjs');
// Each of them looks at its task first, so that one file does for all.
const threads = join(parts, 'threads.ts');
writeFileSync(threads, THREADS.map((path) => `import '../../${path}';\n`).join(''));
await script(threads, 'thread.cjs');

const settings = {
  main: join(parts, 'main.cjs'),
  output: join(parts, 'blob'),
  disableExperimentalSEAWarning: true,
  useCodeCache: true,
  assets: { 'thread.cjs': join(parts, 'thread.cjs') },
};
writeFileSync(join(parts, 'sea.json'), JSON.stringify(settings));
execFileSync(process.execPath, ['--experimental-sea-config', join(parts, 'sea.json')]);
copyFileSync(process.execPath, executable);
chmodSync(executable, 0o755);
await inject(executable, 'NODE_SEA_BLOB', readFileSync(join(parts, 'blob')), { sentinelFuse: FUSE });
rmSync(parts, { recursive: true });
cpSync(join(root, 'docs'), join(folder, 'docs'), { recursive: true });
copyFileSync(join(root, 'dist/LICENSES.txt'), join(folder, 'LICENSES.txt'));
