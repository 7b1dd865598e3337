/** Facts about the program that both builds need: `build.ts` and `single.ts`. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'rolldown';

/** Native helpers that a library uses where somebody has installed them, and does without where not. */
export const OPTIONAL = [
  'bufferutil',
  'utf-8-validate',
  'zlib-sync',
  'encoding',
  'supports-color',
  'pg-native',
];

/** Files that other threads run. */
export const THREADS = [
  'src/config/load-thread.ts',
  'src/outbox/checkpoint.ts',
  'src/outbox/deliveries-thread.ts',
  'src/tables/thread.ts',
];

/** Its inner parts make Node warn of a module that it deprecates, and Node has what it stands in for. */
export const builtInUrl: Plugin = {
  name: 'built-in-url',
  resolveId: (name) => (name === 'whatwg-url' ? '\0whatwg-url' : null),
  load: (id) => (id === '\0whatwg-url' ? 'module.exports = { URL, URLSearchParams };' : null),
};

const FILE_BESIDE = /readFileSync\(new URL\('(\.\/[\w./-]+)', import\.meta\.url\), 'utf8'\)/g;

const FILE_OF_PACKAGE = /readFileSync\(new URL\(import\.meta\.resolve\('([\w./-]+)'\)\), 'utf8'\)/g;

/** Folders of packages of which files are inside as texts. */
export const packagesOfTexts = new Set<string>();

function textOfPackage(id: string, name: string): string {
  const path = createRequire(id).resolve(name);
  packagesOfTexts.add(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? '');
  return JSON.stringify(readFileSync(path, 'utf8'));
}

/** Files that code reads are inside as texts: those that stand beside it, and those of packages. */
export const textsInside: Plugin = {
  name: 'texts-inside',
  transform: (code, id) =>
    code
      .replace(FILE_BESIDE, (_, name: string) =>
        JSON.stringify(readFileSync(join(dirname(id), name), 'utf8')),
      )
      .replace(FILE_OF_PACKAGE, (_, name: string) => textOfPackage(id, name)),
};
