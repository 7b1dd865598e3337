/** docs/troubleshooting.md has one row for each word that the feed part can say, and none for another. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  AMBIGUOUS_REASONS,
  REJECT_REASONS,
  RETRY_REASONS as RETRY_OUTCOMES,
} from '../../src/delivery/outcome.ts';
import { FAULT_REASONS } from '../../src/feed/fault.ts';
import { FATAL_REASONS, RETRY_REASONS } from '../../src/feed/refusal.ts';
import { helpFor, WARNING_LEVELS, warning } from '../../src/feed/warning.ts';
import { FAULTS } from '../../src/simulator/faults.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/troubleshooting.md', root), 'utf8');
const rows = [...page.matchAll(/^\| <a id="([^"]+)"><\/a>`([^`]+)` \|(.*)\|$/gm)].map(
  ([, anchor = '', word = '', rest = '']) => ({
    anchor,
    word,
    cells: rest.split('|').map((cell) => cell.trim()),
  }),
);

/** Words of feeds and of deliveries are apart: `unreachable` is one of each. */
const DELIVERY = 'delivery-';
const isOfDelivery = ({ anchor }: { anchor: string }) => anchor.startsWith(DELIVERY);

test('each word that an attempt can end with has one row', () => {
  const found = rows.filter(isOfDelivery);
  const words = [...RETRY_OUTCOMES, ...REJECT_REASONS, ...AMBIGUOUS_REASONS];
  expect(found.map(({ word }) => word).toSorted()).toEqual(words.toSorted());
  for (const { anchor, word, cells } of found) {
    expect(anchor).toBe(DELIVERY + word);
    for (const cell of cells.slice(0, 3)) expect(cell, word).toMatch(/\w/);
  }
});

test('each word has one row, and each row a word', () => {
  const words = [...Object.keys(WARNING_LEVELS), ...RETRY_REASONS, ...FAULT_REASONS, ...FATAL_REASONS];
  const found = rows.filter((row) => !isOfDelivery(row)).map(({ word }) => word);
  expect(found.toSorted()).toEqual(words.toSorted());
});

test('a warning links to its row, and a row says symptom, cause and fix', () => {
  for (const { anchor, word, cells } of rows.filter((row) => !isOfDelivery(row))) {
    expect(helpFor(word)).toBe(`docs/troubleshooting.md#${anchor}`);
    expect(cells).toHaveLength(4);
    for (const cell of cells.slice(0, 3)) expect(cell, word).toMatch(/\w/);
  }
  expect(warning('tier_redacts', 'one', 'it hides').help).toBe('docs/troubleshooting.md#tier_redacts');
});

test('every fault of the simulator that the page names exists, and every fault with a row is named in it', () => {
  const named = [...page.matchAll(/--fault (\w+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'WORD');
  const names = FAULTS.map(({ name }) => name);
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
  const withRow = names.filter((name) => rows.some(({ anchor }) => anchor === name));
  expect(withRow.filter((name) => !named.includes(name))).toEqual([]);
});
