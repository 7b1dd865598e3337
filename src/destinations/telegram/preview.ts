/** The `sendMessage` call that a message becomes, for people. https://core.telegram.org/bots/api#sendmessage */
import { REDACTED } from '../../platform/secret.ts';
import type { RequestPreview } from '../destination.ts';
import type { TelegramMessage } from './message.ts';
import type { TelegramOptions } from './options.ts';

export function previewTelegram(options: TelegramOptions, message: TelegramMessage): RequestPreview {
  const { apiUrl, chatId, topicId, protectContent } = options;
  const { text, buttons, silent } = message;
  return {
    method: 'POST',
    url: `${apiUrl.replace(/(?<!\/)\/+$/, '')}/bot${REDACTED}/sendMessage`,
    body: {
      chat_id: chatId,
      ...(topicId !== undefined && { message_thread_id: topicId }),
      text,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      disable_notification: silent,
      protect_content: protectContent,
      ...(buttons.length > 0 && { reply_markup: { inline_keyboard: buttons.map((button) => [button]) } }),
    },
  };
}
