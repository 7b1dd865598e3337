/**
 * `npm pack` with a package.json that asks for nothing: every library is inside `dist/`, and npm would fetch each a second
 * time. `before` (prepack) puts it in the place of ours, `after` (postpack) brings ours back. A pack that is cut short
 * leaves it there: `git checkout package.json`.
 *
 *   node tools/pack.ts before|after
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const ours = join(root, 'package.json');
/** In a folder that is neither packed nor committed. */
const kept = join(root, 'node_modules/.package.json');

/** Of no use without the sources. */
const LEFT_OUT = ['scripts', 'dependencies', 'devDependencies', 'overrides', 'allowScripts'];

if (process.argv[2] === 'before') {
  const text = readFileSync(ours, 'utf8');
  const manifest = JSON.parse(text) as Record<string, unknown>;
  const packed = Object.fromEntries(Object.entries(manifest).filter(([key]) => !LEFT_OUT.includes(key)));
  writeFileSync(kept, text);
  writeFileSync(ours, `${JSON.stringify(packed, null, 2)}\n`);
} else if (existsSync(kept)) renameSync(kept, ours);
