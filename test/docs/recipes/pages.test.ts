/** The form of every recipe: short, one complete config, a source for what it says of a platform, and its place in the index. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { read, root } from '../comments.ts';
import { blocksOf, configOf, pageOf } from './recipe.ts';

const pages = readdirSync(join(root, 'docs/recipes'))
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .map((file) => file.replace(/\.md$/, ''));
const recipes = pages.filter((page) => page !== 'systemd');
/** About the machine: no config belongs to it. */
const machine: readonly string[] = ['vps'];
/** They are about this program, and have no platform to cite. */
const OWN: readonly string[] = ['krw-bot', 'failover', 'vps'];

test.each(recipes)('%s is short', (page) => {
  expect(pageOf(page).trimEnd().split('\n').length).toBeLessThanOrEqual(60);
});

test.each(recipes.filter((page) => !machine.includes(page)))('%s has one complete config', (page) => {
  const text = pageOf(page);
  expect(blocksOf(text, 'yaml').filter((block) => /^feeds:/m.test(block))).toEqual([configOf(page)]);
});

test.each(recipes.filter((page) => !OWN.includes(page)))(
  '%s cites the documentation of its platform',
  (page) => {
    expect(pageOf(page)).toMatch(/\]\(https:\/\/[^)]+\)/);
  },
);

test('the index names each, and says nothing of others', () => {
  const named = [...read('docs/recipes/README.md').matchAll(/\]\(([\w-]+)\.md\)/g)].map(([, name]) => name);
  expect([...new Set(named)].toSorted()).toEqual(pages.toSorted());
});
