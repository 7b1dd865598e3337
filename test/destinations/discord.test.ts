/** Tests for Discord only. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { discord } from '../../src/destinations/discord/index.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { FaultyServer, type Reply } from '../support/faulty-server.ts';
import { sendContext } from '../support/sending.ts';
import { discordSubject } from './subjects.ts';

const BOT_TOKEN = 'very.secret.bot-token-0123456789';
const CHANNEL = '111111111111111111';
const THREAD = '222222222222222222';
const message = { body: { content: 'rich' }, plain: { content: 'plain' } };

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

async function facing(config: (origin: string) => object) {
  const server = scope.use(await FaultyServer.start(discordSubject.taken));
  const options = discord.schema.parse({ type: 'discord', ...config(server.origin) });
  const deps = {
    name: 'alerts',
    clock: systemClock,
    redact: (text: string) => text,
    version: '1.2.3',
    pools: new PoolRegistry({ clock: systemClock }),
  };
  const destination = await discord.open(options, deps);
  scope.defer(() => destination.close());
  return { server, destination };
}
const asWebhook = (extra: object = {}) =>
  facing((origin) => ({ ...discordSubject.config(origin), ...extra }));
const asBot = (extra: object = {}) =>
  facing((origin) => ({ botToken: BOT_TOKEN, channelId: CHANNEL, apiUrl: `${origin}/api`, ...extra }));

const taken = (headers: Record<string, string>): Reply => ({
  ...(discordSubject.taken as Reply),
  headers: { 'content-type': 'application/json', ...headers },
});

describe('as a webhook', () => {
  test('waits for the message to be saved, by API version 10, without an authorization', async () => {
    const { server, destination } = await asWebhook();
    await destination.send(message, sendContext());
    const { path, headers, body } = server.last;
    expect(path).toMatch(/^\/api\/v10\/webhooks\/123456789012345678\/[\w-]+\?wait=true$/);
    expect(headers).not.toHaveProperty('authorization');
    expect(headers['user-agent']).toMatch(/^DiscordBot \(.*listing-bridge\/1\.2\.3$/);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({ content: 'rich' });
  });

  test('asks for its buttons and posts into its thread', async () => {
    const { server, destination } = await asWebhook({ threadId: THREAD });
    const body = {
      components: [
        {
          type: 1 as const,
          components: [{ type: 2 as const, style: 5 as const, label: 'Open', url: 'https://example.com' }],
        },
      ],
    };
    await destination.send({ body, plain: {} }, sendContext());
    expect(new URL(server.last.path, server.origin).searchParams.toString()).toBe(
      `wait=true&thread_id=${THREAD}&with_components=true`,
    );
  });

  test('reads the thread from the url, and overrides an old API version in it', async () => {
    const { server, destination } = await facing((origin) => ({
      webhookUrl: `${origin}/api/v6/webhooks/123456789012345678/token?thread_id=${THREAD}`,
    }));
    await destination.send(message, sendContext());
    expect(server.last.path).toBe(`/api/v10/webhooks/123456789012345678/token?wait=true&thread_id=${THREAD}`);
  });

  test('sends the plain form when told to, and gives up when that is refused too', async () => {
    const { server, destination } = await asWebhook();
    server.script({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        code: 50035,
        message: 'Invalid Form Body',
        errors: {
          content: { _errors: [{ code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be 2000 or fewer' }] },
        },
      }),
    });
    const result = await destination.send(message, sendContext({ plain: true }));
    expect(JSON.parse(server.last.body)).toEqual({ content: 'plain' });
    expect(result.outcome).toEqual({ kind: 'reject', reason: 'message_refused', scope: 'message' });
    expect(result.detail).toBe(
      'Discord answered 400: Invalid Form Body (code 50035) content: Must be 2000 or fewer',
    );
  });

  test('tells what the headers say is left of the bucket, by its name', async () => {
    const { server, destination } = await asWebhook();
    const headers = {
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '3',
      'x-ratelimit-reset-after': '1.5',
      'x-ratelimit-bucket': 'abcd1234',
    };
    server.script(taken(headers));
    const { outcome, limits } = await destination.send(message, sendContext());
    expect(outcome).toEqual({ kind: 'delivered' });
    const budget = 'discord-webhook:123456789012345678';
    expect(limits).toEqual([{ kind: 'left', budget, bucket: 'abcd1234', requests: 3, endsInMs: 1500 }]);
  });

  test('regression: no header silences the webhook for longer than a window of messages can last, or names a bucket without end', async () => {
    const { server, destination } = await asWebhook();
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset-after': '9'.repeat(300),
      'x-ratelimit-bucket': 'b'.repeat(5000),
    };
    server.script(taken(headers));
    const { limits } = await destination.send(message, sendContext());
    expect(limits).toMatchObject([{ requests: 0, endsInMs: 600_000, bucket: 'b'.repeat(100) }]);
  });

  test.each(['0.5', '9'.repeat(400), '-1', '1e3', 'many', ''])(
    'a count of %j requests is none',
    async (remaining) => {
      const { server, destination } = await asWebhook();
      server.script(taken({ 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset-after': '1' }));
      expect(await destination.send(message, sendContext())).not.toHaveProperty('limits');
    },
  );

  const HOUR_S = 3600;
  test.each([
    [
      'used up',
      taken({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '0.001', 'x-ratelimit-limit': '5' }),
    ],
    [
      'used up for everybody',
      discordSubject.refusal(429, { 'retry-after': '0.001', 'x-ratelimit-global': 'true' }),
    ],
    ['too fast', discordSubject.refusal(429, { 'retry-after': '0.001', 'x-ratelimit-reset-after': '0.001' })],
    ['out of order', discordSubject.refusal(503, { 'retry-after': '0.001' })],
  ] as const)(
    'regression: a wall clock set back after an answer (%s) holds nothing back',
    async (_, answer) => {
      const { server, destination } = await asWebhook();
      server.script(answer);
      await destination.send(message, sendContext());
      const machine = Date.now.bind(Date);
      const set = vi.spyOn(Date, 'now').mockImplementation(() => machine() - HOUR_S * 1000);
      scope.defer(() => void set.mockRestore());
      const { outcome } = await destination.send(message, sendContext());
      expect(server.received).toHaveLength(2);
      expect(outcome).toEqual({ kind: 'delivered' });
    },
  );

  test('regression: a pause ends when the headers said, whatever our clock says of a date in them', async () => {
    const { server, destination } = await asWebhook();
    const date = 'Sun, 06 Nov 1994 08:49:30 GMT';
    server.script(discordSubject.refusal(429, { date, 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }));
    const { outcome } = await destination.send(message, sendContext());
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'rate_limited', afterMs: 7000 });
  });

  test.each([
    [401, {}, 1],
    [403, {}, 1],
    [404, {}, 0],
    [429, { 'x-ratelimit-scope': 'user' }, 1],
    [429, { 'x-ratelimit-scope': 'global' }, 1],
    [429, { 'x-ratelimit-scope': 'shared' }, 0],
    [500, {}, 0],
  ] as const)('%i with %o counts %i towards a ban of the address', async (status, headers, count) => {
    const { server, destination } = await asWebhook();
    server.script(discordSubject.refusal(status, headers));
    const { limits = [] } = await destination.send(message, sendContext());
    expect(limits.filter(({ kind }) => kind === 'strike')).toEqual(
      Array(count).fill({ kind: 'strike', budget: 'discord-ip' }),
    );
  });
});

describe('as a bot', () => {
  test('posts into the channel, recognisably the same on every attempt', async () => {
    const { server, destination } = await asBot();
    await destination.send(message, sendContext({ attempt: 1 }));
    await destination.send(message, sendContext({ attempt: 2 }));
    await destination.send(message, sendContext({ deliveryId: '01ABC-2' }));
    const [first, second, other] = server.received.map(({ body }) => JSON.parse(body));
    expect(first).toEqual({ content: 'rich', nonce: expect.any(String), enforce_nonce: true });
    expect(first.nonce.length).toBeLessThanOrEqual(25);
    expect(second.nonce).toBe(first.nonce);
    expect(other.nonce).not.toBe(first.nonce);
    expect(server.last.path).toBe(`/api/v10/channels/${CHANNEL}/messages`);
    expect(server.last.headers.authorization).toBe(`Bot ${BOT_TOKEN}`);
  });

  test('posts into the thread, which is a channel to a bot', async () => {
    const { server, destination } = await asBot({ threadId: THREAD });
    await destination.send(message, sendContext());
    expect(server.last.path).toBe(`/api/v10/channels/${THREAD}/messages`);
  });

  test('can be probed again after a 401: the token is not forgotten', async () => {
    const { server, destination } = await asBot();
    server.script(discordSubject.refusal(401));
    const first = await destination.send(message, sendContext());
    expect(first.outcome).toEqual({ kind: 'reject', reason: 'unauthorized', scope: 'destination' });
    expect(JSON.stringify(first)).not.toContain(BOT_TOKEN);
    expect((await destination.send(message, sendContext())).outcome).toEqual({ kind: 'delivered' });
    expect(server.last.headers.authorization).toBe(`Bot ${BOT_TOKEN}`);
  });
});

describe('budgets', () => {
  const budgets = (config: object) => discord.budgets(discord.schema.parse({ type: 'discord', ...config }));
  const hook = (id: string) => ({ webhookUrl: `https://discord.com/api/webhooks/${id}/token` });
  const ID = '123456789012345678';

  test('are shared by all that post through one webhook, and by all of one address', () => {
    const [one, two] = [budgets(hook(ID)), budgets({ ...hook(ID), threadId: THREAD })];
    expect(one.own).toEqual([]);
    expect(two.shared).toEqual(one.shared);
    expect(one.shared.map(({ key }) => key)).toEqual([
      `discord-webhook:${ID}`,
      'discord-ip',
      'connections:https://discord.com 45000',
    ]);
    expect(one.shared[0]?.limits).toEqual([
      { limit: 5, perMs: 2000 },
      { limit: 30, perMs: 60_000 },
    ]);
  });

  test("leave the bucket to the user's own rateLimit", () => {
    const { shared } = budgets({ ...hook(ID), rateLimit: { limit: 9, per: '1s', burst: 3 } });
    const limits = [
      { limit: 9, perMs: 1000 },
      { limit: 3, perMs: 1000 / 3 },
    ];
    expect(shared[0]).toEqual({ key: `discord-webhook:${ID}`, what: 'this webhook', limits });
  });

  test("share a bot's 50 a second, under a name that does not give its token away", () => {
    const { shared } = budgets({ botToken: BOT_TOKEN, channelId: CHANNEL });
    const bot = shared.find(({ key }) => key.startsWith('discord-bot:'));
    expect(bot?.limits).toEqual([{ limit: 50, perMs: 1000 }]);
    expect(JSON.stringify(shared)).not.toContain(BOT_TOKEN);
  });
});
