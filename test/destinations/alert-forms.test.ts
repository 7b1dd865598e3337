/** An alert in each destination's own form: within the platform's limits whatever it quotes, and never an order. */
import { describe, expect, test } from 'vitest';
import type { Alert } from '../../src/alert.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { DiscordMessage } from '../../src/destinations/discord/message.ts';
import { destinationTypes } from '../../src/destinations/index.ts';
import { type PreparedDestination, prepareDestinations } from '../../src/destinations/prepared.ts';
import { typeOf } from '../../src/destinations/registry.ts';
import type { TelegramMessage } from '../../src/destinations/telegram/message.ts';
import type { WebhookMessage } from '../../src/destinations/webhook/message.ts';
import { contentRow } from '../../src/outbox/content-rows.ts';
import { announcementOf, readDiscord, readTelegram, TITLES } from './render-support.ts';

const alertOf = (changes: Partial<Alert> = {}): Alert => ({
  severity: 'critical',
  headline: '🔴 feed tokyo is down',
  paragraphs: ['since 14:03', 'what to do'],
  data: { status: 'started', alerts: [{ code: 'feed_down' }] },
  ...changes,
});

const deliveryOf = (alert: Alert, changes: Partial<Delivery> = {}): Delivery => ({
  id: '01ABC-0',
  content: { kind: 'alert', alert: { ...alert, id: '01ABC', raisedMs: 1000 } },
  destination: 'one',
  rule: 'alerts',
  template: undefined,
  ticker: undefined,
  importance: -1,
  expiresAtMs: undefined,
  ...changes,
});

const DISCORD = {
  type: 'discord',
  webhookUrl: 'https://discord.com/api/webhooks/123456789012345678/secrettoken',
};
const TELEGRAM = { type: 'telegram', botToken: '123456789:AAsecretsecretsecret', chatId: 42 };
const WEBHOOK = { type: 'webhook', url: 'https://bot.example.com/x' };

/** `loud` is the template of a rule that sends to it. */
function prepare(options: { readonly type: string }, loud: object = {}): PreparedDestination {
  const type = typeOf(options, destinationTypes);
  const [prepared] = prepareDestinations({
    destinations: { one: type.schema.parse(options) },
    templates: { loud },
    rules:
      Object.keys(loud).length === 0
        ? []
        : [{ name: 'all', match: {}, send: [{ to: 'one', template: 'loud' }], stop: false }],
  });
  if (prepared === undefined) throw new Error('nothing prepared');
  return prepared;
}

describe('a webhook', () => {
  const order = { symbol: '{{ tickers | first }}', action: 'buy' };

  test.each([
    ['with a body of its own', prepare({ ...WEBHOOK, body: order } as typeof WEBHOOK), undefined],
    [
      'with a text body',
      prepare({ ...WEBHOOK, body: 'buy {{ tickers | first }}' } as typeof WEBHOOK),
      undefined,
    ],
    ['with forEach', prepare({ ...WEBHOOK, body: order, forEach: 'ticker' } as typeof WEBHOOK), undefined],
    ['with a template', prepare(WEBHOOK, { body: order }), 'loud'],
    ['with a template that has left the config', prepare(WEBHOOK), 'gone'],
  ])('%s gets JSON of type alert, never its order', (_name, prepared, template) => {
    const message = prepared.render(deliveryOf(alertOf(), { template })) as WebhookMessage;
    expect(message.contentType).toBe('application/json');
    expect(JSON.parse(message.body)).toEqual({
      status: 'started',
      alerts: [{ code: 'feed_down' }],
      id: '01ABC',
      type: 'alert',
      severity: 'critical',
      text: '🔴 feed tokyo is down\n\nsince 14:03\n\nwhat to do',
    });
  });

  test('an alert has no field of an announcement but id and type, and its data cannot change those', () => {
    const prepared = prepare(WEBHOOK);
    const standard = JSON.parse(
      (prepared.render({ ...deliveryOf(alertOf()), content: newsOf(announcementOf()) }) as WebhookMessage)
        .body,
    );
    const alert = JSON.parse(
      (prepared.render(deliveryOf(alertOf({ data: { type: 'announcement', id: 'x' } }))) as WebhookMessage)
        .body,
    );
    expect(Object.keys(standard).length).toBeGreaterThan(10);
    expect(Object.keys(alert).filter((key) => key in standard)).toEqual(['type', 'id']);
    expect(alert).toMatchObject({ type: 'alert', id: '01ABC' });
  });
});

describe.each(TITLES.map((title) => [title.slice(0, 30), title] as const))('quoting %j', (_name, words) => {
  const delivery = deliveryOf(alertOf({ headline: `🔴 ${words}`, paragraphs: [words, words] }));

  test('Discord: within the limits, nothing but text, nobody mentioned, also without the embed', () => {
    const prepared = prepare({ ...DISCORD, mention: 'everyone' } as typeof DISCORD);
    const { body, plain } = prepared.render(delivery) as DiscordMessage;
    expect(body).toMatchObject({ allowed_mentions: { parse: [] }, embeds: [{ color: 0xe74c3c }] });
    const { title = '', description = '' } = body.embeds?.[0] ?? {};
    expect(title.length).toBeLessThanOrEqual(256);
    expect(description.length).toBeLessThanOrEqual(4096);
    expect(title.length + description.length).toBeLessThanOrEqual(6000);
    expect(plain.content?.length).toBeLessThanOrEqual(2000);
    expect(body).not.toHaveProperty('content');
    for (const text of [title, description, plain.content ?? '']) readDiscord(text.replace(/^🔴 /, ''));
  });

  test('Telegram: sound HTML within the limit', () => {
    const { text, plain } = prepare(TELEGRAM).render(delivery) as TelegramMessage;
    expect(readTelegram(text).length).toBeLessThanOrEqual(4096);
    expect(plain.length).toBeLessThanOrEqual(4096);
    expect(plain.isWellFormed()).toBe(true);
  });
});

test('two alerts with the same words are two', () => {
  const [one, two] = ['a', 'b'].map(
    (id) => contentRow({ kind: 'alert', alert: { ...alertOf(), id, raisedMs: 1 } })[1],
  );
  expect(one).not.toBe(two);
});

test('an alert without paragraphs has no empty description, which Discord refuses', () => {
  const { body } = prepare(DISCORD).render(deliveryOf(alertOf({ paragraphs: [] }))) as DiscordMessage;
  expect(body.embeds?.[0]).not.toHaveProperty('description');
});
