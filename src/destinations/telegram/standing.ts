/** The rights of a bot in a chat, from Telegram's answers about both. Pure. */
import type { TelegramChat, TelegramMember } from './facts.ts';

/** In Telegram's own words for a message that it refuses (`words.ts`); `undefined`: it would be taken. */
export function refusalIn(
  chat: TelegramChat,
  member: TelegramMember,
  topicId: number | undefined,
): string | undefined {
  const isChannel = chat.type === 'channel';
  return (
    refusalOfMember(chat, member, isChannel) ??
    (topicId !== undefined && !isChannel && chat.is_forum !== true ? 'the chat is not a forum' : undefined)
  );
}

function refusalOfMember(
  { permissions }: TelegramChat,
  { status, is_member: isMember, ...rights }: TelegramMember,
  isChannel: boolean,
): string | undefined {
  const mayNot = isChannel
    ? 'not enough rights: need administrator rights in the channel chat'
    : 'not enough rights to send text messages to the chat';
  switch (status) {
    case 'creator':
      return undefined;
    case 'administrator':
      return isChannel && rights.can_post_messages === false ? mayNot : undefined;
    case 'member':
      return isChannel || permissions.can_send_messages === false ? mayNot : undefined;
    case 'restricted':
      if (isMember === false) return 'bot is not a member of the chat';
      return rights.can_send_messages === false ? mayNot : undefined;
    case 'left':
      return 'bot is not a member of the chat';
    case 'kicked':
      return 'bot was kicked from the chat';
    default:
      return undefined;
  }
}
