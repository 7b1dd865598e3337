/** The conversation of `init`: what a person wants, each answer tried at once where the person agrees. Writes nothing. */
import { PUBLISHERS } from '../announcement.ts';
import { type Ask, Cancelled, type Choice } from './ask.ts';
import { faultInKey, KEY_ORIGIN } from './init-answers.ts';
import { askDestination } from './init-destination.ts';
import {
  type Chosen,
  type Feed,
  isChat,
  type Kind,
  type Purpose,
  type Setup,
  type Variable,
} from './init-setup.ts';
import { askSource } from './init-source.ts';
import { askVariable, type World } from './init-world.ts';

/** The answers of the command line. */
export interface Given {
  readonly purpose?: Purpose | undefined;
  readonly kinds?: readonly Kind[] | undefined;
  readonly feeds?: readonly Feed[] | undefined;
  readonly exchanges?: readonly string[] | undefined;
  readonly isMinimal: boolean;
}

export async function askSetup(given: Given, world: World): Promise<Setup> {
  const { ask } = world;
  const kinds =
    given.kinds ??
    (given.isMinimal ? [await ask.choose('Where should it go?', PLACES)] : await askKinds(given, ask));
  const feeds =
    given.feeds ?? (await ask.chooseSome('Where does the news come from?', FEED_CHOICES, ['cryptolisting']));
  const feed = feeds.includes('cryptolisting') ? await askFeed(given, world) : { exchanges: [] };
  const source = feeds.includes('websocket') ? await askSource(world) : undefined;
  const destinations: Chosen[] = [];
  for (const kind of kinds) {
    const chosen = await askDestination(kind, world);
    if (chosen !== undefined) destinations.push(chosen);
  }
  if (destinations.length === 0) {
    ask.tell('warning', 'There is no destination left.');
    throw new Cancelled();
  }
  return {
    ...feed,
    ...(source !== undefined && { source }),
    destinations,
    isMinimal: given.isMinimal,
    ...(!given.isMinimal && { adminToken: adminToken(world) }),
  };
}

const FEED_CHOICES: readonly Choice<Feed>[] = [
  { value: 'cryptolisting', label: 'cryptolisting.ws', hint: PUBLISHERS.join(', ') },
  { value: 'websocket', label: 'A source of mine', hint: 'any WebSocket that sends JSON' },
];

async function askFeed(given: Given, world: World): Promise<Pick<Setup, 'exchanges' | 'apiKey'>> {
  const exchanges =
    given.exchanges ?? (await world.ask.chooseSome('Which exchanges?', EXCHANGES, [...PUBLISHERS]));
  const apiKey = await askKey(world);
  return { exchanges: exchanges.length === PUBLISHERS.length ? [] : exchanges, apiKey };
}

const CHATS: readonly Choice<Kind>[] = [
  { value: 'discord', label: 'Discord', hint: 'a webhook of a channel' },
  { value: 'discord-bot', label: 'Discord, as a bot', hint: 'its token and the id of a channel' },
  { value: 'telegram', label: 'Telegram', hint: 'a bot in a chat, group or channel' },
];
const PROGRAM: Choice<Kind> = {
  value: 'program',
  label: 'A program of mine',
  hint: 'a webhook with every field as JSON',
};
const PLACES = [...CHATS, PROGRAM];
const EXCHANGES = PUBLISHERS.map((value) => ({
  value,
  label: value.charAt(0).toUpperCase() + value.slice(1),
}));

async function askKinds({ purpose: known }: Given, ask: Ask): Promise<readonly Kind[]> {
  const purpose =
    known ??
    (await ask.choose<Purpose>('What is it for?', [
      { value: 'alerts', label: 'Alerts for people', hint: 'Discord, Telegram' },
      { value: 'bot', label: 'A bot that trades', hint: 'one HTTP request for each ticker' },
      { value: 'both', label: 'Both' },
    ]));
  if (purpose === 'bot') return ['bot'];
  const places = purpose === 'both' ? CHATS : PLACES;
  const chosen = await ask.chooseSome(
    'Where do the alerts go?',
    places,
    places.map(({ value }) => value).filter((kind) => kind === 'discord'),
  );
  return purpose === 'both' ? [...chosen.filter(isChat), 'bot'] : chosen;
}

async function askKey(world: World): Promise<Variable> {
  const name = 'CRYPTOLISTING_API_KEY';
  return askVariable(
    { name, question: 'Your key of the feed', origin: KEY_ORIGIN, faultIn: faultInKey },
    world,
  );
}

/** Nobody has to think of it: `reload` and changes over HTTP need one. */
function adminToken(world: World): Variable {
  const name = 'ADMIN_TOKEN';
  return { name, value: world.known(name)?.value ?? world.bytes(24).toString('hex') };
}
