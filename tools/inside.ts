/** Facts about the program that both builds need: `build.ts` and `single.ts`. */

import type { Plugin } from 'rolldown';

/** Native helpers that a library uses where somebody has installed them, and does without where not. */
export const OPTIONAL = ['bufferutil', 'utf-8-validate', 'zlib-sync', 'encoding', 'supports-color'];

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
