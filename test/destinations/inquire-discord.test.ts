/** Whether Discord would take messages: the answers about a webhook and a bot, and the rights of a bot. */
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PERMISSIONS, type Permission, permissionsOf } from '../../src/destinations/discord/permissions.ts';
import { BOT_ID, GUILD_ID, type GuildOptions } from '../../src/simulator/discord-guild.ts';
import { type DiscordServerOptions, startDiscordServer } from '../../src/simulator/discord-server.ts';
import { expectNothingPosted } from '../cli/check-online.ts';
import { WAIT_MS } from '../support/limits.ts';
import { refusingOrigin } from '../support/refusing-origin.ts';
import { inquired } from './inquire-support.ts';

async function server(options: DiscordServerOptions = {}) {
  const discord = await startDiscordServer(options);
  onTestFinished(() => discord.close());
  return discord;
}

const CHANNEL = '1288888888888888888';
const THREAD = '1288888888888888999';
const ROLE = '1277777777777777777';
const bits = (...names: readonly Permission[]) =>
  String(names.reduce((all, name) => all | PERMISSIONS[name], 0n));
const ALL = bits('VIEW_CHANNEL', 'SEND_MESSAGES', 'SEND_MESSAGES_IN_THREADS', 'EMBED_LINKS');
const thread = (metadata: Readonly<Record<string, unknown>> = {}) => ({
  ...{ id: THREAD, type: 11, name: 'upbit', parent_id: CHANNEL },
  thread_metadata: { archived: false, locked: false, ...metadata },
});

async function ofBot(guild: GuildOptions, more: Readonly<Record<string, unknown>> = {}) {
  const discord = await server({ guild });
  const { botToken, channelId, apiUrl } = discord;
  const remarks = await inquired({ type: 'discord', botToken, channelId, apiUrl, ...more });
  expectNothingPosted(discord);
  return remarks;
}

describe('a webhook', () => {
  test('is known, and says where it posts; a thread of it cannot be asked about', async () => {
    const discord = await server();
    const { webhookUrl } = discord;
    expect(await inquired({ type: 'discord', webhookUrl, threadId: THREAD })).toEqual([
      `good: may post: webhook "Listings" into channel ${CHANNEL} of server ${GUILD_ID}. Whether thread ${THREAD} is open shows only at a message (\`send\`). [HTTP 200]`,
    ]);
    expectNothingPosted(discord);
  });

  test.each([
    [
      'was deleted',
      { status: 404, body: { code: 10015, message: 'Unknown Webhook' } },
      /^bad: This webhook was deleted: .* \[gone, HTTP 404\]$/,
    ],
    [
      'has another token',
      { status: 401, body: { code: 50027, message: 'Invalid Webhook Token' } },
      /^bad: Discord does not accept this webhook's token: .* \[gone, HTTP 401\]$/,
    ],
    [
      'is behind a login page',
      { status: 200, body: '<html><title>Login</title></html>' },
      /^bad: 127\.0\.0\.1:\d+ answered .*not the platform's form: something in between answers for it\. .* \[answer_unreadable, HTTP 200\]$/,
    ],
    [
      'is behind a page that refuses',
      { status: 403, body: '<html><title>Login</title></html>' },
      /^bad: Discord blocks this IP address for some time .* \[rate_limited, HTTP 403\]$/,
    ],
    [
      'has an outage',
      { status: 503, body: { message: 'Service Unavailable', code: 0 } },
      /^bad: Discord has an internal error\..* \[server_error, HTTP 503\]$/,
    ],
    [
      'is redirected',
      { status: 301, headers: { location: 'https://elsewhere.test/' }, body: '' },
      /^bad: It redirects: correct the host in `webhookUrl` or `apiUrl`\..* \[redirected, HTTP 301\]$/,
    ],
    [
      'hears nothing',
      { stall: 'answer' as const },
      /^bad: 127\.0\.0\.1:\d+ is there and gave no answer to a question \(no full answer within 300ms\): .* \[timeout\]$/,
    ],
    [
      'loses the connection',
      { reset: true },
      /^bad: 127\.0\.0\.1:\d+ is there and gave no answer .* \[connection_lost\]$/,
    ],
  ])('%s', async (_, fault, expected) => {
    const discord = await server();
    discord.faults.push(fault);
    const [remark, ...more] = await inquired(
      { type: 'discord', webhookUrl: discord.webhookUrl },
      // A busy machine may need longer than that for an answer that comes.
      { timeoutMs: 'stall' in fault ? 300 : WAIT_MS },
    );
    expect(remark).toMatch(expected);
    expect(more).toEqual([]);
    expectNothingPosted(discord);
    expect(discord.requests).toHaveLength(1);
  });

  test('cannot be reached', async () => {
    const webhookUrl = `${await refusingOrigin()}/api/webhooks/123456789012345678/${'w'.repeat(68)}`;
    expect(await inquired({ type: 'discord', webhookUrl })).toEqual([
      expect.stringMatching(
        /^bad: Nothing listens at 127\.0\.0\.1:\d+ \(connect ECONNREFUSED\): start what should answer there or correct `webhookUrl`\. \[unreachable\]$/,
      ),
    ]);
  });
});

describe('a bot', () => {
  test('may post', async () => {
    expect(await ofBot({})).toEqual(['good: may post: bot listings into "listings". [HTTP 200]']);
  });

  test('with another token', async () => {
    expect(await ofBot({}, { botToken: 'another-token' })).toEqual([
      'bad: Discord does not accept the token: copy `webhookUrl` or `botToken` again. (Discord answered 401: 401: Unauthorized) [unauthorized, HTTP 401]',
    ]);
  });

  test('in a channel that is not there', async () => {
    expect(await ofBot({}, { channelId: '1288888888888888000' })).toEqual([
      'bad: Discord does not know this channel, or the bot cannot see it: check `channelId` or `threadId`. (Discord answered 404: Unknown Channel (code 10003)) [gone, HTTP 404]',
    ]);
  });

  test.each<[string, GuildOptions, string]>([
    [
      'does not see it',
      { everyone: bits('SEND_MESSAGES', 'EMBED_LINKS') },
      'bad: The bot cannot see this channel: give it the permission View Channel there. Bot listings lacks in "listings": View Channel, Send Messages, Embed Links. [forbidden]',
    ],
    [
      'may not write there',
      {
        channels: [
          {
            id: CHANNEL,
            name: 'news',
            permission_overwrites: [{ id: GUILD_ID, type: 0, allow: '0', deny: bits('SEND_MESSAGES') }],
          },
        ],
      },
      'bad: The bot may not write in this channel: give it the permissions Send Messages (in a thread: Send Messages in Threads) and Embed Links there. Bot listings lacks in "news": Send Messages. [forbidden]',
    ],
    [
      'is in a forum',
      { channels: [{ id: CHANNEL, type: 15, name: 'forum' }] },
      'bad: A channel of this kind (a forum, a category) takes no messages itself: put a text channel into `channelId`, or an existing thread into `threadId`. [misconfigured]',
    ],
    [
      'is timed out',
      { timedOutUntil: '2999-01-01T00:00:00.000000+00:00' },
      'bad: Bot listings is timed out on its server until 2999-01-01T00:00:00.000000+00:00: end that there. [forbidden]',
    ],
  ])('%s', async (_, guild, expected) => {
    expect(await ofBot(guild)).toEqual([expected]);
  });

  test('a time-out that is over is none, and none holds for an administrator', async () => {
    const may = ['good: may post: bot listings into "listings". [HTTP 200]'];
    expect(await ofBot({ timedOutUntil: '2001-01-01T00:00:00+00:00' })).toEqual(may);
    const guild = {
      ...{ timedOutUntil: '2999-01-01T00:00:00+00:00', everyone: '0', botRoles: [ROLE] },
      roles: [{ id: ROLE, permissions: bits('ADMINISTRATOR') }],
    };
    expect(await ofBot(guild)).toEqual(may);
  });

  test('a role of its own opens what is closed to everybody', async () => {
    const roles = [{ id: ROLE, permissions: '0' }];
    const overwrites = [
      { id: GUILD_ID, allow: '0', deny: ALL },
      { id: ROLE, allow: ALL, deny: '0' },
    ];
    const channels = [{ id: CHANNEL, name: 'vip', permission_overwrites: overwrites }];
    const [open] = await ofBot({ roles, botRoles: [ROLE], channels });
    const [closed] = await ofBot({ roles, channels });
    expect([open, closed]).toEqual([
      'good: may post: bot listings into "vip". [HTTP 200]',
      expect.stringMatching(/^bad: The bot cannot see this channel/),
    ]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['open', {}, 'good: may post: bot listings into "upbit". [HTTP 200]'],
    [
      'archived',
      { archived: true },
      'good: may post: bot listings into "upbit". The thread is archived, and the first message opens it again. [HTTP 200]',
    ],
    [
      'locked',
      { archived: true, locked: true },
      'bad: The thread is locked: unlock it, or put another one into `threadId`. [misconfigured]',
    ],
  ])('a thread that is %s', async (_, metadata, expected) => {
    expect(await ofBot({ channels: [thread(metadata)] }, { threadId: THREAD })).toEqual([expected]);
  });

  test('a thread needs its own right, in the channel that it is in', async () => {
    const guild = { everyone: bits('VIEW_CHANNEL', 'SEND_MESSAGES', 'EMBED_LINKS'), channels: [thread()] };
    expect((await ofBot(guild, { threadId: THREAD }))[0]).toMatch(
      /lacks in "upbit": Send Messages in Threads\. \[forbidden\]$/,
    );
  });

  test.each<[string, GuildOptions, boolean]>([
    ['everyone', {}, true],
    ['everyone', { everyone: String(BigInt(ALL) | PERMISSIONS.MENTION_EVERYONE) }, false],
    [`role:${ROLE}`, { roles: [{ id: ROLE, permissions: '0', mentionable: false }] }, true],
    [`role:${ROLE}`, { roles: [{ id: ROLE, permissions: '0', mentionable: true }] }, false],
    [`user:${BOT_ID}`, {}, false],
  ])('mention: %s %o', async (mention, guild, isWarned) => {
    const remarks = await ofBot(guild, { mention });
    expect(remarks[0]).toMatch(/^good: may post/);
    expect(remarks.slice(1)).toEqual(
      isWarned
        ? [
            'warning: `mention` would ping nobody: give the bot the permission Mention Everyone there, or make the role mentionable. [mention_not_allowed]',
          ]
        : [],
    );
  });
});

describe('permissions', () => {
  const allow = (id: string, ...names: readonly Permission[]) => ({
    id,
    allow: BigInt(bits(...names)),
    deny: 0n,
  });
  const deny = (id: string, ...names: readonly Permission[]) => ({
    id,
    allow: 0n,
    deny: BigInt(bits(...names)),
  });
  const bot = {
    id: 'bot',
    serverId: 'all',
    roles: [
      { id: 'all', permissions: BigInt(ALL) },
      { id: 'a', permissions: 0n },
      { id: 'b', permissions: 0n },
    ],
  };
  const maySend = (...overwrites: Parameters<typeof permissionsOf>[1]) =>
    permissionsOf(bot, overwrites).has('SEND_MESSAGES');

  test('a nearer overwrite outranks a further one, and of roles what one allows', () => {
    expect(maySend()).toBe(true);
    expect(maySend(deny('all', 'SEND_MESSAGES'))).toBe(false);
    expect(maySend(deny('all', 'SEND_MESSAGES'), allow('a', 'SEND_MESSAGES'))).toBe(true);
    expect(maySend(deny('a', 'SEND_MESSAGES'), allow('b', 'SEND_MESSAGES'))).toBe(true);
    expect(maySend(allow('a', 'SEND_MESSAGES'), deny('bot', 'SEND_MESSAGES'))).toBe(false);
    expect(maySend(deny('all', 'SEND_MESSAGES'), allow('bot', 'SEND_MESSAGES'))).toBe(true);
    expect(maySend(deny('somebody', 'SEND_MESSAGES'))).toBe(true);
    expect(maySend(deny('bot', 'VIEW_CHANNEL'))).toBe(false);
  });

  test('the order in which Discord lists them decides nothing', () => {
    const overwrite = fc.record({
      id: fc.constantFrom('all', 'a', 'b', 'bot', 'other'),
      allow: fc.bigInt({ min: 0n, max: (1n << 40n) - 1n }),
      deny: fc.bigInt({ min: 0n, max: (1n << 40n) - 1n }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(overwrite, { selector: ({ id }) => id }), (overwrites) => {
        expect(permissionsOf(bot, overwrites)).toEqual(permissionsOf(bot, overwrites.toReversed()));
      }),
    );
  });
});
