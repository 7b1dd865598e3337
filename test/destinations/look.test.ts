/** Messages as people see them: what the page shows is what the platform would show. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeMarkdown } from '../../src/destinations/discord/escape.ts';
import { discordLook, markdownIn } from '../../src/destinations/discord/look.ts';
import type { Inline } from '../../src/destinations/look.ts';
import { telegramLook } from '../../src/destinations/telegram/look.ts';
import { escapeHtml, visibleText } from '../../src/destinations/telegram/render-markup.ts';

const wordsOf = (of: readonly Inline[]): string =>
  of.map((one) => (typeof one === 'string' ? one : wordsOf(one.of))).join('');

describe('Discord', () => {
  test.each<[string, readonly Inline[]]>([
    ['plain', ['plain']],
    ['**bold** and __under__', [{ mark: 'strong', of: ['bold'] }, ' and ', { mark: 'u', of: ['under'] }]],
    ['*a **b** c*', [{ mark: 'em', of: ['a ', { mark: 'strong', of: ['b'] }, ' c'] }]],
    ['~~gone~~ ||hidden||', [{ mark: 's', of: ['gone'] }, ' ', { mark: 'spoiler', of: ['hidden'] }]],
    ['`a*b*`', [{ mark: 'code', of: ['a*b*'] }]],
    ['[page](https://a.bridge.test/x)', [{ mark: 'link', url: 'https://a.bridge.test/x', of: ['page'] }]],
    [
      '<https://a.bridge.test>',
      [{ mark: 'link', url: 'https://a.bridge.test', of: ['https://a.bridge.test'] }],
    ],
    ['<@&123> now', [{ mark: 'strong', of: ['<@&123>'] }, ' now']],
    ['never closed **', ['never closed **']],
    [String.raw`\*not\*`, ['*not*']],
    ['[x](javascript:alert)', ['[x](javascript:alert)']],
  ])('%s', (source, wanted) => expect(markdownIn(source)).toEqual(wanted));

  test('property: an escaped value stays the words that it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const seen = markdownIn(escapeMarkdown(text));
        expect(seen.every((one) => typeof one === 'string')).toBe(true);
        expect(wordsOf(seen).replaceAll('\u200B', '')).toBe(text.toWellFormed().replaceAll('\u200B', ''));
      }),
    );
  });

  test('an embed becomes a card; silence is seen', () => {
    const embed = {
      ...{ color: 0x2ecc71, title: 'A **b**', url: 'https://a.bridge.test', description: 'words' },
      ...{ fields: [{ name: 'Tickers', value: 'ABC' }], footer: { text: 'service 1 ms' } },
    };
    expect(discordLook({ embeds: [embed], username: 'listings', flags: 4096 })).toEqual({
      ...{ skin: 'discord', author: 'listings', text: [], buttons: [], isSilent: true },
      cards: [
        {
          ...{
            colour: '#2ecc71',
            title: ['A ', { mark: 'strong', of: ['b'] }],
            url: 'https://a.bridge.test',
          },
          ...{ text: ['words'], fields: [{ name: 'Tickers', value: ['ABC'] }], footer: 'service 1 ms' },
        },
      ],
    });
  });
});

describe('Telegram', () => {
  test('marks nest, entities are characters, links keep their address', () => {
    const { text } = telegramLook({
      text: '<b>A <i>b</i></b> &amp; <a href="https://a.bridge.test/?x=1&amp;y=2">c</a><tg-emoji emoji-id="1">🟢</tg-emoji>',
    });
    expect(text).toEqual([
      { mark: 'strong', of: ['A ', { mark: 'em', of: ['b'] }] },
      ...[' ', '&', ' '],
      { mark: 'link', url: 'https://a.bridge.test/?x=1&y=2', of: ['c'] },
      '🟢',
    ]);
  });

  test('property: the words are those that Telegram counts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const html = `<b>${escapeHtml(text)}</b>`;
        expect(wordsOf(telegramLook({ text: html }).text)).toBe(visibleText(html));
      }),
    );
  });

  test('buttons and silence', () => {
    const button = { text: 'Page', url: 'https://a.bridge.test' };
    const look = telegramLook({
      ...{ text: 'x', disable_notification: true, reply_markup: { inline_keyboard: [[button]] } },
    });
    expect(look).toMatchObject({ skin: 'telegram', buttons: [button], isSilent: true, cards: [] });
  });
});
