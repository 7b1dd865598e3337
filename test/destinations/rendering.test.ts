/**
 * A message leaves for a platform as the platform accepts it and as `explain` shows it, whatever an exchange
 * writes.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import type { DestinationTypeName } from '../../src/destinations/index.ts';
import { typeOf } from '../../src/destinations/registry.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { REDACTED } from '../../src/platform/secret.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { sendContext } from '../support/sending.ts';
import { type Subject, subjects, subjectTypes } from './subjects.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

function announcement(title: string, tickers: readonly string[] = ['ABC']): Announcement {
  return {
    id: '01ABC',
    type: 'announcement',
    feed: 'tokyo',
    publisher: 'upbit',
    listingType: 'spot_listing',
    tickers,
    title,
    publishTimestampUs: 1_767_000_000_000_000,
    detectedTimestampUs: 1_767_000_000_100_000,
    dispatchTimestampUs: 1_767_000_000_200_000,
    receivedTimestampUs: 1_767_000_000_300_000,
    receivedMs: 1_767_000_000_300,
    ageAtReceiptMs: 200,
    abnormal: false,
    redacted: false,
    test: false,
    extra: {},
  };
}

const TITLES: Readonly<Record<string, string>> = {
  plain: '에이비씨(ABC) KRW 마켓 디지털 자산 추가',
  empty: '',
  'over-long': 'Binance Will List ABC '.repeat(2000),
  'over-long emoji': '👨‍👩‍👧‍👦'.repeat(3000),
  'over-long markup': '<b>&"*_`[x](y)'.repeat(3000),
  mention: '@everyone @here <@123456789012345678> <@&123456789012345678>',
  markup: '</b><a href="https://evil.example">x</a> **bold** [x](https://evil.example) `code` ||x||',
  quotes: `"}, "action": "sell", {"x": "\\ ' \\" {{ ticker }} {% if %}`,
  'control characters': 'a\u0000b\u001b[31m\r\n\u2028\u202eevil',
  'lone surrogate': 'a\ud800b',
};

async function send(subject: Subject, given: Announcement, plain = false) {
  const type = typeOf(subject, subjectTypes);
  const server = scope.use(await FaultyServer.start(subject.taken));
  const options = type.schema.parse(subject.config(server.origin));
  const message = type.compile.news(
    options,
    undefined,
  )({ announcement: given, rule: 'rest', ticker: undefined });
  const deps = {
    name: 'one',
    clock: systemClock,
    redact: (text: string) => text,
    version: '1.2.3',
    pools: new PoolRegistry({ clock: systemClock }),
  };
  const destination = await type.open(options, deps);
  scope.defer(() => destination.close());
  const { outcome } = await destination.send(message, sendContext({ plain }));
  return { outcome, received: server.last, preview: type.preview(options, message), origin: server.origin };
}

const accept: Readonly<Record<DestinationTypeName, (body: string, given: Announcement) => void>> = {
  discord(text) {
    const body = JSON.parse(text);
    expect(body.allowed_mentions).toEqual({ parse: [] });
    expect((body.content ?? '').length).toBeLessThanOrEqual(2000);
    let total = 0;
    for (const embed of body.embeds ?? []) {
      const fields: { name: string; value: string }[] = embed.fields ?? [];
      expect((embed.title ?? '').length).toBeLessThanOrEqual(256);
      expect((embed.description ?? '').length).toBeLessThanOrEqual(4096);
      expect(fields.length).toBeLessThanOrEqual(25);
      for (const { name, value } of fields) {
        expect(name.trim()).not.toBe('');
        expect(value.trim()).not.toBe('');
        expect(name.length).toBeLessThanOrEqual(256);
        expect(value.length).toBeLessThanOrEqual(1024);
        total += name.length + value.length;
      }
      total += [embed.title, embed.description, embed.footer?.text, embed.author?.name].join('').length;
    }
    expect(total).toBeLessThanOrEqual(6000);
    expect(total + (body.content ?? '').length).toBeGreaterThan(0);
  },
  telegram(text) {
    const body = JSON.parse(text);
    const { text: written, tags } =
      body.parse_mode === 'HTML' ? parseHtml(body.text) : { text: body.text, tags: [] };
    expect(written.length).toBeLessThanOrEqual(4096);
    expect(written.trim()).not.toBe('');
    expect(tags).not.toContain('https://evil.example');
  },
  webhook(text, given) {
    const body = JSON.parse(text);
    expect(body).toMatchObject({ publisher: 'upbit', tickers: given.tickers });
    expect(body).not.toHaveProperty('action');
    expect(body.title).toBe(given.title);
  },
};

/** Telegram refuses what is not nested or closed. Gives the text as it counts it, and where links lead. */
function parseHtml(html: string): { text: string; tags: readonly string[] } {
  const open: string[] = [];
  const links: string[] = [];
  const text = html.replaceAll(/<(\/?)([a-z-]+)(?: href="([^"<>]*)")?>/g, (_tag, slash, name, href) => {
    if (slash === '') open.push(name);
    else expect(open.pop()).toBe(name);
    if (href !== undefined) links.push(new URL(href).origin);
    return '';
  });
  expect(open).toEqual([]);
  expect(text).not.toMatch(/[<>]/);
  expect(text).not.toMatch(/&(?!(?:amp|lt|gt|quot|#\d+);)/);
  return { text: text.replaceAll(/&(?:amp|lt|gt|quot|#\d+);/g, '?'), tags: links };
}

describe.each(subjects)('$type', (subject) => {
  test.each(Object.entries(TITLES))('accepts a title: %s', async (_name, title) => {
    const given = announcement(title);
    for (const plain of [false, true]) {
      const { outcome, received } = await send(subject, given, plain);
      expect(outcome).toEqual({ kind: 'delivered' });
      accept[subject.type](received.body, given);
      expect(received.body.isWellFormed()).toBe(true);
    }
  });

  test('accepts a hundred tickers, and none', async () => {
    for (const tickers of [Array.from({ length: 100 }, (_, index) => `TICKER${index}`), []]) {
      const given = announcement('Many', tickers);
      const { received } = await send(subject, given);
      accept[subject.type](received.body, given);
    }
  });

  test('gets what explain shows', async () => {
    const { received, preview, origin } = await send(subject, announcement('에이비씨(ABC)'));
    expect(preview.method).toBe(received.method);
    expect(preview.body).toEqual(JSON.parse(received.body));
    const shown = subject.secrets.reduce((path, secret) => path.replace(secret, REDACTED), received.path);
    expect(preview.url).toBe(origin + shown);
    for (const secret of subject.secrets) expect(JSON.stringify(preview)).not.toContain(secret);
  });
});
