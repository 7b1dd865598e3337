/**
 * The knowledge of a stand-in for Discord beside messages: who its bot is, its server's channels and roles, and what the bot
 * may do there. It only answers GETs. https://discord.com/developers/docs/resources/guild
 */
import type { Reply, StandInRequest } from './stand-in.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface GuildChannel {
  readonly id: string;
  /** 0: text; 4: category; 11: thread; 15: forum … */
  readonly type?: number;
  readonly name?: string;
  readonly parent_id?: string;
  readonly permission_overwrites?: readonly Fields[];
  readonly thread_metadata?: Fields;
}

export interface GuildRole {
  readonly id: string;
  /** Bits, as a number in text. */
  readonly permissions: string;
  readonly mentionable?: boolean;
}

export interface GuildOptions {
  /** Beside the one that the bot posts into; one with the same id takes its place. */
  readonly channels?: readonly GuildChannel[];
  /** Of everybody. Default: View Channel, Send Messages and those in threads, Embed Links. */
  readonly everyone?: string;
  /** Beside that of everybody. */
  readonly roles?: readonly GuildRole[];
  /** Roles of the bot, by id. */
  readonly botRoles?: readonly string[];
  readonly timedOutUntil?: string;
}

export const GUILD_ID = '1299999999999999999';
export const BOT_ID = '1299999999999999998';

const USUAL = String((1n << 10n) | (1n << 11n) | (1n << 14n) | (1n << 38n));

/** `undefined`: there is nothing at this path. The bot's token has been looked at. */
export function answerAbout(
  { path }: Pick<StandInRequest, 'path'>,
  channelId: string,
  guild: GuildOptions,
): Reply<never> | undefined {
  const [kind, id, part, partId] = path.replace(/^\/api\/v10\//, '').split('/');
  if (kind === 'users' && id === '@me') return found({ id: BOT_ID, username: 'listings', bot: true });
  if (kind === 'channels' && part === undefined) return channel(id ?? '', channelId, guild);
  if (kind !== 'guilds') return undefined;
  if (id !== GUILD_ID) return unknown(10004, 'Unknown Guild');
  if (part === 'members') return partId === BOT_ID ? found(member(guild)) : unknown(10007, 'Unknown Member');
  return part === 'roles' ? role(partId ?? '', guild) : undefined;
}

function channel(id: string, own: string, { channels = [] }: GuildOptions): Reply<never> {
  const usual: GuildChannel = { id: own, type: 0, name: 'listings' };
  const known = [...channels, usual].find((one) => one.id === id);
  if (known === undefined) return unknown(10003, 'Unknown Channel');
  return found({ guild_id: GUILD_ID, permission_overwrites: [], ...known });
}

const member = ({ botRoles = [], timedOutUntil }: GuildOptions): Fields => ({
  ...{ user: { id: BOT_ID }, roles: botRoles, communication_disabled_until: timedOutUntil ?? null },
});

function role(id: string, { everyone = USUAL, roles = [] }: GuildOptions): Reply<never> {
  const known = [...roles, { id: GUILD_ID, permissions: everyone }].find((one) => one.id === id);
  return known === undefined ? unknown(10011, 'Unknown Role') : found({ name: 'a role', ...known });
}

const found = (body: Fields): Reply<never> => ({ status: 200, body });
const unknown = (code: number, message: string): Reply<never> => ({ status: 404, body: { message, code } });
