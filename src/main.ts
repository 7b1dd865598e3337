#!/usr/bin/env node
/**
 * Starts the program if this Node can run it, and else says so. Every Node since 10 must be able to read this file, as
 * a module and as a script: no imports at its top, and no syntax of the last years.
 */
const OLDEST_NODE = 24;

const found = process.versions.node;
if (Number(found.split('.')[0]) >= OLDEST_NODE) import('./cli/process.ts');
else {
  process.stderr.write(
    `listing-bridge needs Node.js ${OLDEST_NODE} or newer; this is ${found}. Install it from ` +
      'https://nodejs.org/en/download, or with "nvm install 24". In a checkout, "npm run bridge -- <command>" brings its own.\n',
  );
  process.exitCode = 1;
}
