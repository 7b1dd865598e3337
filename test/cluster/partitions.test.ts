/** Partitions and who is to hold them: the same everywhere, for ever, and hardly anything moves. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdersAmong, partitionOf } from '../../src/cluster/partitions.ts';
import { PARTITIONS } from '../../src/cluster/shared.ts';
import { discordBudgets } from '../../src/destinations/discord/address.ts';
import { discordOptions } from '../../src/destinations/discord/options.ts';
import { telegramOptions } from '../../src/destinations/telegram/options.ts';
import { telegramBudgets } from '../../src/destinations/telegram/rate-limits.ts';
import { webhook } from '../../src/destinations/webhook/index.ts';
import { webhookOptions } from '../../src/destinations/webhook/options.ts';
import '../support/properties.ts';

const discord = (options: object) => discordBudgets(discordOptions.parse({ type: 'discord', ...options }));
const telegram = (options: object) =>
  telegramBudgets(telegramOptions.parse({ type: 'telegram', ...options }));
const bot = (url: string) => webhook.budgets(webhookOptions.parse({ type: 'webhook', url }));

const TOKEN = `${'M'.repeat(24)}.abcdef.${'x'.repeat(27)}`;
const CHAT_TOKEN = '123456789:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const HOOK = 'https://discord.com/api/webhooks/123456789012345678/abcdef';

describe('the partition of a destination', () => {
  test.each([
    ['a webhook', bot('https://bot.example.com/signal'), 'webhook:7569a1d78f97', 195],
    ['a webhook of Discord', discord({ webhookUrl: HOOK }), 'discord-webhook:123456789012345678', 141],
    [
      'a bot of Discord',
      discord({ botToken: TOKEN, channelId: '123456789012345678' }),
      'discord-bot:6cd44545ec2f',
      230,
    ],
    ['a bot of Telegram', telegram({ botToken: CHAT_TOKEN, chatId: 100 }), 'telegram-bot:f5d6603d3d01', 108],
  ])('never changes: %s', (_, { broadest }, name, partition) => {
    expect([broadest, partitionOf(broadest)]).toEqual([name, partition]);
  });

  test.each([
    ['two destinations with one address', bot('https://a.example/1'), bot('https://a.example/1')],
    [
      'two threads of one webhook',
      discord({ webhookUrl: HOOK }),
      discord({ webhookUrl: HOOK, threadId: '123456789012345679' }),
    ],
    [
      'two channels of one bot',
      discord({ botToken: TOKEN, channelId: '123456789012345678' }),
      discord({ botToken: TOKEN, channelId: '123456789012345679' }),
    ],
    [
      'two chats of one bot',
      telegram({ botToken: CHAT_TOKEN, chatId: 100 }),
      telegram({ botToken: CHAT_TOKEN, chatId: '@channel' }),
    ],
  ])('is the same for %s', (_, one, other) => {
    expect(partitionOf(one.broadest)).toBe(partitionOf(other.broadest));
  });

  test('is another one for each address: thousands behind one host are shared among the nodes', () => {
    const partitions = Array.from({ length: 5000 }, (_, n) =>
      partitionOf(bot(`https://hooks.example/${n}`).broadest),
    );
    const holders = holdersAmong(['a', 'b', 'c', 'd']);
    const counts = Map.groupBy(partitions, (partition) => holders[partition]);
    for (const { length } of counts.values()) expect(length).toBeGreaterThan(5000 / 4 / 1.5);
    expect(counts.size).toBe(4);
  });

  test('shows no secret', () => {
    const all = [
      discord({ botToken: TOKEN, channelId: '123456789012345678' }),
      telegram({ botToken: CHAT_TOKEN, chatId: 1 }),
    ];
    for (const { broadest } of all) expect(broadest).not.toMatch(new RegExp(`${TOKEN}|${CHAT_TOKEN}`));
  });

  test('all are used about alike', () => {
    const counts = new Array<number>(PARTITIONS).fill(0);
    for (let n = 0; n < PARTITIONS * 100; n++) {
      const partition = partitionOf(`https://${n}.example`);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(150);
  });
});

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 });

describe('the holders', () => {
  test('never change', () => {
    expect(holdersAmong(['a', 'b', 'c']).slice(0, 12).join('')).toBe('cbccbbbccaab');
  });

  test('are the same whatever the order in which nodes are named', () => {
    fc.assert(
      fc.property(names, fc.integer(), (nodes, by) => {
        const turned = nodes.map((_, at) => nodes[(at + Math.abs(by)) % nodes.length] ?? '');
        expect(holdersAmong([...turned, ...nodes])).toEqual(holdersAmong(nodes));
      }),
    );
  });

  test('a node that comes or goes moves only its own share', () => {
    fc.assert(
      fc.property(names, fc.string({ minLength: 13, maxLength: 14 }), (nodes, other) => {
        const without = holdersAmong(nodes);
        for (const [partition, holder] of holdersAmong([...nodes, other]).entries())
          expect([without[partition], other]).toContain(holder);
      }),
    );
  });

  test.each([2, 3, 4, 8])('%i nodes get about as many each', (count) => {
    const nodes = Array.from({ length: count }, (_, n) => `node-${n}`);
    const holders = holdersAmong(nodes);
    for (const node of nodes) {
      const share = holders.filter((holder) => holder === node).length / (PARTITIONS / count);
      expect(share).toBeGreaterThan(0.6);
      expect(share).toBeLessThan(1.5);
    }
  });

  test('nobody holds anything where nobody is', () => {
    expect(new Set(holdersAmong([]))).toEqual(new Set([undefined]));
  });
});
