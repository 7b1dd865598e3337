/** Whether Telegram would take messages: the bot, the chat, and what the bot may do there. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StandInChat } from '../../src/simulator/telegram-chats.ts';
import { startTelegramServer } from '../../src/simulator/telegram-server.ts';
import { expectNothingPosted } from '../cli/check-online.ts';
import { inquired } from './inquire-support.ts';

async function server(about: readonly StandInChat[] = [], chats: readonly number[] = []) {
  const telegram = await startTelegramServer({ about, chats });
  onTestFinished(() => telegram.close());
  return telegram;
}

async function ofChat(
  chat: StandInChat,
  more: Readonly<Record<string, unknown>> = {},
  others: readonly StandInChat[] = [],
) {
  const telegram = await server([chat, ...others]);
  const remarks = await inquired({
    ...{ type: 'telegram', botToken: telegram.botToken, apiUrl: telegram.url, chatId: chat.id, ...more },
  });
  expectNothingPosted(telegram);
  return remarks;
}

const channel = { id: -1_001_234_567_890, type: 'channel', title: 'Listings', username: 'listings' } as const;
const group = { id: -1_009_876_543_210, type: 'supergroup', title: 'Traders' } as const;

const NO_RIGHTS =
  'bad: The bot may not write in this chat: make it an administrator of the channel, or let members of the group send messages.';

describe('the bot in a chat', () => {
  test.each<[string, StandInChat, string]>([
    [
      'an administrator of a channel',
      channel,
      'good: may write: bot @stand_in_bot in the channel "Listings" (administrator). [HTTP 200]',
    ],
    [
      'an administrator who may not post',
      { ...channel, bot: { status: 'administrator', can_post_messages: false } },
      `${NO_RIGHTS} (bot @stand_in_bot in the channel "Listings": administrator) [forbidden]`,
    ],
    [
      'a mere member of a channel',
      { ...channel, bot: { status: 'member' } },
      `${NO_RIGHTS} (bot @stand_in_bot in the channel "Listings": member) [forbidden]`,
    ],
    [
      'a member of a group',
      { ...group, bot: { status: 'member' } },
      'good: may write: bot @stand_in_bot in the supergroup "Traders" (member). [HTTP 200]',
    ],
    [
      'a member of a group in which members may not write',
      { ...group, bot: { status: 'member' }, permissions: { can_send_messages: false } },
      `${NO_RIGHTS} (bot @stand_in_bot in the supergroup "Traders": member) [forbidden]`,
    ],
    [
      'restricted',
      { ...group, bot: { status: 'restricted', is_member: true, can_send_messages: false } },
      `${NO_RIGHTS} (bot @stand_in_bot in the supergroup "Traders": restricted) [forbidden]`,
    ],
    [
      'restricted, and may write',
      { ...group, bot: { status: 'restricted', is_member: true, can_send_messages: true } },
      'good: may write: bot @stand_in_bot in the supergroup "Traders" (restricted). [HTTP 200]',
    ],
    [
      'restricted, and has left',
      { ...group, bot: { status: 'restricted', is_member: false, can_send_messages: true } },
      'bad: The bot is not in this chat: add it (to a channel as an administrator), or correct `chatId`. (bot @stand_in_bot in the supergroup "Traders": restricted) [forbidden]',
    ],
    [
      'has left',
      { ...channel, bot: { status: 'left' } },
      'bad: The bot is not in this chat: add it (to a channel as an administrator), or correct `chatId`. (bot @stand_in_bot in the channel "Listings": left) [forbidden]',
    ],
    [
      'was removed',
      { ...group, bot: { status: 'kicked' } },
      'bad: The bot was removed from this chat: add it again, or put another chat into `chatId`. (Telegram answered 403: Forbidden: bot was kicked from the supergroup chat) [forbidden, HTTP 403]',
    ],
    [
      'in the chat of a person',
      { id: 4242, type: 'private' },
      'good: bot @stand_in_bot knows "4242". Whether that person has blocked it shows only at a message (`send`). [HTTP 200]',
    ],
  ])('%s', async (_, chat, expected) => {
    expect(await ofChat(chat)).toEqual([expected]);
  });

  test('a channel by its public name', async () => {
    expect(await ofChat(channel, { chatId: '@listings' })).toEqual([
      'good: may write: bot @stand_in_bot in the channel "Listings" (administrator). [HTTP 200]',
    ]);
  });

  test('a person who has never pressed Start, or a chat that is not there', async () => {
    const telegram = await server();
    const { botToken, url: apiUrl } = telegram;
    expect(await inquired({ type: 'telegram', botToken, apiUrl, chatId: 4242 })).toEqual([
      'bad: Telegram does not know this chat: is `chatId` right, and is the bot an administrator of the channel or a member of the group? A bot can write to a person only after they have written to it. (Telegram answered 400: Bad Request: chat not found) [gone, HTTP 400]',
    ]);
  });

  test('a group that has become a supergroup is looked at under its new id, which the config should have', async () => {
    const old: StandInChat = { id: -555, type: 'group', title: 'Traders', movedTo: group.id };
    expect(await ofChat(old, {}, [{ ...group, bot: { status: 'member' } }])).toEqual([
      'good: may write: bot @stand_in_bot in the supergroup "Traders" (member). [HTTP 200]',
      `warning: Telegram has made it a supergroup, so the group has moved: write chatId: ${group.id} into the config (was -555). The bridge uses the new id from now on. [moved, HTTP 400]`,
    ]);
    expect((await ofChat(old, {}, [{ ...group, bot: { status: 'left' } }]))[0]).toMatch(
      /^bad: The bot is not in this chat/,
    );
  });
});

test('a topic in a group without topics; in one that has them it cannot be asked about', async () => {
  expect(await ofChat(group, { topicId: 7 })).toEqual([
    'bad: This group has no topics: remove `topicId`, or enable topics in the group. (bot @stand_in_bot in the supergroup "Traders": administrator) [misconfigured]',
  ]);
  expect(await ofChat({ ...group, is_forum: true }, { topicId: 7 })).toEqual([
    'good: may write: bot @stand_in_bot in the supergroup "Traders" (administrator). Whether topic 7 is open shows only at a message. [HTTP 200]',
  ]);
});

test('a token that Telegram does not know: nothing more is asked', async () => {
  const telegram = await server([channel]);
  const botToken = `987654321:${'x'.repeat(35)}`;
  expect(await inquired({ type: 'telegram', botToken, apiUrl: telegram.url, chatId: channel.id })).toEqual([
    'bad: Telegram does not know this bot: copy the token from @BotFather again into `botToken`, and look at `apiUrl` if you have set it. (Telegram answered 401: Unauthorized) [unauthorized, HTTP 401]',
  ]);
  expect(telegram.requests).toHaveLength(1);
});

test.each([
  [
    {
      status: 429,
      body: {
        ok: false,
        error_code: 429,
        description: 'Too Many Requests: retry after 35',
        parameters: { retry_after: 35 },
      },
    },
    'warning: not known: the platform wants no more questions for 35s. Try again later. [rate_limited, HTTP 429]',
  ],
  [
    { status: 200, body: '<html>hotel</html>' },
    /^bad: 127\.0\.0\.1:\d+ answered .* \[answer_unreadable, HTTP 200\]$/,
  ],
  [
    { status: 200, body: { ok: true, result: 'yes' } },
    /^bad: 127\.0\.0\.1:\d+ answered .* \[answer_unreadable, HTTP 200\]$/,
  ],
])('odd answers: %o', async (fault, expected) => {
  const telegram = await server([channel]);
  telegram.faults.push(fault);
  const { botToken, url: apiUrl } = telegram;
  const [remark] = await inquired({ type: 'telegram', botToken, apiUrl, chatId: channel.id });
  expect(remark).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  expect(telegram.requests).toHaveLength(1);
});
