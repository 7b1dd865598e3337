/** `docs/tests.md` knows every suite and every script that runs one in its long form. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ROOMS } from '../../tools/docs/rooms.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/tests.md'), 'utf8');
const rooms = ROOMS.map(({ path }) => path);
const suites = readdirSync(join(root, 'test'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !rooms.includes(entry.name))
  .map(({ name }) => name);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test.each(suites)('the suite test/%s', (suite) => {
  expect(page).toContain(`\`test/${suite}\``);
});

test.each(Object.keys(scripts).filter((name) => name.startsWith('test:')))('npm run %s', (script) => {
  expect(page).toContain(`npm run ${script}`);
});

test('no row of a suite or a script that is no more', () => {
  const named = [...page.matchAll(/`test\/(\w+)`/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !suites.includes(name) && !rooms.includes(name))).toEqual([]);
  const run = [...page.matchAll(/npm run (test:[\w-]+)/g)].map(([, name = '']) => name);
  expect(run.filter((name) => !(name in scripts))).toEqual([]);
});
