/** The flags of `init`, and a setup from them and the environment alone. */
import { PUBLISHERS } from '../announcement.ts';
import { orNearest } from '../platform/suggest.ts';
import { faultIn, faultInKey } from './init-answers.ts';
import { type FaultIn, variable, wrong } from './init-known.ts';
import type { Given } from './init-questions.ts';
import {
  type Chosen,
  FEEDS,
  type Feed,
  type Kind,
  PURPOSES,
  type Purpose,
  type Setup,
  type Variable,
} from './init-setup.ts';
import { type GivenSource, sourceGiven, sourceOf } from './init-source-given.ts';
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
  /** Separated by commas, as `map` and `to`. */
  readonly feed?: string | undefined;
  /** Of a source of one's own: the header of its key, and its fields. */
  readonly header?: string | undefined;
  readonly map?: string | undefined;
}

type World = Pick<WholeWorld, 'known' | 'bytes'>;

/** With the source that flags alone describe. */
export interface WholeGiven extends Given {
  readonly source: GivenSource;
}

const PLACES = ['discord', 'discord-bot', 'telegram', 'webhook'] as const;

/** Throws `UserError` for flags that do not go together. */
export function givenIn(options: InitOptions): WholeGiven {
  const { example, minimal, yes } = options;
  const purpose = options.for === undefined ? undefined : oneOf(options.for, PURPOSES, '--for');
  const to = options.to === undefined ? undefined : listOf(options.to, PLACES, '--to');
  const exchanges =
    options.exchanges === undefined ? undefined : listOf(options.exchanges, PUBLISHERS, '--exchanges');
  const { header, map } = options;
  const feeds = options.feed === undefined ? undefined : listOf(options.feed, FEEDS, '--feed');
  const others = yes || minimal || (purpose ?? to ?? exchanges ?? feeds ?? header ?? map) !== undefined;
  if (example && others)
    throw wrong('--example writes the commented example as it is: leave the other flags out.');
  if (minimal && purpose !== undefined)
    throw wrong('--minimal writes one rule for everything: leave --for out, or leave --minimal out.');
  if (minimal && to !== undefined && to.length > 1)
    throw wrong('--minimal writes one destination: name one with --to.');
  requireSense(options, feeds);
  const kinds = kindsOf(purpose, to, minimal);
  return { purpose, kinds, feeds, exchanges, isMinimal: minimal, source: sourceGiven(header, map) };
}

/** Of the flags that describe feeds. */
function requireSense({ header, map, exchanges, yes, minimal }: InitOptions, feeds: Given['feeds']): void {
  if ((header ?? map) !== undefined) {
    const flag = header === undefined ? '--map' : '--header';
    if (feeds?.includes('websocket') !== true)
      throw wrong(`${flag} describes a source of your own: add --feed websocket.`);
    if (!yes && !minimal) throw wrong(`${flag} is for --yes: on a terminal the source is asked about.`);
  }
  if (exchanges !== undefined && feeds?.includes('cryptolisting') === false)
    throw wrong(
      '--exchanges narrows the feed of cryptolisting.ws: leave it out, or add --feed cryptolisting.',
    );
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
export function setupOf(given: WholeGiven, world: World): Setup {
  const { kinds, purpose, feeds = feedsKnown(world), exchanges = [], source, isMinimal } = given;
  const chosen = kinds ?? kindsKnown(purpose, isMinimal, world);
  return {
    exchanges: exchanges.length === PUBLISHERS.length ? [] : exchanges,
    ...(feeds.includes('cryptolisting') && {
      apiKey: variable('CRYPTOLISTING_API_KEY', faultInKey, world),
    }),
    ...(feeds.includes('websocket') && { source: sourceOf(source, world) }),
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

/** A source of one's own needs more than an address: it is written where somebody names it. */
const feedsKnown = (world: World): readonly Feed[] =>
  world.known('SOURCE_URL') !== undefined && world.known('CRYPTOLISTING_API_KEY') === undefined
    ? ['websocket']
    : ['cryptolisting'];

/** The destinations whose variables are set; without any, Discord. */
function kindsKnown(purpose: Purpose | undefined, isMinimal: boolean, world: World): readonly Kind[] {
  const has = (name: string) => world.known(name) !== undefined;
  const chats = [
    ...(has('DISCORD_WEBHOOK_URL') ? ['discord' as const] : []),
    ...(has('DISCORD_BOT_TOKEN') ? ['discord-bot' as const] : []),
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
  const apiOf = (name: string) => (world.known(name) === undefined ? {} : { apiUrl: of('apiUrl', name) });
  switch (kind) {
    case 'discord':
      return { kind, variables: { webhookUrl: of('webhookUrl', 'DISCORD_WEBHOOK_URL') } };
    case 'discord-bot': {
      const channel = of('channelId', 'DISCORD_CHANNEL_ID');
      const variables = { botToken: of('botToken', 'DISCORD_BOT_TOKEN'), ...apiOf('DISCORD_API_URL') };
      return channel.value === undefined
        ? { kind, variables: { ...variables, channelId: channel } }
        : { kind, variables, channelId: channel.value };
    }
    case 'telegram': {
      const chat = of('chatId', 'TELEGRAM_CHAT_ID');
      const variables = { botToken: of('botToken', 'TELEGRAM_BOT_TOKEN'), ...apiOf('TELEGRAM_API_URL') };
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
