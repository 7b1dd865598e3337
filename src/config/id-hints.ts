/** The id that somebody meant who wrote a link, a mention, or an id with something around it. */

const IDS: ReadonlySet<unknown> = new Set(['chatId', 'topicId', 'channelId', 'threadId']);

const LONG_ID = /\d{17,20}/g;

/** `key`: of the option. A suggestion, as a sentence; `undefined`: nobody knows. */
export function idHint(key: unknown, value: unknown, written?: string): string | undefined {
  if (IDS.has(key) && typeof value === 'number' && /e\+?\d|\.\d/i.test(written ?? ''))
    return 'a spreadsheet has shortened it: copy the id again, in quotes';
  const text = (typeof value === 'number' ? (written ?? String(value)) : String(value ?? '')).trim();
  switch (key) {
    case 'chatId':
      return chatHint(text);
    case 'topicId':
      return lastNumber(text);
    case 'channelId':
    case 'threadId':
      return discordHint(text);
    case 'mention':
      return mentionHint(value, text);
    default:
      return undefined;
  }
}

function chatHint(text: string): string | undefined {
  const [, internal, topic] = /t(?:elegram)?\.me\/c\/(\d+)(?:\/(\d+))?/i.exec(text) ?? [];
  if (internal !== undefined)
    return `write -100${internal}${topic === undefined ? '' : ` (for the topic ${topic} of a forum, topicId: ${topic} beside it)`}`;
  if (/t(?:elegram)?\.me\/(?:\+|joinchat\/)/i.test(text))
    return 'an invitation names no chat: make the bot an administrator of the channel, and write its number';
  const [, name] = /(?:t|telegram)\.me\/(?:s\/)?([A-Za-z]\w{3,})/i.exec(text) ?? [];
  if (name !== undefined) return `write "@${name}"`;
  const [, fromWeb] = /web\.telegram\.org\/(?:(?!web\.telegram\.org\/).)*#-(\d+)/i.exec(text) ?? [];
  if (fromWeb !== undefined)
    return `write -100${fromWeb.replace(/^100(?=\d{10})/, '')}, or for a small group -${fromWeb}`;
  const [, chat, forum] = /^(-?\d+)[:_/](\d+)$/.exec(text) ?? [];
  if (chat !== undefined) return `write chatId: ${chat} and, below it, topicId: ${forum}`;
  if (/^[-–—−]+ ?\d[\d ]*$|^\d[\d ]*$/.test(text)) return `write -${text.replace(/\D/g, '')}`;
  if (/^[A-Za-z]\w{4,}$/.test(text)) return `for the public name of a channel write "@${text}"`;
  if (/\s/.test(text)) return 'the title of a chat does not find it: write its number, or its public name';
  return undefined;
}

const lastNumber = (text: string): string | undefined => {
  const [, number] = /\/(\d+)\/?(?:\?.*)?$/.exec(text) ?? [];
  return number === undefined ? undefined : `write ${number}`;
};

/** Of a link the last id: https://discord.com/channels/SERVER/CHANNEL[/MESSAGE]. */
function discordHint(text: string): string | undefined {
  const ids = text.match(LONG_ID) ?? [];
  const [, channel] = /\/threads\/(\d{17,20})/.exec(text) ?? /channels\/\d+\/(\d{17,20})/.exec(text) ?? [];
  const id = channel ?? ids.at(-1);
  return id === undefined || id === text ? undefined : `write "${id}"`;
}

function mentionHint(value: unknown, text: string): string | undefined {
  if (Array.isArray(value)) return 'one is possible: everyone, here, role:<id> or user:<id>';
  if (/^@(everyone|here)$/.test(text)) return `write ${text.slice(1)}`;
  const [, kind, id] = /^<@([&!]?)(\d{17,20})>$/.exec(text) ?? [];
  if (id !== undefined) return `write ${kind === '&' ? 'role' : 'user'}:${id}`;
  if (/^\d{17,20}$/.test(text)) return `write role:${text} or user:${text}`;
  return /^@/.test(text)
    ? 'a name does not find them: with Developer Mode on, right-click the role or person → Copy ID'
    : undefined;
}
