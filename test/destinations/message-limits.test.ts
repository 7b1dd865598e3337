/** No announcement and no alert, whatever the feed makes of it, becomes a message that its platform refuses for its length. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alert, RaisedAlert } from '../../src/alert.ts';
import type { Announcement } from '../../src/announcement.ts';
import { discordOptions } from '../../src/destinations/discord/options.ts';
import { compileDiscord } from '../../src/destinations/discord/render.ts';
import { renderDiscordAlert } from '../../src/destinations/discord/render-alert.ts';
import { telegramOptions } from '../../src/destinations/telegram/options.ts';
import { compileTelegram } from '../../src/destinations/telegram/render.ts';
import { renderTelegramAlert } from '../../src/destinations/telegram/render-alert.ts';
import { runs } from '../support/properties.ts';
import { hostileText, inputOf, readTelegram } from './render-support.ts';

const link = fc
  .record({ length: fc.integer({ min: 0, max: 2040 }), tail: fc.constantFrom('', '(', '*', 'é') })
  .map(({ length, tail }) => `https://news.example/${'a'.repeat(Math.max(0, length - 21))}${tail}`);

const announcements: fc.Arbitrary<Partial<Announcement>> = fc.record({
  publisher: fc.oneof(fc.constantFrom('upbit', 'nobody'), hostileText),
  listingType: fc.oneof(fc.constantFrom('spot_listing', 'not_listing'), hostileText),
  tickers: fc.oneof(fc.array(hostileText, { maxLength: 4 }), fc.constant(Array<string>(300).fill('TICKER'))),
  title: hostileText,
  feed: hostileText,
  abnormal: fc.boolean(),
  redacted: fc.boolean(),
  test: fc.boolean(),
  extra: fc.oneof(fc.record({ url: link }), fc.record({ link }), fc.constant({})),
  detectedTimestampUs: fc.constantFrom(0, 1, 1_767_225_600_120_000, 8.64e21),
});

const mention = fc.constantFrom(undefined, 'everyone', 'role:123456789012345678');
const threadName = fc.constantFrom(undefined, '{{ title }}', '{{ publisher }}');
const template = fc.constantFrom(undefined, '{{ title }}', '{{ title }}{{ title }} **x** {{ url }}');
const many = { numRuns: runs(400) };

/** As UTF-16 units, of which there are never fewer than Discord counts. */
function withinDiscord(body: object): void {
  const {
    content = '',
    embeds = [],
    thread_name: thread,
  } = body as {
    readonly content?: string;
    readonly thread_name?: string;
    readonly embeds?: readonly {
      readonly title?: string;
      readonly description?: string;
      readonly url?: string;
      readonly footer?: { readonly text: string };
      readonly fields?: readonly { readonly name: string; readonly value: string }[];
    }[];
  };
  expect(content.length).toBeLessThanOrEqual(2000);
  if (thread !== undefined) expect(thread.length).toSatisfy((length: number) => length > 0 && length <= 100);
  expect(content !== '' || embeds.length > 0).toBe(true);
  let all = 0;
  for (const { title = '', description = '', url = '', footer, fields = [] } of embeds) {
    expect(title.length).toBeLessThanOrEqual(256);
    expect(description.length).toBeLessThanOrEqual(4096);
    expect(url.length).toBeLessThanOrEqual(2048);
    expect(footer?.text.length ?? 0).toBeLessThanOrEqual(2048);
    for (const { name, value } of fields) {
      expect(name.length).toBeLessThanOrEqual(256);
      expect(value.length).toBeLessThanOrEqual(1024);
      all += name.length + value.length;
    }
    all += title.length + description.length + (footer?.text.length ?? 0);
  }
  expect(all).toBeLessThanOrEqual(6000);
}

test('regression: Discord, in every form', () => {
  fc.assert(
    fc.property(announcements, mention, threadName, template, (changes, whom, thread, text) => {
      const options = discordOptions.parse({
        type: 'discord',
        webhookUrl: 'https://discord.com/api/webhooks/123456789012345678/token',
        mention: whom,
        threadName: thread,
      });
      const { body, plain } = compileDiscord(
        options,
        text === undefined ? undefined : { text },
      )(inputOf(changes));
      withinDiscord(body);
      withinDiscord(plain);
    }),
    many,
  );
});

test('regression: a link that nearly fills the message is left out of the plain form, a usual one is not', () => {
  const options = discordOptions.parse({
    type: 'discord',
    webhookUrl: 'https://discord.com/api/webhooks/123456789012345678/token',
  });
  const plainOf = (url: string) =>
    compileDiscord(options, undefined)(inputOf({ publisher: 'nobody', test: true, extra: { url } })).plain
      .content ?? '';
  expect(plainOf(`https://news.example/${'a'.repeat(2000)}`)).toMatch(/This is a test/);
  expect(plainOf(`https://news.example/${'a'.repeat(2000)}`)).not.toContain('news.example');
  expect(plainOf('https://news.example/1')).toContain('<https://news.example/1>');
});

test('Telegram, in every form', () => {
  fc.assert(
    fc.property(announcements, template, (changes, written) => {
      const options = telegramOptions.parse({ type: 'telegram', botToken: `1:${'a'.repeat(30)}`, chatId: 1 });
      const text = written?.replaceAll('**', '');
      const message = compileTelegram(options, text === undefined ? undefined : { text })(inputOf(changes));
      expect(readTelegram(message.text).length).toBeLessThanOrEqual(4096);
      expect(message.plain.length).toBeLessThanOrEqual(4096);
      for (const button of message.buttons) {
        expect(button.text.length).toBeLessThanOrEqual(64 + 'Open '.length);
        expect(button.url.length).toBeLessThanOrEqual(2048);
      }
    }),
    many,
  );
});

test('an alert, on both', () => {
  const alerts = fc.record({
    severity: fc.constantFrom<Alert['severity']>('critical', 'warning', 'good'),
    headline: hostileText.filter((text) => text.trim() !== ''),
    paragraphs: fc.array(hostileText, { maxLength: 6 }),
  });
  fc.assert(
    fc.property(alerts, threadName, (given, thread) => {
      const alert: RaisedAlert = { ...given, data: {}, id: '1', raisedMs: 1 };
      const { body, plain } = renderDiscordAlert(
        { silent: false, username: undefined, avatarUrl: undefined, threadName: thread },
        { alert },
      );
      withinDiscord(body);
      withinDiscord(plain);
      const telegram = renderTelegramAlert({ silent: false }, { alert });
      expect(readTelegram(telegram.text).length).toBeLessThanOrEqual(4096);
      expect(telegram.plain.length).toBeLessThanOrEqual(4096);
    }),
    many,
  );
});
