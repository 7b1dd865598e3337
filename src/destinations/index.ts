/** Every destination type there is. A new one is its folder, its lines here, and its options in `config/schema.ts`. */
import type { CommonOptions } from './common-options.ts';
import type { DestinationType } from './destination.ts';
import { discord } from './discord/index.ts';
import type { DiscordOptions } from './discord/options.ts';
import { telegram } from './telegram/index.ts';
import type { TelegramOptions } from './telegram/options.ts';
import { webhook } from './webhook/index.ts';
import type { WebhookOptions } from './webhook/options.ts';

export const destinationTypes = { discord, telegram, webhook } as const;

export type DestinationTypeName = keyof typeof destinationTypes;

export type DestinationOptions = DiscordOptions | TelegramOptions | WebhookOptions;

/** The type of a configured destination, with its own option and message types sealed away. */
export function typeOf(
  options: CommonOptions & { readonly type: DestinationTypeName },
): DestinationType<CommonOptions, unknown> {
  return destinationTypes[options.type] as unknown as DestinationType<CommonOptions, unknown>;
}
