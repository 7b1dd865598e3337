/** The rights of a bot in a channel or thread, from Discord's answers about both. Pure. */
import type { DiscordChannel, DiscordMember, DiscordRole } from './facts.ts';
import { type Bot, type Permission, permissionsOf } from './permissions.ts';

export interface Standing {
  /** The error code that a message would get (`codes.ts`); `undefined`: none. */
  readonly code: number | undefined;
  /** By their names in Discord's settings. */
  readonly lacking: readonly string[];
  readonly isArchived: boolean;
  readonly pingsNobody: boolean;
  /** As Discord writes times. */
  readonly timedOutUntil: string | undefined;
}

export interface Place {
  readonly bot: Bot;
  readonly channel: DiscordChannel;
  /** Of a thread, the channel that it is in; else the channel itself. */
  readonly parent: DiscordChannel;
  readonly member: DiscordMember;
  /** As the config has it. */
  readonly mention: string | undefined;
  /** The role in it. */
  readonly mentioned: DiscordRole | undefined;
  readonly wallMs: number;
}

/** Categories, directories, forums and media channels: https://discord.com/developers/docs/resources/channel#channel-object-channel-types */
const TAKES_NO_MESSAGES: ReadonlySet<number> = new Set([4, 14, 15, 16]);

const WRONG_CHANNEL = 50008;
const NO_ACCESS = 50001;
const NO_PERMISSION = 50013;
const LOCKED = 160005;

const NAMES: Partial<Readonly<Record<Permission, string>>> = {
  VIEW_CHANNEL: 'View Channel',
  SEND_MESSAGES: 'Send Messages',
  SEND_MESSAGES_IN_THREADS: 'Send Messages in Threads',
  EMBED_LINKS: 'Embed Links',
};

export function standingIn(place: Place): Standing {
  const { bot, channel, parent, member, mention, mentioned, wallMs } = place;
  const held = permissionsOf(bot, parent.permission_overwrites ?? []);
  const thread = channel.thread_metadata;
  const needed: readonly Permission[] = [
    'VIEW_CHANNEL',
    thread === undefined ? 'SEND_MESSAGES' : 'SEND_MESSAGES_IN_THREADS',
    'EMBED_LINKS',
  ];
  const lacking = needed.filter((permission) => !held.has(permission));
  const isLocked = thread?.locked === true && !held.has('MANAGE_THREADS');
  const until = member.communication_disabled_until;
  return {
    code: codeOf(channel, lacking, isLocked),
    lacking: lacking.map((permission) => NAMES[permission] ?? permission),
    isArchived: thread?.archived === true,
    pingsNobody: needsRight(mention, mentioned) && !held.has('MENTION_EVERYONE'),
    // It holds for everybody but administrators.
    timedOutUntil: Date.parse(until ?? '') > wallMs && !held.has('ADMINISTRATOR') ? until : undefined,
  };
}

function codeOf(
  { type = 0 }: DiscordChannel,
  lacking: readonly Permission[],
  isLocked: boolean,
): number | undefined {
  if (TAKES_NO_MESSAGES.has(type)) return WRONG_CHANNEL;
  if (lacking.includes('VIEW_CHANNEL')) return NO_ACCESS;
  if (lacking.length > 0) return NO_PERMISSION;
  return isLocked ? LOCKED : undefined;
}

/** `user:…` always pings; a role does if it is made so. */
const needsRight = (mention: string | undefined, mentioned: DiscordRole | undefined): boolean =>
  mention !== undefined && !mention.startsWith('user:') && mentioned?.mentionable !== true;
