/** Cutting: within the limit, on a character, and never so that what is left means something else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeMarkdown } from '../../src/destinations/discord/escape.ts';
import { cutMarkdown } from '../../src/destinations/discord/truncate.ts';
import { cutText } from '../../src/destinations/presentation-cut.ts';
import { escapeHtml } from '../../src/destinations/telegram/render-markup.ts';
import { fitHtml } from '../../src/destinations/telegram/truncate.ts';
import { runs } from '../support/properties.ts';
import { hostileText, isCutOf, readDiscord, readTelegram } from './render-support.ts';

const limits = fc.integer({ min: 8, max: 300 });

describe('plain text', () => {
  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['ab👍🏽cd', 6, 'ab…'],
    ['ab👍🏽cd', 7, 'ab👍🏽…'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 13, '👨‍👩‍👧‍👦…'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 5, '…'],
    ['한글자', 2, '한…'],
  ])('%s to %i', (text, limit, expected) => {
    expect(cutText(text, limit)).toBe(expected);
  });

  test('is a beginning, within the limit, of whole characters', () => {
    fc.assert(
      fc.property(hostileText, limits, (text, limit) => {
        const cut = cutText(text, limit);
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(isCutOf(text, cut)).toBe(true);
        if (text.isWellFormed()) expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });

  test('a character of a thousand marks does not empty the message', () => {
    expect(cutText(`e${'\u0301'.repeat(5000)}`, 100).length).toBe(100);
  });
});

describe('Telegram HTML', () => {
  test('counts what is seen', () => {
    const html = `<b>${'&amp;'.repeat(4096)}</b>`;
    expect(fitHtml(html)).toBe(html);
    expect(fitHtml(`<b>${'&amp;'.repeat(4097)}</b>`)).toBe(`<b>${'&amp;'.repeat(4095)}…</b>`);
  });

  test('closes what is open', () => {
    expect(fitHtml('<b>ab<i>cd<a href="https://a.example/">efgh</a></i></b>', 6)).toBe(
      '<b>ab<i>cd<a href="https://a.example/">e…</a></i></b>',
    );
  });

  test('is sound and a beginning of what was seen', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 4 }), limits, (texts, limit) => {
        const html = texts
          .map((text, index) =>
            index % 2
              ? `<b><i>${escapeHtml(text)}</i>x</b>`
              : `<a href="https://a.example/">${escapeHtml(text)}</a>`,
          )
          .join('');
        const seen = readTelegram(fitHtml(html, limit));
        expect(seen.length).toBeLessThanOrEqual(limit);
        expect(isCutOf(readTelegram(html), seen)).toBe(true);
        expect(seen.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('Discord Markdown', () => {
  test.each([
    ['ab\\*cd', 5, 'ab\\*…'],
    ['ab\\*cd', 4, 'ab…'],
    ['ab\\\\\\*cd', 6, 'ab\\\\…'],
    ['see [the page](https://a.example/x) now', 30, 'see …'],
    ['see https://a.example/x now', 20, 'see …'],
    ['to <@&123456789012345678> now', 20, 'to …'],
    ['```\nabcdefgh\n``` tail', 14, '```\nabcde…\n```'],
    ['abc ``` code', 7, 'abc …'],
    ['```a``` tail of the message', 12, '```a``` tai…'],
  ])('%s to %i', (text, limit, expected) => {
    expect(cutMarkdown(text, limit)).toBe(expected);
  });

  test('of escaped text nothing becomes markup, and it is a beginning', () => {
    fc.assert(
      fc.property(hostileText, limits, (text, limit) => {
        const cut = cutMarkdown(escapeMarkdown(text), limit);
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(cut.isWellFormed()).toBe(true);
        expect(isCutOf(readDiscord(escapeMarkdown(text)), readDiscord(cut))).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });

  test('code blocks stay closed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('```', '`', 'a', '\\', '\n', '😀'), maxLength: 60 }),
        limits,
        (text, limit) => {
          const cut = cutMarkdown(text, limit);
          expect(cut.length).toBeLessThanOrEqual(limit);
          if (cut !== text)
            expect((cut.match(/\\.|```/gs) ?? []).filter((part) => part === '```').length % 2).toBe(0);
        },
      ),
      { numRuns: runs(500) },
    );
  });
});
