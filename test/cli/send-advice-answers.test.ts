/**
 * Every answer by which a delivery can fail, as `send` puts it: a sentence, what to do, the code last. One table for
 * each type, each row against a real server.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { REJECT_REASONS, RETRY_REASONS } from '../../src/delivery/outcome.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { holds, json, page, type Row, SECRET, said, seen } from './send-advice.ts';

beforeAll(() => seen.clear());

/** [status, words, reason] */
const STATUSES: readonly (readonly [number, RegExp, string])[] = [
  [400, /malformed: compare `body`/, 'message_refused'],
  [401, /does not accept the credentials: check `secret`, `headers`/, 'unauthorized'],
  [402, /requires payment: check your account/, 'forbidden'],
  [403, /does not allow this: check the credentials .* blocks this IP address/, 'forbidden'],
  [404, /has nothing at this path: correct the path in `url`/, 'gone'],
  [405, /does not accept this method at this path: correct `method`/, 'misconfigured'],
  [406, /correct `Accept`/, 'message_refused'],
  [407, /proxy in between asks for a password: enter it/, 'unauthorized'],
  [
    408,
    /A gateway answered instead of the receiver: whether .* Check that the program behind it runs/,
    'server_error',
  ],
  [409, /reports a conflict: it may have this message already; look there/, 'message_refused'],
  [410, /gone permanently: put the new one into `url`/, 'gone'],
  [411, /asks for a length/, 'message_refused'],
  [412, /check `headers`/, 'message_refused'],
  [413, /too long for the receiver: a shorter `body`/, 'message_refused'],
  [414, /address is too long for the receiver: shorten `url`/, 'message_refused'],
  [415, /does not accept this content type: .*`contentType`/, 'message_refused'],
  [417, /remove `Expect`/, 'message_refused'],
  [418, /rejected this message, .*: its answer says why\. Correct the template or `body`/, 'message_refused'],
  [421, /does not serve the name in `url`: correct it/, 'misconfigured'],
  [422, /cannot use it|not use it: compare the fields of `body`/, 'message_refused'],
  [425, /internal error: look at its log\. The bridge retries/, 'server_error'],
  [426, /wants another protocol: try https/, 'misconfigured'],
  [428, /check `headers`/, 'message_refused'],
  [429, /wants fewer requests: set `rateLimit`/, 'rate_limited'],
  [431, /headers are too long for the receiver: shorten `headers`/, 'message_refused'],
  [451, /for legal reasons: ask whoever runs it/, 'message_refused'],
  [500, /internal error: look at its log\. The bridge retries/, 'server_error'],
  [501, /does not know this method: correct `method`/, 'misconfigured'],
  [502, /A gateway answered instead of the receiver: whether/, 'server_error'],
  [503, /temporarily unavailable: look at its log/, 'server_error'],
  [504, /A gateway answered instead of the receiver: whether/, 'server_error'],
  [505, /\w/, 'misconfigured'],
  [508, /Correct the template or `body`/, 'message_refused'],
  [511, /captive portal .*: log in there/, 'server_error'],
  [521, /A gateway answered instead of the receiver: whether/, 'server_error'],
  [301, /redirects, and the bridge never follows .*: put the final address into `url`/, 'redirected'],
  [302, /redirects, .* Some receivers answer like this after they have acted/, 'redirected'],
  [308, /redirects, and the bridge never follows .*: put the final address into `url`/, 'redirected'],
];

describe('answers of a webhook', () => {
  test.each(STATUSES)('%i', async (status, words, reason) => {
    const body = 'no such thing';
    await holds(['webhook', '', { status, body }, words, `${reason}, HTTP ${status}`]);
    // The receiver's own words stand in parentheses, or are a redirect's address.
    if (status < 400) return;
    await using server = await FaultyServer.start({ status, body });
    expect(await said('webhook', server.origin)).toContain(`(answered ${status}: no such thing)`);
  });

  test.each<Row>([
    [
      'webhook',
      '429 with seconds',
      { status: 429, headers: { 'retry-after': '30' } },
      /set `rateLimit` to what it allows\. It asks for a pause of 30s\. /,
      'rate_limited, HTTP 429',
    ],
    [
      'webhook',
      '503 with seconds',
      { status: 503, headers: { 'retry-after': '120' } },
      /It asks for a pause of 2m\. /,
      'server_error, HTTP 503',
    ],
    [
      'webhook',
      'a redirect to an address',
      { status: 307, headers: { location: `https://new.example/x?key=${SECRET}` } },
      /It redirects to https:\/\/new\.example, and/,
      'redirected, HTTP 307',
    ],
    [
      'webhook',
      'a web page',
      page(403, 'Just a moment...'),
      /\(answered 403: a web page, "Just a moment\.\.\."\)/,
      'forbidden, HTTP 403',
    ],
    [
      'webhook',
      'HTTP on a port for TLS',
      { status: 400, body: 'The plain HTTP request was sent to HTTPS port' },
      /expects TLS: write https:\/\/ instead of http:\/\/ in `url`/,
      'message_refused, HTTP 400',
    ],
    [
      'confirmed',
      'another status than required',
      { status: 202 },
      /not as `success` requires, .*: see the answer, or correct `success`/,
      'unconfirmed, HTTP 202',
    ],
    [
      'confirmed',
      'another body than required',
      { status: 200, body: '{"ok":false}' },
      /not as `success` requires.*\{"ok":false\}/,
      'unconfirmed, HTTP 200',
    ],
    [
      'confirmed',
      'a body that cannot be read',
      { fault: 'truncate', reply: { status: 200, body: '{"ok"' } },
      /could not be read\. Check whether it arrived/,
      'answer_unreadable, HTTP 200',
    ],
    [
      'careful',
      'a gateway, where nothing may come twice',
      { status: 502 },
      /A gateway answered/,
      'server_error, HTTP 502',
    ],
  ])('%s: %s', async (...row) => holds(row));
});

const code = (status: number, number: number, more = {}) =>
  json(status, { message: 'no', code: number, ...more });
const form = (errors: object) => json(400, { message: 'Invalid Form Body', code: 50035, errors });
const field = (message: string) => ({ _errors: [{ code: 'X', message }] });

describe('answers of Discord', () => {
  test.each<Row>([
    ['discord', 'unknown webhook', code(404, 10015), /webhook was deleted: make a new one/, 'gone, HTTP 404'],
    [
      'discord',
      'wrong token of the webhook',
      code(401, 50027),
      /does not accept this webhook's token: copy the whole URL/,
      'gone, HTTP 401',
    ],
    [
      'discordBot',
      'token revoked',
      json(401, { message: '401: Unauthorized', code: 0 }),
      /does not accept the token: copy/,
      'unauthorized, HTTP 401',
    ],
    [
      'discordBot',
      'unknown channel',
      code(404, 10003),
      /does not know this channel, .*: check `channelId`/,
      'gone, HTTP 404',
    ],
    [
      'discordBot',
      'missing access',
      code(403, 50001),
      /cannot see this channel: give it the permission View Channel/,
      'forbidden, HTTP 403',
    ],
    [
      'discordBot',
      'missing permissions',
      code(403, 50013),
      /may not write in this channel: give it the permissions Send Messages/,
      'forbidden, HTTP 403',
    ],
    [
      'discord',
      'a thread is needed',
      code(400, 220001),
      /forum channel, .*: set `threadName` .* or `threadId`/,
      'misconfigured, HTTP 400',
    ],
    [
      'discord',
      'no thread possible',
      code(400, 220003),
      /not a forum, .*: remove `threadName`/,
      'misconfigured, HTTP 400',
    ],
    ['discord', 'archived', code(400, 50083), /thread is archived: open it again/, 'misconfigured, HTTP 400'],
    ['discord', 'locked', code(403, 160005), /thread is locked: unlock it/, 'misconfigured, HTTP 403'],
    [
      'discord',
      '50035 of the message',
      form({ embeds: { 0: { title: field('Must be 256 or fewer in length.') } } }),
      /formatting was rejected: correct the template .*\(Discord answered 400: Invalid Form Body \(code 50035\) embeds\.0\.title: Must be 256/,
      'format_refused, HTTP 400',
    ],
    [
      'discord',
      '50035 of an option',
      form({ username: field('Username cannot contain "discord"') }),
      /does not accept the config's values for `username`: the detail says why\. Correct or remove/,
      'misconfigured, HTTP 400',
    ],
    [
      'discord',
      'moderation',
      code(403, 200000),
      /formatting was rejected: correct the template/,
      'format_refused, HTTP 403',
    ],
    [
      'discord',
      '429',
      json(429, { message: 'You are being rate limited.', retry_after: 1.5, global: false }),
      /wants fewer messages here\. .* It asks for a pause of 1\.5s\./,
      'rate_limited, HTTP 429',
    ],
    [
      'discord',
      'a ban',
      page(429, 'Access denied'),
      /blocks this IP address .* look for another program/,
      'rate_limited, HTTP 429',
    ],
    [
      'discord',
      '500',
      code(500, 0),
      /Discord has an internal error\. The bridge retries; see https:\/\/discordstatus/,
      'server_error, HTTP 500',
    ],
    [
      'discord',
      'a proxy',
      page(404, 'Hotel'),
      /in between answered instead of Discord: .* Check `webhookUrl`.*"Hotel"/,
      'gone, HTTP 404',
    ],
    [
      'discord',
      'a redirect',
      { status: 301 },
      /redirects: correct the host in `webhookUrl`/,
      'redirected, HTTP 301',
    ],
    [
      'discord',
      '200 that is not Discord’s',
      page(200, 'Login'),
      /could not be read\. Check whether it arrived/,
      'answer_unreadable, HTTP 200',
    ],
    [
      'discord',
      '405',
      code(405, 0),
      /rejected this message, also as plain text: the detail names the field/,
      'message_refused, HTTP 405',
    ],
  ])('%s: %s', async (...row) => holds(row));
});

const not = (status: number, description: string, parameters?: object) =>
  json(status, { ok: false, error_code: status, description, ...(parameters && { parameters }) });

describe('answers of Telegram', () => {
  test.each<Row>([
    [
      'telegram',
      'chat not found',
      not(400, 'Bad Request: chat not found'),
      /does not know this chat: is `chatId` right, and is the bot an administrator of the channel or a member of the group\? .*\(Telegram answered 400: Bad Request: chat not found\)/,
      'gone, HTTP 400',
    ],
    [
      'telegram',
      'blocked',
      not(403, 'Forbidden: bot was blocked by the user'),
      /has blocked the bot: they must unblock it/,
      'forbidden, HTTP 403',
    ],
    [
      'telegram',
      'kicked',
      not(403, 'Forbidden: bot was kicked from the channel chat'),
      /was removed from this chat: add it again/,
      'forbidden, HTTP 403',
    ],
    [
      'telegram',
      'not a member',
      not(403, 'Forbidden: bot is not a member of the channel chat'),
      /is not in this chat: add it/,
      'forbidden, HTTP 403',
    ],
    [
      'telegram',
      'not an administrator',
      not(400, 'Bad Request: need administrator rights in the channel chat'),
      /may not write in this chat: make it an administrator/,
      'forbidden, HTTP 400',
    ],
    [
      'telegram',
      'first word',
      not(403, "Forbidden: bot can't initiate conversation with a user"),
      /cannot write first: that person must open the bot and press Start/,
      'forbidden, HTTP 403',
    ],
    [
      'telegram',
      'upgraded, with the new id',
      not(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -100123 }),
      /made it a supergroup, .*: write chatId: -100123 into the config \(was 42\)/,
      'moved, HTTP 400',
    ],
    [
      'telegram',
      'upgraded, without it',
      not(400, 'Bad Request: group chat was upgraded to a supergroup chat'),
      /supergroup and has a new id: put that .* into `chatId`/,
      'gone, HTTP 400',
    ],
    [
      'telegram',
      'wrong topic',
      not(400, 'Bad Request: message thread not found'),
      /topic does not exist .*: correct `topicId`/,
      'gone, HTTP 400',
    ],
    [
      'telegram',
      'closed topic',
      not(400, 'Bad Request: TOPIC_CLOSED'),
      /topic is closed: open it again/,
      'gone, HTTP 400',
    ],
    [
      'telegram',
      'no topics',
      not(400, 'Bad Request: the chat is not a forum'),
      /has no topics: remove `topicId`/,
      'misconfigured, HTTP 400',
    ],
    [
      'telegram',
      'token revoked',
      not(401, 'Unauthorized'),
      /does not know this bot: copy the token from @BotFather/,
      'unauthorized, HTTP 401',
    ],
    [
      'telegram',
      'token unknown',
      not(404, 'Not Found'),
      /does not know this bot: copy the token from @BotFather/,
      'unauthorized, HTTP 404',
    ],
    [
      'telegram',
      'logged out',
      not(400, 'Bad Request: Logged out'),
      /logged out of this Bot API server .*: set `apiUrl`/,
      'unauthorized, HTTP 400',
    ],
    [
      'telegram',
      'markup',
      not(400, "Bad Request: can't parse entities: Unsupported start tag"),
      /formatting was rejected: correct the template .*can't parse entities/,
      'format_refused, HTTP 400',
    ],
    [
      'telegram',
      '409',
      not(409, 'Conflict'),
      /rejected this message, also as plain text: the detail says why/,
      'message_refused, HTTP 409',
    ],
    [
      'telegram',
      '429',
      not(429, 'Too Many Requests: retry after 35', { retry_after: 35 }),
      /wants fewer messages from this bot\. .* It asks for a pause of 35s\./,
      'rate_limited, HTTP 429',
    ],
    [
      'telegram',
      '500',
      not(500, 'Internal Server Error'),
      /has an internal error\. The bridge retries/,
      'server_error, HTTP 500',
    ],
    [
      'telegram',
      'a proxy',
      page(403, 'Blocked by your provider'),
      /in between answered instead of Telegram: .* Check `apiUrl`.*"Blocked by your provider"/,
      'forbidden, HTTP 403',
    ],
    [
      'telegram',
      'a redirect',
      { status: 302 },
      /redirects: correct the host in `apiUrl`/,
      'redirected, HTTP 302',
    ],
    [
      'telegram',
      '200 that is not Telegram’s',
      page(200, 'Login'),
      /could not be read\. Check whether it arrived/,
      'answer_unreadable, HTTP 200',
    ],
  ])('%s: %s', async (...row) => holds(row));
});

test('every reason that an answer can have has been seen', () => {
  const answered = [...RETRY_REASONS.filter((reason) => reason !== 'unreachable'), ...REJECT_REASONS];
  expect([...seen].sort()).toEqual([...answered, 'answer_unreadable'].sort());
});
