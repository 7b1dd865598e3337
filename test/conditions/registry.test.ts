/** One registry: every code has its words, its row, its place in the status and its words nowhere else. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ConditionKind } from '../../src/conditions/kind.ts';
import { CONDITIONS, conditionOf, isCode, sentenceOf } from '../../src/conditions/registry.ts';

const kinds = Object.entries<ConditionKind>(CONDITIONS);

test('no text is empty, and every subject is named', () => {
  for (const [code, { starts, ends, about, advice }] of kinds) {
    for (const text of [starts('NAME'), ends('NAME')])
      expect(text.includes('NAME'), code).toBe(about !== 'bridge');
    expect(advice.length, code).toBeGreaterThan(20);
    expect(advice, code).toMatch(/^[A-Z`].*[.)]$/);
  }
});

test('no two say the same', () => {
  for (const word of ['starts', 'ends'] as const)
    expect(new Set(kinds.map(([, kind]) => kind[word]('NAME'))).size, word).toBe(kinds.length);
  expect(new Set(kinds.map(([, { advice }]) => advice)).size).toBe(kinds.length);
});

test('what is implied by another is implied by one that alerts report', () => {
  for (const [code, { impliedBy }] of kinds)
    if (impliedBy !== undefined) {
      expect(isCode(impliedBy), code).toBe(true);
      if (isCode(impliedBy)) expect(conditionOf(impliedBy).quiet, code).toBeUndefined();
    }
});

test('a sentence is the title, how often, and what was seen', () => {
  const seen = { code: 'deliveries_dead', subject: 'bot', sinceMs: 0 } as const;
  expect(sentenceOf({ ...seen, detail: '' })).toBe('deliveries to bot have failed for good');
  expect(sentenceOf({ ...seen, detail: 'max_age', count: 3 })).toBe(
    'deliveries to bot have failed for good (3 times): max_age',
  );
  expect(sentenceOf({ ...seen, detail: 'It is gone. [gone]' })).toBe(
    'deliveries to bot have failed for good. It is gone. [gone]',
  );
});

const withoutComments = (code: string) => code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

test('regression: the words stand in the registry alone: nobody says the same a second time in other code', () => {
  const root = new URL('../../src/', import.meta.url);
  const code = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/^(?:conditions\/of-|simulator\/)/.test(path))
    .map((path) => [path, withoutComments(readFileSync(new URL(path, root), 'utf8'))] as const);
  /** Long enough to be somebody's words and not chance. */
  const phrases = kinds.flatMap(([, { starts, advice }]) =>
    [starts('X').split('X'), advice.split(/[.:;,]\s/)].flat().filter((part) => part.trim().length >= 24),
  );
  expect(phrases.length).toBeGreaterThan(80);
  const repeats = code.flatMap(([path, text]) =>
    phrases.filter((phrase) => text.includes(phrase.trim())).map((phrase) => `${path}: ${phrase}`),
  );
  expect(repeats).toEqual([]);
});
