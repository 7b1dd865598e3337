/**
 * A stand-in for Discord's REST API, version 10: webhooks, and a bot's messages in a channel, with the
 * platform's checks, codes and rate limits. https://discord.com/developers/docs/topics/rate-limits
 */

import { type Clock, systemClock } from '../platform/clock.ts';
import { isRecord } from '../platform/wire-values.ts';
import { errorTree, flawsOf, isEmptyMessage } from './discord-form.ts';
import { answerAbout, GUILD_ID, type GuildOptions } from './discord-guild.ts';
import { FixedWindow, SlidingWindow, takeAll } from './rate-windows.ts';
import {
  jsonOf,
  type Reply,
  type StandIn,
  type StandInOptions,
  type StandInRequest,
  startStandIn,
} from './stand-in.ts';

export interface DiscordItem {
  readonly atMs: number;
  /** The message's snowflake. */
  readonly id: string;
  /** Of the webhook, or of the bot's channel. */
  readonly target: string;
  readonly threadId: string | undefined;
  readonly content: string;
  /** Title of the first embed, or ''. */
  readonly title: string;
  readonly embeds: readonly Readonly<Record<string, unknown>>[];
  /** Dropped by Discord unless `with_components=true` (webhooks). */
  readonly components: readonly unknown[];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface DiscordServerOptions extends StandInOptions {
  /** Its channel is a forum: every message opens a thread, or goes into one. */
  readonly forum?: boolean;
  /** The server that its bot is in. */
  readonly guild?: GuildOptions;
}

export interface DiscordServer extends StandIn<DiscordItem> {
  /** A webhook that is there from the start. */
  readonly webhookUrl: string;
  /** Makes another one and gives its URL. */
  addWebhook(): string;
  /** From now on unknown: 404, code 10015. */
  removeWebhook(webhookUrl: string): void;
  readonly apiUrl: string;
  readonly botToken: string;
  readonly channelId: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Answer = Reply<DiscordItem>;

/** Seen, not documented: 5 per 2 s a webhook in the headers, and 30 per 60 s that no header tells of. */
const BUCKET = { limit: 5, perMs: 2000 };
const GLOBAL = { limit: 50, perMs: 1000 };
const HIDDEN = { limit: 30, perMs: 60_000 };
const FIRST_SNOWFLAKE = 1_300_000_000_000_000_000n;
const CHANNEL_ID = '1288888888888888888';

export async function startDiscordServer(options: DiscordServerOptions = {}): Promise<DiscordServer> {
  const clock = options.clock ?? systemClock;
  const webhooks = new Map<string, string>();
  const limits = new DiscordLimits(options.limits !== false, clock);
  const nonces = new Map<string, Answer>();
  let lastSnowflake = FIRST_SNOWFLAKE;
  const snowflake = () => String(++lastSnowflake);
  // Unlike its webhooks' ids, which are part of a secret.
  const channelId = CHANNEL_ID;
  const botToken = ['stand-in', 'bot', 'token'].join('.');

  const handle = (request: StandInRequest): Answer => {
    const [, kind, id = '', token] =
      /^\/api\/v10\/(webhooks|channels)\/(\d{17,20})\/([\w-]+)$/.exec(request.path) ?? [];
    if (kind === 'webhooks') return webhook(request, id, token ?? '');
    if (kind === 'channels' && token === 'messages') return channel(request, id);
    return question(request) ?? failure(404, 0, '404: Not Found');
  };

  const webhook = (request: StandInRequest, id: string, token: string): Answer => {
    const known = webhooks.get(id);
    if (known === undefined) return failure(404, 10015, 'Unknown Webhook');
    if (known !== token) return failure(401, 50027, 'Invalid Webhook Token');
    if (request.method === 'GET')
      return limits.question(request.atMs, () => ({
        status: 200,
        body: { id, type: 1, channel_id: channelId, guild_id: GUILD_ID, name: 'Listings' },
      }));
    if (request.method !== 'POST') return failure(405, 0, '405: Method Not Allowed');
    const answer = limits.guard(
      id,
      request.atMs,
      () => threadFault(request, options.forum === true) ?? post(request, id, true),
    );
    if (answer.received && request.query.get('wait') !== 'true') {
      const { body: _, ...unsaid } = answer;
      return { ...unsaid, status: 204 };
    }
    return answer;
  };

  const channel = (request: StandInRequest, id: string): Answer => {
    if (request.headers.authorization !== `Bot ${botToken}`) return failure(401, 0, '401: Unauthorized');
    if (id !== channelId) return failure(404, 10003, 'Unknown Channel');
    if (request.method !== 'POST') return failure(405, 0, '405: Method Not Allowed');
    return limits.guard(id, request.atMs, () => post(request, id, false));
  };

  const question = (request: StandInRequest): Answer | undefined => {
    if (request.method !== 'GET') return undefined;
    if (request.headers.authorization !== `Bot ${botToken}`) return failure(401, 0, '401: Unauthorized');
    const answer = answerAbout(request, channelId, options.guild ?? {});
    return answer && limits.question(request.atMs, () => answer);
  };

  const post = (request: StandInRequest, target: string, isWebhook: boolean): Answer => {
    const body = jsonOf(request);
    if (!isRecord(body)) return failure(400, 50109, 'The request body contains invalid JSON.');
    const errors = flawsOf(body, isWebhook);
    if (errors.length > 0) return failure(400, 50035, 'Invalid Form Body', { errors: errorTree(errors) });
    if (isEmptyMessage(body)) return failure(400, 50006, 'Cannot send an empty message');
    const nonce = !isWebhook && body['enforce_nonce'] === true ? String(body['nonce'] ?? '') : '';
    const same = nonce === '' ? undefined : nonces.get(nonce);
    if (same) return same;
    const received = itemOf(request, body, snowflake(), target, isWebhook);
    const message = messageOf(received, channelId, clock.wallMs());
    if (nonce !== '') nonces.set(nonce, { status: 200, body: message });
    return { status: 200, body: message, received };
  };

  const standIn = await startStandIn('Discord message', handle, options);
  const addWebhook = () => {
    const id = snowflake();
    webhooks.set(id, `stand-in-token-${id}`);
    return `${standIn.url}/api/webhooks/${id}/stand-in-token-${id}`;
  };
  const removeWebhook = (webhookUrl: string) => {
    webhooks.delete(new URL(webhookUrl).pathname.split('/').at(-2) ?? '');
  };
  const apiUrl = `${standIn.url}/api`;
  return Object.assign(standIn, {
    webhookUrl: addWebhook(),
    addWebhook,
    removeWebhook,
    apiUrl,
    botToken,
    channelId,
  });
}

class DiscordLimits {
  readonly #on: boolean;
  readonly #clock: Clock;
  readonly #questions = new SlidingWindow(GLOBAL.limit, GLOBAL.perMs);
  readonly #targets = new Map<string, { readonly bucket: FixedWindow; readonly hidden: SlidingWindow }>();

  constructor(on: boolean, clock: Clock) {
    this.#on = on;
    this.#clock = clock;
  }

  /** The global limit, of questions alone. https://discord.com/developers/docs/topics/rate-limits#global-rate-limit */
  question(nowMs: number, act: () => Answer): Answer {
    const waitMs = this.#on ? takeAll([this.#questions], nowMs) : 0;
    if (waitMs === 0) return act();
    const body = { message: 'You are being rate limited.', retry_after: waitMs / 1000, global: true };
    return { status: 429, body, overLimit: true };
  }

  /** Lets `act` run if the limits of `target` allow, and adds their headers. Refused forms count too. */
  guard(target: string, nowMs: number, act: () => Answer): Answer {
    if (!this.#on) return act();
    let limits = this.#targets.get(target);
    if (!limits) {
      limits = {
        bucket: new FixedWindow(BUCKET.limit, BUCKET.perMs),
        hidden: new SlidingWindow(HIDDEN.limit, HIDDEN.perMs),
      };
      this.#targets.set(target, limits);
    }
    const { bucket, hidden } = limits;
    const waitMs = takeAll([bucket, hidden], nowMs);
    if (waitMs > 0)
      return {
        status: 429,
        headers: {
          ...this.#headers(bucket, nowMs),
          'retry-after': String(Math.ceil(waitMs / 1000)),
          'x-ratelimit-scope': 'user',
        },
        body: {
          message: 'You are being rate limited.',
          retry_after: Math.ceil(waitMs) / 1000,
          global: false,
        },
        overLimit: true,
      };
    const answer = act();
    return { ...answer, headers: { ...this.#headers(bucket, nowMs), ...answer.headers } };
  }

  #headers(bucket: FixedWindow, nowMs: number): Record<string, string> {
    const resetAfterS = bucket.resetAfterMs(nowMs) / 1000;
    return {
      'x-ratelimit-limit': String(bucket.limit),
      'x-ratelimit-remaining': String(bucket.remaining(nowMs)),
      'x-ratelimit-reset-after': resetAfterS.toFixed(3),
      'x-ratelimit-reset': (this.#clock.wallMs() / 1000 + resetAfterS).toFixed(3),
      'x-ratelimit-bucket': 'standin0000000000000000000000000',
      via: '1.1 google',
    };
  }
}

function itemOf(
  request: StandInRequest,
  body: Fields,
  id: string,
  target: string,
  isWebhook: boolean,
): DiscordItem {
  const embeds = Array.isArray(body['embeds']) ? body['embeds'].filter(isRecord) : [];
  const shown = !isWebhook || request.query.get('with_components') === 'true';
  return {
    atMs: request.atMs,
    id,
    target,
    threadId: request.query.get('thread_id') ?? undefined,
    content: typeof body['content'] === 'string' ? body['content'] : '',
    title: String(embeds[0]?.['title'] ?? ''),
    embeds,
    components: shown && Array.isArray(body['components']) ? body['components'] : [],
    body,
  };
}

function messageOf(item: DiscordItem, channelId: string, wallMs: number): Fields {
  const { id, content, embeds, components, threadId, body } = item;
  return {
    id,
    type: 0,
    channel_id: threadId ?? channelId,
    content,
    embeds,
    components,
    author: { id: item.target, username: body['username'] ?? 'stand-in', bot: true },
    timestamp: new Date(wallMs).toISOString(),
    flags: body['flags'] ?? 0,
  };
}

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
function threadFault(request: StandInRequest, isForum: boolean): Answer | undefined {
  const body = jsonOf(request);
  const isNamed = isRecord(body) && body['thread_name'] !== undefined;
  const isGiven = request.query.has('thread_id');
  if (isForum && !isNamed && !isGiven)
    return failure(400, 220_001, 'Webhooks posted to forum channels must have a thread_name or thread_id');
  if (isForum && isNamed && isGiven)
    return failure(
      400,
      220_002,
      'Webhooks posted to forum channels cannot have both a thread_name and thread_id',
    );
  if (!isForum && isNamed) return failure(400, 220_003, 'Webhooks can only create threads in forum channels');
  return undefined;
}

function failure(status: number, code: number, message: string, more: Fields = {}): Answer {
  return { status, body: { message, code, ...more } };
}
