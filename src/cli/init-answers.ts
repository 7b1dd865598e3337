/** Whether an answer can stand in the config, by the very options of the config; and the origin of each value. */
import type { z } from 'zod';
import { KEY_FORM } from '../config/config-warnings.ts';
import { isUnfilled } from '../config/placeholders.ts';
import { destinationTypes } from '../destinations/index.ts';
import { feedFields, feedTypes } from '../feeds/index.ts';
import type { Kind } from './init-setup.ts';

const TYPES: Readonly<Record<Kind, string>> = {
  discord: 'discord',
  'discord-bot': 'discord',
  telegram: 'telegram',
  bot: 'webhook',
  program: 'webhook',
};

export const UNFILLED = 'This is still a placeholder: put the real value here.';

/** In a sentence; `undefined`: it can. */
export function faultIn(kind: Kind, option: string, answer: string): string | undefined {
  const schema = destinationTypes.get(TYPES[kind])?.schema.shape[option];
  if (isUnfilled(answer, destinationTypes)) return UNFILLED;
  // Quotes are for YAML.
  const fault = faultBy(schema as z.ZodType | undefined, answer)?.replace(', in quotes', '');
  if (fault !== undefined || kind !== 'discord-bot' || option !== 'botToken') return fault;
  return DISCORD_TOKEN.test(answer) ? undefined : TOKEN_HELP;
}

/** Three parts; beside it on the same pages stand an id, a public key and a client secret, which have one. */
const DISCORD_TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const TOKEN_HELP =
  'This does not have the form of a bot token (three parts with dots between): Developer Portal → your application → Bot → Reset Token.';

export function faultInKey(answer: string): string | undefined {
  if (isUnfilled(answer, destinationTypes)) return UNFILLED;
  const fault = faultBy(feedFields.cryptolisting.apiKey, answer);
  if (fault !== undefined || KEY_FORM.test(answer)) return fault;
  return 'This does not have the form of a key (dsk_ and 64 hex characters): copy it again, complete.';
}

export function faultBy(schema: z.ZodType | undefined, answer: string): string | undefined {
  const message = schema?.safeParse(answer).error?.issues[0]?.message;
  return message === undefined ? undefined : `This ${message}`;
}

/** Where a person gets the value of an option. */
export const originOf = (kind: Kind, option: string): string | undefined =>
  destinationTypes.get(TYPES[kind])?.whereToGet?.[option];

export const KEY_ORIGIN = feedTypes.cryptolisting.whereToGet?.['apiKey'];
