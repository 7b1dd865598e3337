/** Values of `update`, and rules that take, drop or repeat what others would get. */
import { describe, expect, test } from 'vitest';
import { asksForUpdates } from '../../src/routing/matcher.ts';
import { ENV, load, problemsOf } from './load-text.ts';

const PARTS = `feeds: [{ apiKey: "\${KEY}" }]
destinations:
  bot: { type: webhook, url: https://bot.bridge.test/x }
rules:
`;

const loaded = (...rules: readonly string[]) =>
  load(PARTS + rules.map((rule) => `  - ${rule}\n`).join(''), ENV);
const found = (match: string) => {
  const { problems, warnings } = loaded(`{ send: bot, match: ${match} }`);
  return [...problems, ...warnings].map(
    ({ line, column, message, hint }) => `${line}:${column}: ${message}; ${hint}`,
  );
};

describe('values', () => {
  test.each<[string, boolean]>([
    ['any', true],
    ['true', true],
    ['"true"', true],
    ['[true, false]', true],
    ['{ not: false }', true],
    ['false', false],
    ['{ not: true }', false],
  ])('update: %s', (written, asks) => {
    const { problems, warnings, config } = loaded(`{ send: bot, match: { update: ${written} } }`);
    expect([...problems, ...warnings]).toEqual([]);
    expect(asksForUpdates(config?.rules ?? [])).toBe(asks);
  });

  test('without it, no rule asks for updates', () => {
    expect(asksForUpdates(loaded('{ send: bot, match: {} }').config?.rules ?? [])).toBe(false);
  });

  test.each<[string, string]>([
    ['maybe', '5:35: `update` must be true, false or any; undefined'],
    ['all', '5:35: `update` must be true, false or any; undefined'],
    ['both', '5:35: `update` must be true, false or any; undefined'],
    ['yes', '5:35: `update` must be true, false or any; did you mean true?'],
    ['1', '5:35: `update` must be true, false or any; did you mean true?'],
    ['[]', '5:35: `update` must not be an empty list: it would match nothing; undefined'],
    ['', '5:27: `update` has no value; it must be true, false or any'],
    ['{ matches: "수정" }', '5:37: unknown key `matches`; known here: not, any'],
    [
      '{ any: [true, { not: true }], not: [true, false] }',
      '5:35: rule "rule 1" never matches: `update` can be neither true nor false; remove the condition that excludes the others',
    ],
  ])('update: %s', (written, expected) => {
    expect(found(`{ update: ${written} }`)).toEqual([expected]);
  });

  test.each(['updates', 'edit', 'edited', 'isUpdate', 'followUp'])('`%s` is another word for it', (key) => {
    expect(found(`{ ${key}: true }`)).toEqual([`5:27: unknown key \`${key}\`; did you mean \`update\`?`]);
  });
});

describe('rules after one another', () => {
  const warned = (...rules: readonly string[]) => {
    const result = loaded(...rules);
    expect(problemsOf(result)).toEqual([]);
    return result.warnings.map(({ message }) => message);
  };

  test('a rule for everything leaves the updates to the next one', () => {
    expect(
      warned(
        '{ name: a, match: {}, send: bot, stop: true }',
        '{ name: b, match: { update: true }, send: bot }',
      ),
    ).toEqual([]);
    expect(
      warned(
        '{ name: a, match: {}, send: bot, stop: true }',
        '{ name: b, match: { update: any }, send: bot }',
      ),
    ).toEqual([]);
  });

  test('one for everything and updates leaves nothing', () => {
    const never =
      'rule "b" never matches: rule "a" above has `stop: true` and matches the same announcements';
    const all = '{ name: a, match: { update: any }, send: bot, stop: true }';
    expect(warned(all, '{ name: b, match: { update: true }, send: bot }')).toEqual([never]);
    expect(warned(all, '{ name: b, match: { publisher: upbit }, send: bot }')).toEqual([never]);
    expect(warned(all, '{ name: b, match: { update: [true, false] }, send: bot }')).toEqual([never]);
  });

  test('an unwritten condition is update: false', () => {
    expect(
      warned(
        '{ name: a, match: { publisher: upbit, update: false }, send: bot, stop: true }',
        '{ name: b, match: { publisher: upbit, ticker: X }, send: bot }',
      ),
    ).toEqual(['rule "b" never matches: rule "a" above has `stop: true` and matches the same announcements']);
  });
});
