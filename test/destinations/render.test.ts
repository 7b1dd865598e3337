/** From announcements to messages: the default forms, the user's own, and what each platform refuses. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { type DiscordOptions, discordOptions } from '../../src/destinations/discord/options.ts';
import { previewDiscord } from '../../src/destinations/discord/preview.ts';
import { compileDiscord } from '../../src/destinations/discord/render.ts';
import { type TelegramOptions, telegramOptions } from '../../src/destinations/telegram/options.ts';
import { previewTelegram } from '../../src/destinations/telegram/preview.ts';
import { compileTelegram } from '../../src/destinations/telegram/render.ts';
import { type WebhookOptions, webhookOptions } from '../../src/destinations/webhook/options.ts';
import { previewWebhook } from '../../src/destinations/webhook/preview.ts';
import { compileWebhook } from '../../src/destinations/webhook/render.ts';
import { runs } from '../support/properties.ts';
import {
  hostileText,
  inputOf,
  isCutOf,
  problemOf,
  readDiscord,
  readTelegram,
  TITLES,
} from './render-support.ts';

const TOKEN = '123456789:AAabcdefghijklmnopqrstuvwxyz';
const HOOK_TOKEN = 'aVerySecretTokenOfAWebhook';

const telegram = (options: object = {}): TelegramOptions =>
  telegramOptions.parse({ type: 'telegram', botToken: TOKEN, chatId: '@channel', ...options });
const discord = (options: object = {}): DiscordOptions =>
  discordOptions.parse({
    type: 'discord',
    webhookUrl: `https://discord.com/api/webhooks/123456789012345678/${HOOK_TOKEN}`,
    ...options,
  });
const webhook = (options: object = {}): WebhookOptions =>
  webhookOptions.parse({ type: 'webhook', url: 'https://bot.example.com/signal', ...options });

const onTelegram = (text: string, changes: Partial<Announcement> = {}, options = {}) =>
  compileTelegram(telegram(options), { text })(inputOf(changes));
const onDiscord = (text: string, changes: Partial<Announcement> = {}, options = {}) =>
  compileDiscord(discord(options), { text })(inputOf(changes)).body;
const json = (body: unknown, changes: Partial<Announcement> = {}, ticker?: string): unknown =>
  JSON.parse(
    compileWebhook(
      webhook({ body, ...(ticker !== undefined && { forEach: 'ticker' }) }),
      undefined,
    )(inputOf(changes, ticker)).body,
  );

/** Announcements whose every word is hostile. */
const hostile: fc.Arbitrary<Partial<Announcement>> = fc.record({
  title: hostileText,
  tickers: fc.array(hostileText, { maxLength: 3 }),
  publisher: fc.oneof(fc.constant('upbit'), hostileText),
  listingType: fc.oneof(fc.constant('spot_listing'), hostileText),
  redacted: fc.boolean(),
  abnormal: fc.boolean(),
  test: fc.boolean(),
  detectedTimestampUs: fc.constantFrom(undefined, 1_767_225_600_120_000, 1e300),
});

describe('Telegram', () => {
  test('the default form', () => {
    expect(compileTelegram(telegram(), undefined)(inputOf())).toEqual({
      text: '<b>🟢 Upbit spot listing: ABC, DEF</b>\n에이비씨(ABC) KRW 마켓 디지털 자산 추가\n\n<i>service 12 ms · network 49 ms · tokyo</i>',
      plain:
        '🟢 Upbit spot listing: ABC, DEF\n에이비씨(ABC) KRW 마켓 디지털 자산 추가\nservice 12 ms · network 49 ms · tokyo',
      buttons: [{ text: 'Open Upbit', url: 'https://upbit.com/service_center/notice' }],
      silent: false,
    });
  });

  test('says what is hidden, late or a test, and names no ticker of a redacted one', () => {
    const { text } = compileTelegram(
      telegram(),
      undefined,
    )(inputOf({ redacted: true, abnormal: true, test: true }));
    expect(text).toContain('🧪 TEST');
    expect(text).toContain('🔒');
    expect(text).toContain('🐢');
    expect(text.split('\n')[0]).not.toContain('ABC');
  });

  test('an unknown type is shown by its own words', () => {
    const { text } = compileTelegram(
      telegram(),
      undefined,
    )(inputOf({ listingType: 'alpha_listing', publisher: 'okx' }));
    expect(text).toContain('<b>📣 Okx alpha listing: ABC, DEF</b>');
  });

  test.each(TITLES)('the default form shows %s', (title) => {
    const { text, plain } = compileTelegram(telegram(), undefined)(inputOf({ title }));
    const shown = title.toWellFormed().trim();
    const seen = readTelegram(text);
    expect(seen.length).toBeLessThanOrEqual(4096);
    expect(seen.split('\n\n<')[0]).toContain(shown.length > 3000 ? shown.slice(0, 2900) : shown);
    expect(plain.length).toBeLessThanOrEqual(4096);
  });

  test('is sound, within the limit and never empty, whatever the announcement says', () => {
    const standard = compileTelegram(telegram(), undefined);
    const own = compileTelegram(telegram(), {
      text: '<b>{{ title }}</b>{% if tickers.size > 0 %}<i>{% for t in tickers %}<u>{{ t }}</u>{% endfor %}</i>{% endif %}<a href="{{ title }}">x</a>',
    });
    fc.assert(
      fc.property(hostile, (changes) => {
        for (const render of [standard, own]) {
          const { text, plain } = render(inputOf(changes));
          const seen = readTelegram(text);
          expect(seen.length).toBeLessThanOrEqual(4096);
          expect(plain.length).toBeLessThanOrEqual(4096);
          expect(seen.trim()).not.toBe('');
          expect(text.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  test('a template shows exactly the title, or its beginning', () => {
    fc.assert(
      fc.property(
        hostileText.filter((title) => title.trim() !== ''),
        (title) => {
          const { text, plain } = onTelegram('<b>{{ title }}</b>', { title });
          expect(isCutOf(title.toWellFormed(), readTelegram(text))).toBe(true);
          expect(plain).toBe(readTelegram(text));
        },
      ),
    );
  });

  test('what comes out empty becomes the default form', () => {
    const standard = compileTelegram(telegram(), undefined)(inputOf());
    expect(onTelegram(' <b>{{ extra.nothing }}</b>\n')).toEqual(standard);
  });

  test.each([
    ['<b>x', 'line 1, column 1: <b> is never closed'],
    ['a\n <i>x</b></i>', 'line 2, column 6: </b> closes what is not open'],
    ['<h1>x</h1>', 'Telegram has no tag <h1>'],
    ['<strnog>x</strnog>', '(did you mean "strong"?)'],
    ['a < b', 'line 1, column 3: this < begins no tag'],
    ['<br/>', 'this < begins no tag'],
    ['<{{ publisher }}>', 'this < begins no tag'],
    ['<a href={{ url }}>x</a>', 'quote attributes'],
    ['<span>x</span>', '<span class="tg-spoiler">'],
    ['{% if test %}<b>{% endif %}x</b>', 'must be closed in the same branch'],
    ['<b>{% if test %}</b>{% endif %}', 'opened outside of this branch'],
    ['{% if test %}<b>{% else %}<i>{% endif %}x</b>', 'must be closed in the same branch'],
    ['{% for t in tickers %}<b>{% break %}</b>{% endfor %}', 'must be closed in the same branch'],
    ['<b{% if test %}>x{% endif %}</b>', 'this < begins no tag'],
    ['{% for t in tickers %}<a href="{% break %}">x</a>{% endfor %}', 'in the middle of a tag'],
    ['{% if test %}<a href="{% endif %}">x</a>', 'in the middle of a tag'],
    ['{% capture x %}<b>{% endcapture %}{{ x }}', 'inside capture'],
    ['{{ titel }}', 'did you mean "title"?'],
  ])('refuses %s', (text, message) => {
    const problem = problemOf(() => compileTelegram(telegram(), { text }));
    expect(problem.message).toContain(message);
    expect(problem.path).toEqual(['text']);
  });

  test.each([
    '<b>a</b> <STRONG>b</STRONG> <tg-spoiler>c</tg-spoiler> <span class="tg-spoiler">d</span>',
    '<pre><code class="language-python">x</code></pre> <blockquote expandable>y</blockquote>',
    '<a href="{% if url %}{{ url }}{% endif %}">x</a> a > b &amp; c & d',
    '{% if test %}<b>{{ title }}</b>{% elsif abnormal %}<i>{{ title }}</i>{% else %}{{ title }}{% endif %}',
    '{% comment %}<b>{% endcomment %}{% raw %}{{ <b>x</b> }}{% endraw %}',
    '{% case publisher %}{% when "upbit" %}<b>U</b>{% else %}<i>O</i>{% endcase %}',
    '<b>{% for t in tickers %}{% if t == "A" %}{% continue %}{% endif %}{{ t }}{% endfor %}</b>',
  ])('accepts %s', (text) => {
    expect(onTelegram(text).text).not.toBe('');
  });

  test('a template for webhooks has no text', () => {
    expect(problemOf(() => compileTelegram(telegram(), { body: {} })).message).toContain(
      'Telegram needs text:',
    );
  });

  describe('buttons', () => {
    const buttons = (list: unknown, changes: Partial<Announcement> = {}) =>
      compileTelegram(telegram({ buttons: list }), undefined)(inputOf(changes)).buttons;

    test.each([
      ['https://x.example/{{ tickers | first }}_USDT', 'https://x.example/A%2FB%3Fc_USDT'],
      [
        'https://x.example/?u={{ url }}',
        'https://x.example/?u=https%3A%2F%2Fupbit.com%2Fservice_center%2Fnotice',
      ],
      ['https://x.example/{{ tickers | first | url_encode }}', 'https://x.example/A%2FB%3Fc'],
      ['{{ url }}?ref=1', 'https://upbit.com/service_center/notice?ref=1'],
      ['{{ extra.link }}', 'https://x.example/from/feed?a=1'],
      ['tg://resolve?domain=x', 'tg://resolve?domain=x'],
    ])('%s', (url, expected) => {
      const changes = { tickers: ['A/B?c'], extra: { link: 'https://x.example/from/feed?a=1' } };
      expect(buttons([{ text: '{{ publisher }}', url }], changes)).toEqual([
        { text: 'upbit', url: expected },
      ]);
    });

    test('one whose URL comes out wrong is left out, the others stay', () => {
      const list = ['{{ extra.link }}', '{{ title }}', 'https://x.example/'].map((url) => ({
        text: 'x',
        url,
      }));
      expect(buttons(list, { title: 'javascript:alert(1)' })).toEqual([
        { text: 'x', url: 'https://x.example/' },
      ]);
      expect(buttons([{ text: '{{ extra.no }}', url: 'https://x.example/' }])).toEqual([]);
    });

    test('none if switched off, and none without a page', () => {
      expect(buttons(false)).toEqual([]);
      expect(compileTelegram(telegram(), undefined)(inputOf({ publisher: 'okx' })).buttons).toEqual([]);
    });

    test.each([
      [[{ text: '{{ x }}', url: 'https://x.example/' }], ['buttons', 0, 'text'], 'unknown variable "x"'],
      [[{ text: 'x', url: 'x.example' }], ['buttons', 0, 'url'], 'must be a full URL'],
    ])('refuses %j', (list, path, message) => {
      const problem = problemOf(() => compileTelegram(telegram({ buttons: list }), undefined));
      expect(problem.path).toEqual(path);
      expect(problem.message).toContain(message);
    });
  });
});

describe('Discord', () => {
  test('the default form', () => {
    expect(compileDiscord(discord(), undefined)(inputOf()).body).toEqual({
      embeds: [
        {
          color: 0x2ecc71,
          title: '🟢 Upbit spot listing: ABC, DEF',
          description: '에이비씨\\(ABC\\) KRW 마켓 디지털 자산 추가',
          url: 'https://upbit.com/service_center/notice',
          footer: { text: 'service 12 ms · network 49 ms · tokyo' },
          timestamp: '2026-01-01T00:00:00.120Z',
        },
      ],
      allowed_mentions: { parse: [] },
    });
  });

  test('more tickers than the headline has room for stand in a field of their own', () => {
    const tickers = Array.from({ length: 40 }, (_, index) => `TKN${index}`);
    const { body } = compileDiscord(discord(), undefined)(inputOf({ tickers }));
    expect(body.embeds?.[0]?.title).toMatch(/^🟢 Upbit spot listing: TKN0, .*…$/);
    expect(body.embeds?.[0]?.fields).toEqual([{ name: 'Tickers', value: tickers.join(', ') }]);
  });

  test.each([
    ['unknown', 'unknown', '📣 Announcement: ABC, DEF'],
    ['unknown', 'spot_listing', '🟢 Spot listing: ABC, DEF'],
    ['kraken', 'unknown', '📣 Kraken announcement: ABC, DEF'],
    ['kraken', 'margin_listing', '📣 Kraken margin listing: ABC, DEF'],
    ['binance', 'hodler_airdrop', '🎁 Binance HODLer airdrop: ABC, DEF'],
  ])('the headline of %s %s', (publisher, listingType, headline) => {
    const { body } = compileDiscord(discord(), undefined)(inputOf({ publisher, listingType }));
    expect(body.embeds?.[0]?.title).toBe(headline);
  });

  test('a delisting is red, and without tickers it names none', () => {
    const { body } = compileDiscord(
      discord(),
      undefined,
    )(inputOf({ listingType: 'spot_delisting', tickers: [] }));
    expect(body.embeds?.[0]?.color).toBe(0xe74c3c);
    expect(body.embeds?.[0]?.title).toBe('🔴 Upbit spot delisting');
    expect(body.embeds?.[0]?.fields).toBeUndefined();
  });

  test.each([
    [undefined, undefined, { parse: [] }],
    ['everyone', '@everyone', { parse: ['everyone'] }],
    ['here', '@here', { parse: ['everyone'] }],
    ['role:123456789012345678', '<@&123456789012345678>', { parse: [], roles: ['123456789012345678'] }],
    ['user:123456789012345678', '<@123456789012345678>', { parse: [], users: ['123456789012345678'] }],
  ])('mention %s', (mention, content, allowed) => {
    const options = mention === undefined ? {} : { mention };
    const { body, plain } = compileDiscord(discord(options), undefined)(inputOf());
    expect(body.content).toBe(content);
    expect(body.allowed_mentions).toEqual(allowed);
    expect(plain.allowed_mentions).toEqual(allowed);
    expect(onDiscord('{{ tickers }}', {}, options).content).toBe(
      [content, 'ABC, DEF'].filter(Boolean).join(' '),
    );
  });

  test('name, picture and silence; the plain form leaves name and picture out', () => {
    const options = { username: 'Listings', avatarUrl: 'https://x.example/a.png', silent: true };
    const { body, plain } = compileDiscord(discord(options), undefined)(inputOf());
    expect(body).toMatchObject({ username: 'Listings', avatar_url: 'https://x.example/a.png', flags: 4096 });
    expect(Object.keys(plain).sort()).toEqual(['allowed_mentions', 'content', 'flags']);
  });

  test('a template is content without an embed; its links stay links', () => {
    expect(onDiscord('**{{ tickers }}** [page]({{ url }}) {{ title }}', { title: '*[a](b)*' })).toEqual({
      content: '**ABC, DEF** [page](https://upbit.com/service_center/notice) \\*\\[a\\]\\(b\\)\\*',
      allowed_mentions: { parse: [] },
    });
  });

  test('what comes out empty becomes the default form', () => {
    expect(onDiscord(' {{ extra.nothing }} ')).toEqual(compileDiscord(discord(), undefined)(inputOf()).body);
  });

  test('a template shows exactly the title, or its beginning, and no title is markup', () => {
    fc.assert(
      fc.property(
        hostileText.filter((title) => title.replaceAll('\u200B', '').trim() !== ''),
        (title) => {
          const { content = '' } = onDiscord('{{ title }}', { title });
          expect(content.length).toBeLessThanOrEqual(2000);
          expect(isCutOf(title.toWellFormed().trim().replaceAll('\u200B', ''), readDiscord(content))).toBe(
            true,
          );
        },
      ),
      { numRuns: runs(300) },
    );
  });

  test('every limit holds and nothing is markup, whatever the announcement says', () => {
    const render = compileDiscord(discord({ mention: 'here' }), undefined);
    fc.assert(
      fc.property(hostile, (changes) => {
        const { body, plain } = render(inputOf(changes));
        const { title = '', description, fields = [], footer, url = '' } = body.embeds?.[0] ?? {};
        const texts = [
          title,
          ...(description === undefined ? [] : [description]),
          ...fields.map(({ value }) => value),
        ];
        expect(title.length).toBeLessThanOrEqual(256);
        expect(description?.length ?? 0).toBeLessThanOrEqual(4096);
        expect(footer?.text.length).toBeLessThanOrEqual(2048);
        expect(url.length).toBeLessThanOrEqual(2048);
        expect(fields.length).toBeLessThanOrEqual(25);
        let total = title.length + (description?.length ?? 0) + (footer?.text.length ?? 0);
        for (const { name, value } of fields) {
          expect(value.length).toBeLessThanOrEqual(1024);
          total += name.length + value.length;
        }
        expect(total).toBeLessThanOrEqual(6000);
        for (const text of texts) {
          expect(text.trim()).not.toBe('');
          expect(() => readDiscord(text)).not.toThrow();
          expect(text.isWellFormed()).toBe(true);
        }
        expect(plain.content?.length).toBeLessThanOrEqual(2000);
        expect(plain.content?.slice('@here'.length)).not.toMatch(/@(everyone|here)/i);
      }),
      { numRuns: runs(300) },
    );
  });

  test('tells where a template is wrong', () => {
    const problem = problemOf(() => compileDiscord(discord(), { text: 'a\n{{ title | raw }}' }));
    expect(problem.path).toEqual(['text']);
    expect(problem.message).toContain('line 2, column 1: the filter "raw" is not available');
    expect(problemOf(() => compileDiscord(discord(), { body: 'x' })).message).toContain(
      'Discord needs text:',
    );
  });
});

describe('webhook', () => {
  const DEFAULT = {
    id: '01K00000000000000000000000',
    type: 'announcement',
    publisher: 'upbit',
    listingType: 'spot_listing',
    tickers: ['ABC', 'DEF'],
    title: '에이비씨(ABC) KRW 마켓 디지털 자산 추가',
    publishTimestampUs: null,
    detectedTimestampUs: 1_767_225_600_120_000,
    dispatchTimestampUs: 1_767_225_600_132_000,
    receivedTimestampUs: 1_767_225_600_180_500,
    feed: 'tokyo',
    rule: 'korean spot listings',
    redacted: false,
    test: false,
  };

  test('the default body, with a ticker only under forEach', () => {
    const render = compileWebhook(webhook(), undefined);
    const changes = { publishTimestampUs: undefined };
    const message = render(inputOf(changes));
    expect(message.contentType).toBe('application/json');
    expect(JSON.parse(message.body)).toEqual(DEFAULT);
    expect(JSON.parse(render(inputOf(changes, 'DEF')).body)).toEqual({ ...DEFAULT, ticker: 'DEF' });
  });

  test('a tree keeps its shape and its types; keys are left alone', () => {
    const tree = {
      symbol: '{{ ticker }}USDT',
      list: ['{{ tickers }}', 1, -0.5, true, null, 'text', []],
      '{{ key }}': {
        count: '{{ tickers | size }}',
        late: '{{ abnormal }}',
        none: '{{ extra.none }}',
        empty: {},
      },
      __proto: 'x',
    };
    expect(json(tree, {}, 'ABC')).toEqual({
      symbol: 'ABCUSDT',
      list: [['ABC', 'DEF'], 1, -0.5, true, null, 'text', []],
      '{{ key }}': { count: 2, late: false, none: null, empty: {} },
      __proto: 'x',
    });
  });

  test('every value parses back to exactly what it was', () => {
    const render = compileWebhook(
      webhook({ body: { a: '{{ title }}', b: ['x{{ title }}y'], c: '{{ tickers }}' } }),
      undefined,
    );
    fc.assert(
      fc.property(hostileText, (title) => {
        const { body } = render(inputOf({ title, tickers: [title] }));
        expect(JSON.parse(body)).toEqual({ a: title, b: [`x${title}y`], c: [title] });
      }),
    );
  });

  test('text is sent as it is but for line breaks, with the content type that was asked for', () => {
    const title = '<b>&"\r\n*\u2028';
    expect(compileWebhook(webhook({ body: 'buy {{ title }}' }), undefined)(inputOf({ title }))).toEqual({
      body: 'buy <b>&" * ',
      contentType: 'text/plain; charset=utf-8',
    });
    const markdown = webhook({ body: '# {{ ticker }}', contentType: 'text/markdown', forEach: 'ticker' });
    expect(compileWebhook(markdown, undefined)(inputOf({}, 'ABC'))).toEqual({
      body: '# ABC',
      contentType: 'text/markdown',
    });
  });

  test('the template of the rule goes before the body of the destination, and that before the default', () => {
    const options = webhook({ body: { own: 1 } });
    const bodyOf = (template?: object) => compileWebhook(options, template)(inputOf()).body;
    expect(bodyOf()).toBe('{"own":1}');
    expect(bodyOf({ body: { theirs: 2 } })).toBe('{"theirs":2}');
    expect(bodyOf({ text: 'theirs' })).toBe('theirs');
    expect(bodyOf({ body: { theirs: 2 }, text: 'no' })).toBe('{"theirs":2}');
  });

  test('a problem is told by its path', () => {
    expect(
      problemOf(() => compileWebhook(webhook({ body: { a: { b: ['x', '{{ tikcer }}'] } } }), undefined)).path,
    ).toEqual(['body', 'a', 'b', 1]);
    expect(problemOf(() => compileWebhook(webhook(), { body: { q: '{{ tikcer }}' } })).path).toEqual([
      'body',
      'q',
    ]);
    expect(problemOf(() => compileWebhook(webhook(), { text: '{{ tikcer }}' })).path).toEqual(['text']);
    expect(
      problemOf(() => compileWebhook(webhook({ body: { a: Number.POSITIVE_INFINITY } }), undefined)).path,
    ).toEqual(['body', 'a']);
  });
});

describe('previews show the request and no secret', () => {
  test('Discord webhook', () => {
    const options = discord({ threadId: '223456789012345678' });
    const message = compileDiscord(options, undefined)(inputOf());
    const preview = previewDiscord(options, message);
    expect(preview.url).toBe(
      'https://discord.com/api/v10/webhooks/123456789012345678/<redacted>?wait=true&thread_id=223456789012345678',
    );
    expect(preview).toMatchObject({ method: 'POST', body: message.body });
    expect(JSON.stringify(preview)).not.toContain(HOOK_TOKEN);
  });

  test('Discord bot', () => {
    const options = discordOptions.parse({
      type: 'discord',
      botToken: 'secret.bot.token',
      channelId: '323456789012345678',
    });
    const preview = previewDiscord(options, compileDiscord(options, undefined)(inputOf()));
    expect(preview.url).toBe('https://discord.com/api/v10/channels/323456789012345678/messages');
    expect(JSON.stringify(preview)).not.toContain('secret.bot.token');
  });

  test('Telegram', () => {
    const options = telegram({ topicId: 7, silent: true });
    const message = compileTelegram(options, undefined)(inputOf());
    const preview = previewTelegram(options, message);
    expect(preview.url).toBe('https://api.telegram.org/bot<redacted>/sendMessage');
    expect(preview.body).toMatchObject({
      chat_id: '@channel',
      message_thread_id: 7,
      text: message.text,
      parse_mode: 'HTML',
      disable_notification: true,
      reply_markup: { inline_keyboard: [[message.buttons[0]]] },
    });
    expect(JSON.stringify(preview)).not.toContain(TOKEN);
  });

  test('webhook', () => {
    const options = webhook({
      url: 'https://user:pass@bot.example.com/hook/4f1c2d3e4f5a6b7c/signal?key=topsecret&b=2',
      headers: { Authorization: 'Bearer topsecret' },
    });
    expect(previewWebhook(options, { body: '{"a":1}', contentType: 'application/json' })).toEqual({
      method: 'POST',
      url: 'https://bot.example.com/hook/<redacted>/signal?key=<redacted>&b=<redacted>',
      headers: { 'content-type': 'application/json', Authorization: '<redacted>' },
      body: { a: 1 },
    });
  });
});
