/** Where messages go, and which of Discord's limits they fall under, as read from the options once. */
import type { BudgetSpec, DestinationBudgets } from '../../delivery/budget-book.ts';
import type { BudgetLimits } from '../../delivery/windows.ts';
import type { FarEnd } from '../../http/advice.ts';
import { secretName } from '../../platform/secret.ts';
import { limitsOf, socketsOf } from '../common-options.ts';
import { type DiscordOptions, threadOf, WEBHOOK_PATH } from './options.ts';

export interface DiscordAddress {
  /** Without version and closing slash. */
  readonly api: string;
  readonly origin: string;
  readonly farEnd: FarEnd;
  readonly route: `/${string}`;
  readonly threadId: string | undefined;
  /** Of the bot; a webhook carries its own in the route. */
  readonly botToken: string | undefined;
  /** Names of the budgets that a 429 pauses, by how far it reaches. */
  readonly pauses: { readonly bucket: string; readonly global: string };
}

/** Cloudflare in front of Discord counts per IP address, for all clients together. */
export const IP_BUDGET = 'discord-ip';

/** Half of the 10,000 answers of 401, 403 or 429 in ten minutes after which Cloudflare bans an address: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans */
const STRIKES: BudgetLimits = { limit: 5_000, perMs: 10 * 60_000 };
/** 50 requests a second, per bot and, for webhooks, per IP: https://discord.com/developers/docs/topics/rate-limits#global-rate-limit */
const GLOBAL_LIMITS: readonly BudgetLimits[] = [{ limit: 50, perMs: 1000 }];
/** Seen, not documented: the second appears as a 429 of 40 to 45 s. The limits in the headers apply as well. */
const WEBHOOK_LIMITS: readonly BudgetLimits[] = [
  { limit: 5, perMs: 2000 },
  { limit: 30, perMs: 60_000 },
];
const CHANNEL_LIMITS: readonly BudgetLimits[] = [{ limit: 5, perMs: 2000 }];

/** Not Discord itself, if nobody listens: a proxy of the user's. */
const RECEIVER = 'what should answer there';

export function addressOf(options: DiscordOptions): DiscordAddress {
  const { webhookUrl, botToken, channelId, threadId } = options;
  if (webhookUrl !== undefined) {
    const url = new URL(webhookUrl.reveal());
    const [, id = '', token = ''] = WEBHOOK_PATH.exec(url.pathname) ?? [];
    return {
      api: `${url.origin}/api`,
      origin: url.origin,
      farEnd: { origin: url.origin, key: 'webhookUrl', receiver: RECEIVER },
      route: `/webhooks/${id}/${token}`,
      threadId: threadOf(options),
      botToken: undefined,
      pauses: { bucket: `discord-webhook:${id}`, global: IP_BUDGET },
    };
  }
  const url = new URL(options.apiUrl);
  const token = botToken?.reveal() ?? '';
  const bot = secretName(token);
  // For a bot a thread is a channel: https://discord.com/developers/docs/topics/threads
  const channel = threadId ?? channelId ?? '';
  return {
    api: url.origin + url.pathname.replace(/(?<!\/)\/+$/, '').replace(/\/v\d+$/, ''),
    origin: url.origin,
    farEnd: { origin: url.origin, key: 'apiUrl', receiver: RECEIVER },
    route: `/channels/${channel}/messages`,
    threadId: undefined,
    botToken: token,
    pauses: { bucket: `discord-channel:${bot}:${channel}`, global: `discord-bot:${bot}` },
  };
}

/**
 * The bucket is shared, because two destinations may post through one webhook (into two threads, say) and
 * Discord counts them together. A user's `rateLimit` takes the place of the limits that Discord does not
 * document; of several the strictest holds.
 */
export function discordBudgets(options: DiscordOptions): DestinationBudgets {
  const { botToken, pauses, origin } = addressOf(options);
  const limits = limitsOf(options) ?? (botToken === undefined ? WEBHOOK_LIMITS : CHANNEL_LIMITS);
  const shared: BudgetSpec[] = [
    { key: pauses.bucket, what: botToken === undefined ? 'this webhook' : 'this channel', limits },
    {
      ...{ key: IP_BUDGET, what: 'this machine at Discord', limits: GLOBAL_LIMITS, strikes: STRIKES },
      isOfMachine: true,
    },
    socketsOf(origin, options),
  ];
  if (botToken !== undefined) shared.push({ key: pauses.global, what: 'the bot', limits: GLOBAL_LIMITS });
  const broadest = botToken === undefined ? pauses.bucket : pauses.global;
  return { farEnd: pauses.bucket, broadest, own: [], shared };
}
