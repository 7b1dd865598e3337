/** Where we start the program ourselves, V8 gets the same limit for new objects everywhere, also in measurements. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FLAG = '--max-semi-space-size=16';

test.each([
  ['Dockerfile', `\nENV NODE_OPTIONS=${FLAG}\n`],
  ['docs/recipes/listing-bridge.service', `\nEnvironment=NODE_OPTIONS=${FLAG}\n`],
  // The user's own options come last and so win.
  ['package.json', String.raw`"bridge": "NODE_OPTIONS=\"${FLAG} $NODE_OPTIONS\" exec node src/main.ts"`],
  ['bench/meter/kinds.ts', `\nconst NODE_OPTIONS = '${FLAG}';\n`],
])('%s has it', (file, line) => {
  expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(line);
});
