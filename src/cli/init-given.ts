/** The flags of `init`, and a setup from them and the environment alone. */
import { PUBLISHERS } from '../announcement.ts';
import { orNearest } from '../platform/suggest.ts';
import { UserError, WRONG_USAGE } from './exit-codes.ts';
import { faultIn, faultInKey } from './init-answers.ts';
import type { Given } from './init-questions.ts';
import { type Chosen, type Kind, PURPOSES, type Purpose, type Setup, type Variable } from './init-setup.ts';
import type { World as WholeWorld } from './init-world.ts';

export interface InitOptions {
  readonly config: string;
  readonly example: boolean;
  readonly minimal: boolean;
  readonly yes: boolean;
  readonly for?: string | undefined;
  /** Separated by commas, as `exchanges`. */
  readonly to?: string | undefined;
  readonly exchanges?: string | undefined;
}

type World = Pick<WholeWorld, 'known' | 'bytes'>;

const PLACES = ['discord', 'telegram', 'webhook'] as const;

/** Throws `UserError` for flags that do not go together. */
export function givenIn(options: InitOptions): Given {
  const { example, minimal, yes } = options;
  const purpose = options.for === undefined ? undefined : oneOf(options.for, PURPOSES, '--for');
  const to = options.to === undefined ? undefined : listOf(options.to, PLACES, '--to');
  const exchanges =
    options.exchanges === undefined ? undefined : listOf(options.exchanges, PUBLISHERS, '--exchanges');
  const others = yes || minimal || (purpose ?? to ?? exchanges) !== undefined;
  if (example && others)
    throw wrong('--example writes the commented example as it is: leave the other flags out.');
  if (minimal && purpose !== undefined)
    throw wrong('--minimal writes one rule for everything: leave --for out, or leave --minimal out.');
  if (minimal && to !== undefined && to.length > 1)
    throw wrong('--minimal writes one destination: name one with --to.');
  const kinds = kindsOf(purpose, to, minimal);
  return { purpose, kinds, exchanges, isMinimal: minimal };
}

/** `undefined`: that is to be asked. */
function kindsOf(
  purpose: Purpose | undefined,
  to: readonly (typeof PLACES)[number][] | undefined,
  isMinimal: boolean,
): readonly Kind[] | undefined {
  const chats = (to ?? []).filter((place) => place !== 'webhook');
  const hasWebhook = to?.includes('webhook') === true;
  if (isMinimal || purpose === 'alerts') return to?.map((place) => (place === 'webhook' ? 'program' : place));
  if (purpose === 'bot') {
    if (chats.length > 0)
      throw wrong(
        '--for bot sends orders to a webhook and nothing to chats: use --for both, or leave --to out.',
      );
    return ['bot'];
  }
  if (to === undefined) return undefined;
  if (purpose === 'both' && chats.length === 0)
    throw wrong('--for both alerts a chat too: name discord or telegram with --to, or use --for bot.');
  return [...chats, ...(hasWebhook || purpose === 'both' ? ['bot' as const] : [])];
}

/** Without a question: what the environment or the `.env` has is used, the rest is left for later. Throws `UserError` for a value that cannot be. */
export function setupOf({ kinds, purpose, exchanges = [], isMinimal }: Given, world: World): Setup {
  const chosen = kinds ?? kindsKnown(purpose, isMinimal, world);
  return {
    exchanges: exchanges.length === PUBLISHERS.length ? [] : exchanges,
    apiKey: variable('CRYPTOLISTING_API_KEY', faultInKey, world),
    destinations: chosen.map((kind) => destination(kind, world)),
    isMinimal,
    ...(!isMinimal && {
      adminToken: made(
        'ADMIN_TOKEN',
        () => world.bytes(24).toString('hex'),
        () => undefined,
        world,
      ),
    }),
  };
}

/** The destinations whose variables are set; without any, Discord. */
function kindsKnown(purpose: Purpose | undefined, isMinimal: boolean, world: World): readonly Kind[] {
  const has = (name: string) => world.known(name) !== undefined;
  const chats = [
    ...(has('DISCORD_WEBHOOK_URL') ? ['discord' as const] : []),
    ...(has('TELEGRAM_BOT_TOKEN') ? ['telegram' as const] : []),
  ];
  const all: readonly Kind[] = [
    ...chats,
    ...(purpose === 'both' || (purpose === undefined && has('BOT_URL'))
      ? [isMinimal ? ('program' as const) : ('bot' as const)]
      : []),
    ...(has('PROGRAM_URL') && purpose !== 'both' ? ['program' as const] : []),
  ];
  const found =
    chats.length === 0 && (all.length === 0 || purpose === 'both') ? (['discord', ...all] as const) : all;
  return isMinimal ? found.slice(0, 1) : found;
}

function destination(kind: Kind, world: World): Chosen {
  const of = (option: string, name: string) => variable(name, (value) => faultIn(kind, option, value), world);
  switch (kind) {
    case 'discord':
      return { kind, variables: { webhookUrl: of('webhookUrl', 'DISCORD_WEBHOOK_URL') } };
    case 'telegram': {
      const chat = of('chatId', 'TELEGRAM_CHAT_ID');
      const api =
        world.known('TELEGRAM_API_URL') === undefined ? {} : { apiUrl: of('apiUrl', 'TELEGRAM_API_URL') };
      const variables = { botToken: of('botToken', 'TELEGRAM_BOT_TOKEN'), ...api };
      return chat.value === undefined
        ? { kind, variables: { ...variables, chatId: chat } }
        : { kind, variables, chatId: chat.value };
    }
    case 'bot':
    case 'program': {
      const prefix = kind === 'bot' ? 'BOT' : 'PROGRAM';
      const secret = made(
        `${prefix}_SECRET`,
        () => `whsec_${world.bytes(32).toString('base64')}`,
        (value) => faultIn(kind, 'secret', value),
        world,
      );
      return { kind, variables: { url: of('url', `${prefix}_URL`), secret } };
    }
    default:
      return kind satisfies never;
  }
}

type FaultIn = (value: string) => string | undefined;

function variable(name: string, faultOf: FaultIn, world: World): Variable {
  const known = world.known(name);
  const fault = known && faultOf(known.value);
  if (fault !== undefined) throw new UserError(`${name} of ${known?.place} cannot be used. ${fault}`);
  return { name, value: known?.value };
}

function made(name: string, make: () => string, faultOf: FaultIn, world: World): Variable {
  const { value } = variable(name, faultOf, world);
  return { name, value: value ?? make() };
}

function listOf<Word extends string>(text: string, words: readonly Word[], flag: string): readonly Word[] {
  const wanted = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (wanted.length === 0)
    throw wrong(`${flag} names nothing: give ${words.join(', ')}, separated by commas.`);
  return [...new Set(wanted.map((word) => oneOf(word, words, flag)))];
}

function oneOf<Word extends string>(text: string, words: readonly Word[], flag: string): Word {
  const found = words.find((word) => word === text.toLowerCase());
  if (found === undefined)
    throw wrong(`${flag} ${text} is not known${orNearest(text, words)}; there is: ${words.join(', ')}`);
  return found;
}

const wrong = (message: string) => new UserError(message, WRONG_USAGE);
