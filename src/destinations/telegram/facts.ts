/** Telegram's answers about a bot, a chat and the bot in it, read field by field: only the fields that decide whether it may write there. */
import { z } from 'zod';
import { flagField, partField, textField } from '../answer-fields.ts';
import { parseTelegram } from './answer.ts';

/** https://core.telegram.org/bots/api#getme */
const user = z.object({ id: z.int(), username: textField() });

/** https://core.telegram.org/bots/api#chatfullinfo */
const chat = z.object({
  ...{ id: z.int(), type: z.string(), title: textField(), username: textField(), first_name: textField() },
  is_forum: flagField(),
  /** Of members without rights of their own; groups and supergroups. */
  permissions: partField({ can_send_messages: flagField() }),
});

/** https://core.telegram.org/bots/api#chatmember */
const member = z.object({
  status: z.string(),
  ...{ is_member: flagField(), can_post_messages: flagField(), can_send_messages: flagField() },
});

export type TelegramChat = z.output<typeof chat>;
export type TelegramMember = z.output<typeof member>;

/** `undefined`: it is not that. */
const reader =
  <Value>(fields: z.ZodType<Value>) =>
  (bodyText: string): Value | undefined => {
    const answer = parseTelegram(bodyText);
    return answer?.ok === true ? fields.safeParse(answer.result).data : undefined;
  };

export const readUser = reader(user);
export const readChat = reader(chat);
export const readMember = reader(member);
