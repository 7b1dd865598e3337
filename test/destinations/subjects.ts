/**
 * The conformance suite's knowledge of each destination type: a config that points at a local server, the
 * platform's own way to say yes and no, and its table of refusals. A type without an entry does not compile.
 */
import type { Outcome } from '../../src/delivery/outcome.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import type { DestinationTypeName } from '../../src/destinations/index.ts';
import { type DestinationRegistry, typeOf } from '../../src/destinations/registry.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { type Redactor, secretName } from '../../src/platform/secret.ts';
import type { Reply } from '../support/faulty-server.ts';
import { typesWithScratch } from './scratch-type/index.ts';
import { scratchSubject } from './scratch-type/subject.ts';

export interface Subject<Type extends string = string> {
  readonly type: Type;
  config(origin: string): Record<string, unknown>;
  /** Must never be seen in a result. */
  readonly secrets: readonly string[];
  readonly message: unknown;
  readonly taken: Reply;
  /** A 2xx without a readable body is no yes. */
  readonly needsBody: boolean;
  /** The platform's own form of a refusal. */
  refusal(status: number, headers?: Record<string, string>): Reply;
  readonly refusals: readonly (readonly [name: string, reply: Reply, outcome: Outcome])[];
}

const JSON_TYPE = { 'content-type': 'application/json' };
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body: JSON.stringify(body),
});
const page = (status: number, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body: '<html><title>Attention Required! | Cloudflare</title></html>',
});

const gone: Outcome = { kind: 'reject', reason: 'gone', scope: 'destination' };
const unauthorized: Outcome = { kind: 'reject', reason: 'unauthorized', scope: 'destination' };
const forbidden: Outcome = { kind: 'reject', reason: 'forbidden', scope: 'destination' };
const refused: Outcome = { kind: 'reject', reason: 'message_refused', scope: 'message' };
const asPlain: Outcome = { kind: 'retry', reason: 'format_refused', plain: true };
const misconfigured: Outcome = { kind: 'reject', reason: 'misconfigured', scope: 'destination' };
const again: Outcome = { kind: 'retry', reason: 'server_error' };
const lost: Outcome = { ...again, mayHaveActed: true };
/** Too fast, without a time. */
const heldBack = (afterMs: number, budget?: string): Outcome => ({
  ...{ kind: 'retry', reason: 'rate_limited', afterMs, isGuess: true },
  ...(budget !== undefined && { budget }),
});
const text = (status: number, body: string): Reply => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body,
});

const discordSecret = 'VerySecretWebhookToken_0123456789-abcdefghijklmnop';
const code = (status: number, errorCode: number) =>
  json(status, { message: 'Something about it', code: errorCode });
const BAN = heldBack(60_000, 'discord-ip');
const DISCORD_BUCKET = 'discord-webhook:123456789012345678';

const discord: Subject<'discord'> = {
  type: 'discord',
  config: (origin) => ({
    type: 'discord',
    webhookUrl: `${origin}/api/webhooks/123456789012345678/${discordSecret}`,
  }),
  secrets: [discordSecret],
  message: { body: { content: 'rich' }, plain: { content: 'plain' } },
  taken: json(200, { id: '1234567890123456789', content: 'rich' }),
  needsBody: true,
  refusal: (status, headers) => json(status, { message: 'no', code: 0 }, headers),
  refusals: [
    ['10015 unknown webhook', code(404, 10015), gone],
    ['10003 unknown channel', code(404, 10003), gone],
    ['50027 invalid webhook token', code(401, 50027), gone],
    ['40001', code(401, 40001), unauthorized],
    ['50014', code(401, 50014), unauthorized],
    ['50001 missing access', code(403, 50001), forbidden],
    ['50013 missing permissions', code(403, 50013), forbidden],
    ['401', code(401, 0), unauthorized],
    ['403', code(403, 0), forbidden],
    ['404', code(404, 0), gone],
    ['404 of a proxy', page(404), { ...gone, scope: 'unclear' } as Outcome],
    ['50035 invalid form', code(400, 50035), asPlain],
    ...['username', 'avatar_url', 'thread_id'].map(
      (field) =>
        [
          `regression: 50035 of ${field}, which is the config's`,
          json(400, { code: 50035, message: 'Invalid Form Body', errors: { [field]: { _errors: [{}] } } }),
          misconfigured,
        ] as const,
    ),
    [
      '50035 of an option and of the message',
      json(400, { code: 50035, errors: { username: { _errors: [] }, embeds: { _errors: [] } } }),
      asPlain,
    ],
    ['200000 automatic moderation', code(400, 200000), asPlain],
    ['240000 harmful link', code(400, 240000), asPlain],
    ['400', code(400, 0), asPlain],
    ['413', page(413), asPlain],
    ['405', code(405, 0), refused],
    ['501', page(501), again],
    ...[
      50008, 50024, 50083, 160005, 160006, 220001, 220002, 220003, 220004, 40066, 40067, 50003, 50033, 50041,
    ].map((number) => [`${number}: the config has to change`, code(400, number), misconfigured] as const),
    ['20009 explicit', code(403, 20009), asPlain],
    ['20026 flagged', code(403, 20026), forbidden],
    ['50007 no direct messages', code(403, 50007), forbidden],
    ['slow mode in other words', code(400, 20016), heldBack(60_000, DISCORD_BUCKET)],
    [
      'slow mode with a time',
      json(400, { code: 20016, message: 'slow', retry_after: 3 }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 3000, budget: DISCORD_BUCKET },
    ],
    ['130000 overloaded', code(403, 130000), again],
    ['502', page(502), lost],
    ['HTML 403', page(403), BAN],
    ['HTML 429', page(429), BAN],
    ['text 1015', text(429, 'error code: 1015'), BAN],
    ['text 1006', text(403, 'error code: 1006'), BAN],
    ['no body', { status: 403 }, BAN],
    ['text 1015 in a 503', text(503, 'error code: 1015'), BAN],
    ['a challenge', { ...json(403, {}), headers: { 'cf-mitigated': 'challenge' } }, BAN],
    ['JSON of Cloudflare without its number', json(403, { cloudflare_error: true, message: 'no' }), BAN],
    ['JSON 1015', json(429, { cloudflare_error: true, error_code: 1015, title: 'Error 1015' }), BAN],
    [
      'JSON 1015 with a time',
      json(429, { cloudflare_error: true, error_code: 1015, retry_after: 120 }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 120_000, budget: 'discord-ip' },
    ],
    [
      "regression: a ban in Discord's own JSON, without any time",
      json(429, {
        code: 0,
        message: 'You are being blocked from accessing our API temporarily due to exceeding our rate limits.',
      }),
      BAN,
    ],
    ...[null, '', 'soon', {}, [], true].map(
      (odd) =>
        [
          `429: retry_after is ${JSON.stringify(odd)}`,
          json(429, { message: 'no', retry_after: odd }),
          BAN,
        ] as const,
    ),
    ...[0, -1].map(
      (over) =>
        [
          `429: retry_after is ${over}, so it is over`,
          json(429, { message: 'no', retry_after: over }),
          heldBack(1000, DISCORD_BUCKET),
        ] as const,
    ),
    [
      '429: Retry-After is 0, so it is over',
      json(429, {}, { 'retry-after': '0' }),
      heldBack(1000, DISCORD_BUCKET),
    ],
    ['a ban that is over is a ban', { ...page(429), headers: { 'retry-after': '0' } }, BAN],
    [
      '429: retry_after is text',
      json(429, { retry_after: '1.5' }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 1500, budget: DISCORD_BUCKET },
    ],
    [
      '429: retry_after is a year',
      json(429, { retry_after: 31_536_000 }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 86_400_000, budget: DISCORD_BUCKET },
    ],
    [
      'HTML 429',
      page(429, { 'retry-after': '17' }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 17_000, budget: 'discord-ip' },
    ],
    ['40333', code(403, 40333), BAN],
    [
      '429: the body has the largest wait',
      json(429, { retry_after: 44.123, global: false }, { 'retry-after': '44' }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 44_123, budget: DISCORD_BUCKET },
    ],
    [
      '429: Reset-After has the largest wait',
      json(429, { retry_after: 0.5 }, { 'retry-after': '1', 'x-ratelimit-reset-after': '2.5' }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 2500, budget: DISCORD_BUCKET },
    ],
    [
      '429, global',
      json(429, { retry_after: 3, global: true }, { 'x-ratelimit-global': 'true' }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 3000, budget: 'discord-ip' },
    ],
    [
      '429, shared',
      json(429, { retry_after: 3, global: false }, { 'x-ratelimit-scope': 'shared' }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 3000, budget: DISCORD_BUCKET },
    ],
    ['429 without any wait', json(429, {}), BAN],
  ],
};

const telegramSecret = '123456789:AAveryVerySecretBotToken_0123456789';
const not = (status: number, description: string, parameters?: object): Reply =>
  json(status, { ok: false, error_code: status, description, ...(parameters && { parameters }) });

const TELEGRAM_BOT = `telegram-bot:${secretName(telegramSecret)}`;

const telegram: Subject<'telegram'> = {
  type: 'telegram',
  config: (origin) => ({ type: 'telegram', botToken: telegramSecret, chatId: 42, apiUrl: origin }),
  secrets: [telegramSecret, 'AAveryVerySecretBotToken_0123456789'],
  message: { text: '<b>rich</b>', plain: 'plain', buttons: [{ text: 'Open', url: 'https://example.com' }] },
  taken: json(200, { ok: true, result: { message_id: 1 } }),
  needsBody: true,
  refusal: (status, headers) => ({ ...not(status, 'no'), headers: { ...JSON_TYPE, ...headers } }),
  refusals: [
    ['400 entities', not(400, "Bad Request: can't parse entities: Unsupported start tag"), asPlain],
    ['400 too long', not(400, 'Bad Request: message is too long'), asPlain],
    ['400 button', not(400, 'Bad Request: BUTTON_URL_INVALID'), asPlain],
    ['400 chat', not(400, 'Bad Request: chat not found'), gone],
    ['400 topic', not(400, 'Bad Request: message thread not found'), gone],
    ['400 rights', not(400, 'Bad Request: not enough rights to send text messages to the chat'), forbidden],
    ['403 kicked', not(403, 'Forbidden: bot was kicked from the supergroup chat'), forbidden],
    ['403 blocked', not(403, 'Forbidden: bot was blocked by the user'), forbidden],
    ['403 deactivated', not(403, 'Forbidden: user is deactivated'), gone],
    ['401', not(401, 'Unauthorized'), unauthorized],
    ['404', not(404, 'Not Found'), unauthorized],
    ['404 of a proxy', page(404), { ...unauthorized, scope: 'unclear' } as Outcome],
    ['403 of a proxy', page(403), { ...forbidden, scope: 'unclear' } as Outcome],
    ['409', not(409, 'Conflict'), refused],
    ['501 of a proxy', page(501), again],
    ['a refusal inside a 200', json(200, { ok: false, error_code: 403, description: 'no' }), forbidden],
    ['429 without any wait', not(429, 'Too Many Requests'), heldBack(60_000, TELEGRAM_BOT)],
    ['429 of a proxy', page(429), heldBack(60_000, TELEGRAM_BOT)],
    ...[null, '', 'soon', {}, [7]].map(
      (odd) =>
        [
          `429: retry_after is ${JSON.stringify(odd)}`,
          not(429, 'Too Many Requests', { retry_after: odd }),
          heldBack(60_000, TELEGRAM_BOT),
        ] as const,
    ),
    ...[0, -5].map(
      (over) =>
        [
          `429: retry_after is ${over}, so it is over`,
          not(429, 'Too Many Requests', { retry_after: over }),
          heldBack(1000, TELEGRAM_BOT),
        ] as const,
    ),
    [
      '429: the time is only in the words',
      not(429, 'Too Many Requests: retry after 35'),
      { kind: 'retry', reason: 'rate_limited', afterMs: 35_000, budget: TELEGRAM_BOT },
    ],
    [
      '420: in the words of the platform',
      not(420, 'FLOOD_WAIT_17'),
      { kind: 'retry', reason: 'rate_limited', afterMs: 17_000, budget: TELEGRAM_BOT },
    ],
    [
      '400: slow mode of this chat',
      not(400, 'Bad Request: SLOWMODE_WAIT_9'),
      { kind: 'retry', reason: 'rate_limited', afterMs: 9000 },
    ],
    ['400 thread id', not(400, 'Bad Request: invalid message thread ID specified'), gone],
    ['400 chat id', not(400, 'Bad Request: invalid chat_id specified'), gone],
    ['400 user deleted', not(400, 'Bad Request: USER_DELETED'), gone],
    ['400 not in the chat', not(400, 'Bad Request: the bot is not in the chat'), forbidden],
    ['regression: 400 logged out', not(400, 'Bad Request: Logged out'), unauthorized],
    ['400 peer', not(400, 'Bad Request: PEER_ID_INVALID'), gone],
    ['400 topic closed', not(400, 'Bad Request: TOPIC_CLOSED'), gone],
    ['403 deleted', not(403, 'Forbidden: the group chat was deleted'), gone],
    ['403 plain text', not(400, 'Bad Request: CHAT_SEND_PLAIN_FORBIDDEN'), forbidden],
    ['400 no write access', not(400, 'Bad Request: have no write access to the chat'), forbidden],
    ['400 no forum', not(400, 'Bad Request: the chat is not a forum'), misconfigured],
    [
      '400 upgraded, without the new id',
      not(400, 'Bad Request: group chat was upgraded to a supergroup chat'),
      gone,
    ],
    [
      '400 rights of administrators',
      not(400, 'Bad Request: need administrator rights in the channel chat'),
      forbidden,
    ],
    ['403 not a member', not(403, 'Forbidden: bot is not a member of the channel chat'), forbidden],
    ['403 first word', not(403, "Forbidden: bot can't initiate conversation with a user"), forbidden],
    ['502', not(502, 'Bad Gateway'), lost],
    ['502 of a proxy', page(502), lost],
    ['the number of the error is a word', { ...json(502, { ok: false, error_code: 'BAD_GATEWAY' }) }, lost],
    [
      'the description is a list',
      json(400, { ok: false, error_code: 400, description: ['chat not found'] }),
      gone,
    ],
    ...[42, 0, -5, 1.5, '-1001', {}, -(2 ** 60)].map(
      (odd) =>
        [
          `moved to ${JSON.stringify(odd)}, which is no group`,
          not(400, 'Bad Request: ', { migrate_to_chat_id: odd }),
          asPlain,
        ] as const,
    ),
    [
      'moved',
      not(400, 'Bad Request: group chat was upgraded', { migrate_to_chat_id: -100123 }),
      {
        kind: 'retry',
        reason: 'moved',
      },
    ],
  ],
};

export const webhookSecret = `whsec_${Buffer.from('a very secret signing key of 32 b').toString('base64')}`;
export const webhookHeaderSecret = 'Bearer very-secret-header';

const page503 = text(503, 'Error 503 Backend fetch failed');

const webhook: Subject<'webhook'> = {
  type: 'webhook',
  config: (origin) => ({
    type: 'webhook',
    url: `${origin}/signal?key=very-secret-query`,
    secret: webhookSecret,
    headers: { Authorization: webhookHeaderSecret },
  }),
  secrets: [webhookSecret, webhookHeaderSecret, 'very-secret-query'],
  message: { body: '{"symbol":"ABCUSDT"}', contentType: 'application/json' },
  taken: { status: 204 },
  needsBody: false,
  refusal: (status, headers = {}) => ({ status, headers, body: 'no' }),
  refusals: [
    ...[400, 409, 413, 415, 422, 451, 508].map(
      (status) => [String(status), { status, body: 'no' }, refused] as const,
    ),
    ['401', { status: 401 }, { kind: 'reject', reason: 'unauthorized', scope: 'unclear' }],
    ['403', { status: 403 }, { kind: 'reject', reason: 'forbidden', scope: 'unclear' }],
    ['404', { status: 404 }, { kind: 'reject', reason: 'gone', scope: 'unclear' }],
    ['410', { status: 410 }, { kind: 'reject', reason: 'gone', scope: 'unclear' }],
    ['429', { status: 429 }, heldBack(1000)],
    ...[408, 499, 502, 504, 520, 524, 530, 599].map(
      (status) => [`regression: ${status} of a gateway`, { status, body: 'no' }, lost] as const,
    ),
    ['503', { status: 503 }, again],
    ['503 for a moment', { status: 503, headers: { 'retry-after': '0.001' } }, again],
    ['429 for a moment', { status: 429, headers: { 'retry-after': '0.001' } }, heldBack(1000)],
    [
      '503 of a page for maintenance',
      { status: 503, headers: { 'retry-after': '3600' } },
      { kind: 'retry', reason: 'server_error', afterMs: 300_000 },
    ],
    ...(
      [
        [402, 'forbidden'],
        [405, 'misconfigured'],
        [407, 'unauthorized'],
        [501, 'misconfigured'],
      ] as const
    ).map(
      ([status, reason]) =>
        [
          `regression: ${status} is not the message's fault alone`,
          { status },
          { kind: 'reject', reason, scope: 'unclear' },
        ] as const,
    ),
    [
      'regression: 503 of Heroku, whose page does not say whether the app was reached',
      text(503, '<iframe src="//www.herokucdn.com/error-pages/application-error.html"></iframe>'),
      lost,
    ],
    ...[302, 303].map(
      (status) =>
        [
          `regression: ${status}, which many answer after they have acted`,
          { status },
          { kind: 'reject', reason: 'redirected', scope: 'unclear', mayHaveActed: true },
        ] as const,
    ),
    ['307', { status: 307 }, { kind: 'reject', reason: 'redirected', scope: 'unclear' }],
    ['503 of Envoy', text(503, 'upstream connect error or disconnect/reset before headers'), lost],
    ['regression: 999, which is no status', { status: 999 }, again],
    ['503 of Varnish', page503, lost],
    ['Retry-After on a 500', { status: 500, headers: { 'retry-after': '9' } }, again],
    ['300', { status: 300 }, { kind: 'reject', reason: 'redirected', scope: 'unclear' }],
  ],
};

const byName: { readonly [Type in DestinationTypeName]: Subject<Type> } = { discord, telegram, webhook };
export const subjects: readonly Subject<DestinationTypeName>[] = Object.values(byName);
export { discord as discordSubject, telegram as telegramSubject, webhook as webhookSubject };

/** And one that is in no list of the program: what is promised of all types holds of it too. */
export const everySubject: readonly Subject[] = [...subjects, scratchSubject];
export const subjectTypes: DestinationRegistry = typesWithScratch;

/** Parses a config as the bridge would and opens the destination. */
export async function openSubject(
  config: Record<string, unknown>,
  type: string,
  redact: Redactor = (text) => text,
): Promise<Destination<unknown>> {
  const { schema, open } = typeOf({ type }, subjectTypes);
  return open(schema.parse(config), {
    name: 'subject',
    clock: systemClock,
    redact,
    version: '1.2.3',
    pools: new PoolRegistry({ clock: systemClock }),
  });
}
