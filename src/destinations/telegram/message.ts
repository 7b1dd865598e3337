/** The rendered message for Telegram. */
export interface TelegramButton {
  readonly text: string;
  readonly url: string;
}

export interface TelegramMessage {
  /** Telegram HTML, within 4096 UTF-16 units after parsing. https://core.telegram.org/bots/api#html-style */
  readonly text: string;
  /** The minimal form, without markup, for when Telegram refuses `text`. */
  readonly plain: string;
  /** Link buttons under the message, one a row. */
  readonly buttons: readonly TelegramButton[];
  /** Without a sound. */
  readonly silent: boolean;
}
