/** Tests for Telegram only. */
import { afterEach, describe, expect, test } from 'vitest';
import { telegram } from '../../src/destinations/telegram/index.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { sendContext } from '../support/sending.ts';
import { telegramSubject } from './subjects.ts';

const message = {
  text: '<b>rich</b>',
  plain: 'plain',
  silent: false,
  buttons: [
    { text: 'One', url: 'https://one.example' },
    { text: 'Two', url: 'https://two.example' },
  ],
};
const [TOKEN = ''] = telegramSubject.secrets;

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

async function facing(extra: object = {}, path = '') {
  const server = scope.use(await FaultyServer.start(telegramSubject.taken));
  const config = { ...telegramSubject.config(server.origin + path), ...extra };
  const deps = {
    name: 'vip',
    clock: systemClock,
    redact: (text: string) => text,
    version: '1.2.3',
    pools: new PoolRegistry({ clock: systemClock }),
  };
  const destination = await telegram.open(telegram.schema.parse(config), deps);
  scope.defer(() => destination.close());
  return { server, destination };
}

const refusal = (body: object) => ({
  status: 400,
  body: JSON.stringify({ ok: false, error_code: 400, ...body }),
});

test('sends HTML with link buttons and without a preview', async () => {
  const { server, destination } = await facing();
  await destination.send(message, sendContext());
  expect(server.last.path).toBe(`/bot${TOKEN}/sendMessage`);
  expect(server.last.headers['content-type']).toBe('application/json');
  expect(JSON.parse(server.last.body)).toEqual({
    chat_id: 42,
    text: '<b>rich</b>',
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    disable_notification: false,
    protect_content: false,
    reply_markup: {
      inline_keyboard: [
        [{ text: 'One', url: 'https://one.example' }],
        [{ text: 'Two', url: 'https://two.example' }],
      ],
    },
  });
});

test('sends silently, protected, into a topic of a named channel, over an own server', async () => {
  const options = { chatId: '@my_channel', protectContent: true, topicId: 7 };
  const { server, destination } = await facing(options, '/own/api/');
  await destination.send({ ...message, buttons: [], silent: true }, sendContext());
  expect(server.last.path).toBe(`/own/api/bot${TOKEN}/sendMessage`);
  const body = JSON.parse(server.last.body);
  expect(body).toMatchObject({
    chat_id: '@my_channel',
    disable_notification: true,
    protect_content: true,
    message_thread_id: 7,
  });
  expect(body).not.toHaveProperty('reply_markup');
});

test('sends the plain form without any markup, and gives up when that is refused too', async () => {
  const { server, destination } = await facing();
  server.script(refusal({ description: 'Bad Request: message text is empty' }));
  const result = await destination.send(message, sendContext({ plain: true }));
  expect(JSON.parse(server.last.body)).toEqual({
    chat_id: 42,
    text: 'plain',
    link_preview_options: { is_disabled: true },
    disable_notification: false,
    protect_content: false,
  });
  expect(result.outcome).toEqual({ kind: 'reject', reason: 'message_refused', scope: 'message' });
  expect(result.detail).toBe('Telegram answered 400: Bad Request: message text is empty');
});

test('a 429 names how long, and the bot', async () => {
  const { server, destination } = await facing();
  const body = {
    ok: false,
    error_code: 429,
    description: 'Too Many Requests: retry after 10072',
    parameters: { retry_after: 10_072 },
  };
  server.script({ status: 429, body: JSON.stringify(body) });
  const { outcome } = await destination.send(message, sendContext());
  expect(outcome).toEqual({
    kind: 'retry',
    reason: 'rate_limited',
    afterMs: 10_072_000,
    budget: expect.stringMatching(/^telegram-bot:[0-9a-f]{12}$/),
  });
});

test('follows a group to its new id and says what to change', async () => {
  const { server, destination } = await facing({ chatId: -5 });
  server.script(
    refusal({
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: -1001234567890 },
    }),
  );
  const first = await destination.send(message, sendContext());
  expect(first.outcome).toEqual({ kind: 'retry', reason: 'moved' });
  expect(first.detail).toBe('the group has moved: write chatId: -1001234567890 into the config (was -5)');
  await destination.send(message, sendContext({ attempt: 2 }));
  expect(JSON.parse(server.last.body).chat_id).toBe(-1001234567890);
});

test('regression: a group that says again and again that it has moved is followed once, and not to anybody', async () => {
  const { server, destination } = await facing({ chatId: -5 });
  const moved = (id: number) =>
    refusal({
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: id },
    });
  server.script(moved(777), moved(-1001), moved(-1002), moved(-1003));
  const outcomes = [];
  for (let attempt = 1; attempt <= 4; attempt++)
    outcomes.push((await destination.send(message, sendContext({ attempt }))).outcome);
  const gone = { kind: 'reject', reason: 'gone', scope: 'destination' };
  expect(outcomes).toEqual([gone, { kind: 'retry', reason: 'moved' }, gone, gone]);
  expect(server.received.map(({ body }) => JSON.parse(body).chat_id)).toEqual([-5, -5, -1001, -1001]);
});

test('remembers where a group has moved over a restart, and says each time what to change', async () => {
  const server = scope.use(await FaultyServer.start(telegramSubject.taken));
  const options = telegram.schema.parse({ ...telegramSubject.config(server.origin), chatId: -5 });
  const known = new Map<string, string>();
  const advice: string[] = [];
  const live = async () => {
    const destination = await telegram.open(options, {
      name: 'vip',
      clock: systemClock,
      pools: new PoolRegistry({ clock: systemClock }),
      redact: (text: string) => text,
      version: '1.2.3',
      memory: { recall: (key) => known.get(key), keep: (key, value) => void known.set(key, value) },
      advise: (name, text) => void advice.push(`${name}: ${text}`),
    });
    scope.defer(() => destination.close());
    return destination;
  };
  server.script(
    refusal({ description: 'Bad Request: moved', parameters: { migrate_to_chat_id: -1001234567890 } }),
  );
  await (await live()).send(message, sendContext());
  const said = 'vip: the group has moved: write chatId: -1001234567890 into the config (was -5)';
  expect(advice).toEqual([said]);
  await (await live()).send(message, sendContext());
  expect(JSON.parse(server.last.body).chat_id).toBe(-1001234567890);
  expect(advice).toEqual([said, said]);
  expect(JSON.stringify([...known])).not.toContain(TOKEN.slice(0, 10));
});

describe('budgets', () => {
  const budgets = (extra: object) =>
    telegram.budgets(telegram.schema.parse({ ...telegramSubject.config('http://localhost'), ...extra }));

  test.each([
    [42, [{ limit: 3, perMs: 3000 }]],
    [
      -42,
      [
        { limit: 3, perMs: 3000 },
        { limit: 20, perMs: 60_000 },
      ],
    ],
    [
      '@my_channel',
      [
        { limit: 3, perMs: 3000 },
        { limit: 20, perMs: 60_000 },
      ],
    ],
  ])('chat %s', (chatId, limits) => {
    const { own, shared } = budgets({ chatId });
    expect(own).toEqual([]);
    expect(shared).toEqual([
      { key: expect.stringMatching(/^telegram-chat:[0-9a-f]{12}:/), what: 'this chat', limits },
      {
        key: expect.stringMatching(/^telegram-bot:[0-9a-f]{12}$/),
        what: 'the bot',
        limits: [{ limit: 30, perMs: 1000 }],
      },
      {
        key: 'connections:http://localhost 45000',
        what: 'connections to the receiver',
        limits: [],
        atOnce: 64,
        isOfMachine: true,
      },
    ]);
    expect(JSON.stringify(shared)).not.toContain(TOKEN.slice(0, 9));
  });

  test('two topics of one chat share, two chats of one bot share only the bot', () => {
    const keys = (extra: object) => budgets(extra).shared.map(({ key }) => key);
    expect(keys({ topicId: 1 })).toEqual(keys({ topicId: 2 }));
    const [chat, bot] = keys({});
    const [otherChat, sameBot] = keys({ chatId: 43 });
    expect(otherChat).not.toBe(chat);
    expect(sameBot).toBe(bot);
  });
});
