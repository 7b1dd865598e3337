/** Values inside each platform's markup: shown as they are, whatever they are. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeMarkdown } from '../../src/destinations/discord/escape.ts';
import { escapeHtml } from '../../src/destinations/telegram/render-markup.ts';
import { exchangePage, safeUrl } from '../../src/templates/exchange-page.ts';
import { runs } from '../support/properties.ts';
import { announcementOf, hostileText, readDiscord, readTelegram } from './render-support.ts';

describe('Telegram HTML', () => {
  test('reads back to the same text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(readTelegram(`<b>${escapeHtml(text)}</b>`)).toBe(text.toWellFormed());
      }),
    );
  });

  test('stays inside an attribute', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(escapeHtml(text)).not.toMatch(/["'<>]/);
      }),
    );
  });
});

describe('Discord Markdown', () => {
  test('reads back to the same text, and nothing in it is markup', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(readDiscord(escapeMarkdown(text))).toBe(text.toWellFormed().replaceAll('\u200B', ''));
      }),
      { numRuns: runs(500) },
    );
  });

  test.each([
    ['@everyone', '\\@\u200Beveryone'],
    ['@HERE', '\\@\u200BHERE'],
    ['<@123>', '\\<\\@123\\>'],
    ['https://a.b', 'https\\://a\\.b'],
    ['1. one', '1\\. one'],
    ['up 1.5 to 2.0', 'up 1.5 to 2.0'],
    ['USDⓈ-M (ABC)', 'USDⓈ\\-M \\(ABC\\)'],
    ['에이비씨 KRW', '에이비씨 KRW'],
  ])('%s', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});

describe('links', () => {
  test.each([
    ['https://a.example/x_y?q=1&r=2#f', 'https://a.example/x_y?q=1&r=2#f'],
    ['https://a.example', 'https://a.example/'],
    [
      'https://a.example/(a)[b]<c>"d"*e\'|`~{f}',
      'https://a.example/%28a%29%5Bb%5D%3Cc%3E%22d%22%2Ae%27%7C%60%7E%7Bf%7D',
    ],
    ['https://[::1]/a', 'https://[::1]/a'],
    ['https://a.example/한', 'https://a.example/%ED%95%9C'],
    ['http://a.example/', undefined],
    ['javascript:alert(1)', undefined],
    ['https://binance.com@evil.example/', undefined],
    ['/relative', undefined],
    [42, undefined],
    [`https://a.example/${'x'.repeat(3000)}`, undefined],
  ])('%s', (value, expected) => {
    expect(safeUrl(value)).toBe(expected);
  });

  test('never has a character that could end what it stands in', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          hostileText.map((text) => `https://a.example/${text}?${text}#${text}`),
        ),
        (text) => {
          expect(safeUrl(text) ?? '').not.toMatch(/[\s()<>"'`*|\\{}]/);
        },
      ),
    );
  });

  test('a known exchange has its page; else the feed may bring a link', () => {
    const extra = { url: 'ftp://x', link: 'https://a.example/1' };
    expect(exchangePage(announcementOf({ publisher: 'binance', extra }))).toBe(
      'https://www.binance.com/en/support/announcement',
    );
    expect(exchangePage(announcementOf({ publisher: 'bithumb' }))).toBe('https://feed.bithumb.com/notice');
    expect(exchangePage(announcementOf({ publisher: 'okx', extra }))).toBe('https://a.example/1');
    expect(exchangePage(announcementOf({ publisher: 'constructor' }))).toBeUndefined();
  });
});
