/** The Bot API's answer, read field by field. https://core.telegram.org/bots/api#making-requests */
import { z } from 'zod';
import { parseFields, partField, secondsField, textField, wholeField } from '../answer-fields.ts';

const fields = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: wholeField(),
  description: textField(),
  parameters: partField({ retry_after: secondsField(), migrate_to_chat_id: wholeField() }),
});

export type TelegramAnswer = z.output<typeof fields>;

/** `undefined` = not what the Bot API says: a proxy's page, or cut off. */
export const parseTelegram = (bodyText: string): TelegramAnswer | undefined => parseFields(bodyText, fields);

/** The error's number if it is one of HTTP's for errors, else the status of the answer. */
export const errorStatusOf = ({ error_code }: TelegramAnswer, httpStatus: number): number =>
  error_code !== undefined && error_code >= 400 && error_code <= 599 ? error_code : httpStatus;

/** Ids of supergroups and channels: https://core.telegram.org/bots/api/#chat and https://core.telegram.org/api/bots/ids */
const isSupergroup = (chatId: number | string): boolean => /^-100\d+$/.test(String(chatId));

/** Where a group has gone. A supergroup moves nowhere, and nothing but a supergroup is moved to: any other id is a slip, and would send people's messages to somebody else. */
export function newChatOf({ parameters }: TelegramAnswer, chatId: number | string): number | undefined {
  const { migrate_to_chat_id: movedTo } = parameters;
  return movedTo !== undefined && isSupergroup(movedTo) && !isSupergroup(chatId) ? movedTo : undefined;
}

/** Seconds in words, for when there is no field: "retry after 35", "FLOOD_WAIT_35". */
export function secondsIn(description: string): number {
  return Number(/(?:retry after |(?:FLOOD|SLOWMODE)_WAIT_)(\d{1,9})\b/i.exec(description)?.[1] ?? Number.NaN);
}
