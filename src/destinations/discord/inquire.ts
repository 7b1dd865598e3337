/** Whether Discord would take messages for a destination: a few GETs, which post nothing. */
import type { HttpAnswer } from '../../http/request.ts';
import { farEndWallMs } from '../../http/retry-after.ts';
import { bad, good, type Remark, warned } from '../../remark.ts';
import { quote } from '../http-outcome.ts';
import { type Asked, asked, type InquireDeps } from '../inquire.ts';
import { addressOf, type DiscordAddress, IP_BUDGET } from './address.ts';
import { DESTINATION_CODES } from './codes.ts';
import {
  type DiscordChannel,
  type DiscordRole,
  readChannel,
  readMember,
  readRole,
  readUser,
  readWebhook,
} from './facts.ts';
import type { DiscordOptions } from './options.ts';
import { discordOutcome } from './outcome.ts';
import { type Standing, standingIn } from './standing.ts';

/** Of the 50 requests a second that Discord takes from one address: https://discord.com/developers/docs/topics/rate-limits#global-rate-limit */
const PACE = { key: IP_BUDGET, perSecond: 20 } as const;

export async function inquireDiscord(options: DiscordOptions, deps: InquireDeps): Promise<readonly Remark[]> {
  const address = addressOf(options);
  const ask = asking(options, address, deps);
  return address.botToken === undefined ? ofWebhook(address, ask, deps) : ofBot(options, ask, deps);
}

type Ask = <Value>(path: string, read: (bodyText: string) => Value | undefined) => Promise<Asked<Value>>;

function asking(options: DiscordOptions, address: DiscordAddress, deps: InquireDeps): Ask {
  const { api, origin, botToken, farEnd, pauses } = address;
  const { inquiry, clock, redact } = deps;
  const refusal = (answer: HttpAnswer) =>
    discordOutcome(answer, {
      ...{ plain: true, pauses, redact },
      wallNowMs: farEndWallMs(answer.headers, clock.wallMs()),
    });
  return async (path, read) => {
    const result = await inquiry.get({
      ...{ origin, way: options, path: `${api.slice(origin.length)}/v10${path}`, pace: PACE },
      ...(botToken !== undefined && { headers: { authorization: `Bot ${botToken}` } }),
    });
    return asked(result, farEnd, deps, { read, refusal });
  };
}

/** Whoever has its address may post; Discord says neither what kind of channel it is for nor which threads are open. */
async function ofWebhook(
  { route, threadId }: DiscordAddress,
  ask: Ask,
  { redact }: InquireDeps,
): Promise<readonly Remark[]> {
  const found = await ask(route, readWebhook);
  if ('remark' in found) return [found.remark];
  const { name = 'without a name', channel_id: channel = '?', guild_id: guild = '?' } = found.value;
  const thread =
    threadId === undefined ? '' : ` Whether thread ${threadId} is open shows only at a message (\`send\`).`;
  const webhook = quote(name, redact, LONGEST_NAME);
  const where = quote(`channel ${channel} of server ${guild}`, redact, LONGEST_NAME);
  return [good(`may post: webhook "${webhook}" into ${where}.${thread}`, 'HTTP 200')];
}

const LONGEST_NAME = 80;

async function ofBot(options: DiscordOptions, ask: Ask, deps: InquireDeps): Promise<readonly Remark[]> {
  const user = await ask('/users/@me', readUser);
  if ('remark' in user) return [user.remark];
  const { id: botId, username = botId } = user.value;
  const bot = quote(username, deps.redact, LONGEST_NAME);
  const channel = await ask(`/channels/${options.threadId ?? options.channelId}`, readChannel);
  if ('remark' in channel) return [channel.remark];
  const { guild_id: serverId } = channel.value;
  if (serverId === undefined) return [good(`may post: bot ${bot} into a direct channel.`, 'HTTP 200')];
  // A thread has the rights of the channel that it is in.
  const parent = await parentOf(channel.value, ask);
  if ('remark' in parent) return [parent.remark];
  const member = await ask(`/guilds/${serverId}/members/${botId}`, readMember);
  if ('remark' in member) return [member.remark];
  const { mention } = options;
  const mentionedId = /^role:(\d+)$/.exec(mention ?? '')?.[1];
  const ids = [serverId, ...member.value.roles, ...(mentionedId === undefined ? [] : [mentionedId])];
  const roles = await rolesOf(serverId, ids, ask);
  if ('remark' in roles) return [roles.remark];
  const own = roles.value.filter(({ id }) => id === serverId || member.value.roles.includes(id));
  const standing = standingIn({
    ...{ bot: { id: botId, serverId, roles: own }, channel: channel.value, parent: parent.value },
    ...{ member: member.value, mention, mentioned: roles.value.find(({ id }) => id === mentionedId) },
    wallMs: deps.clock.wallMs(),
  });
  const where = quote(channel.value.name ?? channel.value.id, deps.redact, LONGEST_NAME);
  return remarksOn(standing, bot, `"${where}"`);
}

/** One by one: a server may have 250, whose list is longer than an answer that is read. */
async function rolesOf(
  serverId: string,
  ids: readonly string[],
  ask: Ask,
): Promise<Asked<readonly DiscordRole[]>> {
  const roles: DiscordRole[] = [];
  for (const id of new Set(ids)) {
    const role = await ask(`/guilds/${serverId}/roles/${id}`, readRole);
    if ('remark' in role) return role;
    roles.push(role.value);
  }
  return { value: roles };
}

async function parentOf(channel: DiscordChannel, ask: Ask): Promise<Asked<DiscordChannel>> {
  if (channel.thread_metadata === undefined || channel.parent_id === undefined) return { value: channel };
  return await ask(`/channels/${channel.parent_id}`, readChannel);
}

function remarksOn(
  { code, lacking, isArchived, pingsNobody, timedOutUntil }: Standing,
  bot: string,
  where: string,
): readonly Remark[] {
  if (code !== undefined) {
    const { advice = '', reason = 'misconfigured' } = DESTINATION_CODES.get(code) ?? {};
    const missing = lacking.length === 0 ? '' : ` Bot ${bot} lacks in ${where}: ${lacking.join(', ')}.`;
    return [bad(`${advice}${missing}`, reason)];
  }
  if (timedOutUntil !== undefined)
    return [
      bad(`Bot ${bot} is timed out on its server until ${timedOutUntil}: end that there.`, 'forbidden'),
    ];
  const archived = isArchived ? ' The thread is archived, and the first message opens it again.' : '';
  const may = good(`may post: bot ${bot} into ${where}.${archived}`, 'HTTP 200');
  const right = 'give the bot the permission Mention Everyone there, or make the role mentionable';
  return pingsNobody
    ? [may, warned(`\`mention\` would ping nobody: ${right}.`, 'mention_not_allowed')]
    : [may];
}
