/** Facts about the program that both builds need: `build.ts` and `single.ts`. */

import { readFileSync } from 'node:fs';
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

/** Files that stand beside the code that reads them are inside as texts. */
export const textsInside: Plugin = {
  name: 'texts-inside',
  transform: (code, id) =>
    code.replace(FILE_BESIDE, (_, name: string) =>
      JSON.stringify(readFileSync(join(dirname(id), name), 'utf8')),
    ),
};
