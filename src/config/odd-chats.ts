/** Chat ids that are hardly those of the chat that is meant. */
import type { DestinationOptions } from '../destinations/common-options.ts';
import { Secret } from '../platform/secret.ts';
import { type Located, nodeAt } from './located.ts';
import type { Finding } from './problem.ts';
import type { ConfigSections } from './sections.ts';

export function* oddChats({ destinations }: ConfigSections, root: Located): Iterable<Finding> {
  for (const [name, options] of destinations) {
    if (options === undefined) continue;
    const { written = '' } = nodeAt(root, ['destinations', name, 'chatId']).node;
    if (/^-?(?:\d+(?:\.\d+)?|\.\d+)e/i.test(written)) yield* shortened(name, written);
    else yield* oddChat(name, options);
  }
}

function* shortened(name: string, written: string): Iterable<Finding> {
  yield {
    path: ['destinations', name, 'chatId'],
    message: `${written} is how a spreadsheet shortens a number: its last digits may be lost`,
    hint: 'copy the id again from where you have it',
  };
}

/** https://core.telegram.org/api/bots/ids: of groups and channels they are negative, a channel's begins with -100. */
function* oddChat(name: string, options: DestinationOptions): Iterable<Finding> {
  const chatId = 'chatId' in options ? options.chatId : undefined;
  const path = ['destinations', name, 'chatId'];
  if (typeof chatId === 'string' && /^@\w+bot$/i.test(chatId))
    yield {
      path,
      message: `${chatId} is the name of a bot: names that end in bot are kept for them`,
      hint: 'write the name of the channel or group, or the number of the chat',
    };
  if (typeof chatId !== 'number' || chatId < 0) return;
  const token = 'botToken' in options && options.botToken instanceof Secret ? options.botToken.reveal() : '';
  if (/^100\d{10}$/.test(String(chatId)))
    yield {
      path,
      message: `${chatId} looks like the id of a channel or group without its minus`,
      hint: `write -${chatId}`,
    };
  else if (token.startsWith(`${chatId}:`))
    yield {
      path,
      message: `${chatId} is the bot itself (its token begins with it), and no bot can write to itself`,
      hint: 'write the number of the chat that is to get the news; of a group or channel it begins with a minus',
    };
  else
    yield {
      path,
      message: `${chatId} is the id of a person, not of a group or channel`,
      hint: 'right for yourself, once you have pressed Start in the chat with the bot; ids of groups and channels begin with a minus',
      isNote: true,
    };
}
