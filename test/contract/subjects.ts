/**
 * What the conformance suite must know of each destination type to put it through its paces: a config
 * that points at a local server, the platform's own way to say yes and no, and its table of refusals.
 * A type without an entry does not compile.
 */
import type { Outcome } from '../../src/delivery/outcome.ts';
import type { CommonOptions } from '../../src/destinations/common-options.ts';
import type { Destination, DestinationType } from '../../src/destinations/destination.ts';
import { HttpPools } from '../../src/destinations/http-pools.ts';
import { type DestinationTypeName, destinationTypes } from '../../src/destinations/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Redactor } from '../../src/platform/secret.ts';
import type { Reply } from '../support/faulty-server.ts';

export interface Subject {
  readonly type: DestinationTypeName;
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
const again: Outcome = { kind: 'retry', reason: 'server_error' };

const discordSecret = 'VerySecretWebhookToken_0123456789-abcdefghijklmnop';
const code = (status: number, errorCode: number) =>
  json(status, { message: 'Something about it', code: errorCode });
const DISCORD_BUCKET = 'discord-webhook:123456789012345678';

const discord: Subject = {
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
    ['404 of a proxy', page(404), gone],
    ['50035 invalid form', code(400, 50035), asPlain],
    ['200000 automatic moderation', code(400, 200000), asPlain],
    ['240000 harmful link', code(400, 240000), asPlain],
    ['400', code(400, 0), asPlain],
    ['413', page(413), asPlain],
    ['405', code(405, 0), refused],
    ['501', page(501), again],
    ['HTML 403', page(403), { kind: 'retry', reason: 'rate_limited', afterMs: 60_000, budget: 'discord-ip' }],
    [
      'HTML 429',
      page(429, { 'retry-after': '17' }),
      { kind: 'retry', reason: 'rate_limited', afterMs: 17_000, budget: 'discord-ip' },
    ],
    [
      '40333',
      code(403, 40333),
      { kind: 'retry', reason: 'rate_limited', afterMs: 60_000, budget: 'discord-ip' },
    ],
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
    ['429 without any wait', json(429, {}), { kind: 'retry', reason: 'rate_limited' }],
  ],
};

const telegramSecret = '123456789:AAveryVerySecretBotToken_0123456789';
const not = (status: number, description: string, parameters?: object): Reply =>
  json(status, { ok: false, error_code: status, description, ...(parameters && { parameters }) });

const telegram: Subject = {
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
    ['404 of a proxy', page(404), unauthorized],
    ['409', not(409, 'Conflict'), refused],
    ['501 of a proxy', page(501), again],
    ['a refusal inside a 200', json(200, { ok: false, error_code: 403, description: 'no' }), forbidden],
    ['429 without any wait', not(429, 'Too Many Requests'), { kind: 'retry', reason: 'rate_limited' }],
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

const webhook: Subject = {
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
    ...[400, 402, 405, 409, 413, 422, 451, 501, 505].map(
      (status) => [String(status), { status, body: 'no' }, refused] as const,
    ),
    ['401', { status: 401 }, { kind: 'reject', reason: 'unauthorized', scope: 'unclear' }],
    ['403', { status: 403 }, { kind: 'reject', reason: 'forbidden', scope: 'unclear' }],
    ['404', { status: 404 }, { kind: 'reject', reason: 'gone', scope: 'unclear' }],
    ['410', { status: 410 }, { kind: 'reject', reason: 'gone', scope: 'unclear' }],
    ['429', { status: 429 }, { kind: 'retry', reason: 'rate_limited' }],
    ['Retry-After on a 500', { status: 500, headers: { 'retry-after': '9' } }, again],
    ['300', { status: 300 }, { kind: 'reject', reason: 'redirected', scope: 'message' }],
  ],
};

const byName: Readonly<Record<DestinationTypeName, Subject>> = { discord, telegram, webhook };
export const subjects: readonly Subject[] = Object.values(byName);
export { discord as discordSubject, telegram as telegramSubject, webhook as webhookSubject };

/** Parses a config as the bridge would and opens the destination. */
export async function openSubject(
  config: Record<string, unknown>,
  type: DestinationTypeName,
  redact: Redactor = (text) => text,
): Promise<Destination<unknown>> {
  // Options and message of one type belong together; across types only `unknown` fits.
  const destinationType = destinationTypes[type] as unknown as DestinationType<CommonOptions, unknown>;
  const options = destinationType.schema.parse(config);
  return destinationType.open(options, {
    name: 'subject',
    clock: systemClock,
    redact,
    version: '1.2.3',
    pools: new HttpPools({ clock: systemClock }),
  });
}
