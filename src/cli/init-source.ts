/** A source of one's own (`type: websocket`): what `init` asks about it, and whether the answers can stand in the config. */
import { PUBLISHERS } from '../announcement.ts';
import { isUnfilled } from '../config/placeholders.ts';
import { destinationTypes } from '../destinations/index.ts';
import { feedFields, feedOptions } from '../feeds/index.ts';
import type { Choice } from './ask.ts';
import { faultBy, UNFILLED } from './init-answers.ts';
import { SOURCE_FIELDS, type Source, type SourceField, type SourceMap } from './init-setup.ts';
import { askVariable, type World } from './init-world.ts';

/** In a sentence; `undefined`: it can be the address. */
export function faultInAddress(answer: string): string | undefined {
  if (isUnfilled(answer, destinationTypes)) return UNFILLED;
  return faultBy(feedFields.websocket.url, answer);
}

export const faultInHeader = (name: string): string | undefined => faultOf({ headers: { [name]: 'x' } });

/** Of the value of a header. */
export const faultInHeaderKey = (value: string): string | undefined =>
  isUnfilled(value, destinationTypes) ? UNFILLED : faultOf({ headers: { 'X-Key': value } });

export const faultInPath = (path: string): string | undefined => faultOf({ map: { title: { path } } });

/** By the options of the feed as a whole: some of its rules are about a name beside its value. */
function faultOf({ headers, map }: { readonly headers?: object; readonly map?: object }): string | undefined {
  const value = { value: 'x' };
  const { error } = feedOptions.safeParse({
    ...{ type: 'websocket', url: 'wss://source.test', headers },
    map: { title: value, publisher: value, listingType: value, ...map },
  });
  const message = error?.issues[0]?.message;
  return message === undefined ? undefined : `This ${message}`;
}

/** Where the bridge itself would write them. */
export const PLAIN_MAP: SourceMap = Object.fromEntries(
  SOURCE_FIELDS.map((name) => [name, { path: name }]),
) as unknown as SourceMap;

const WAYS: readonly Choice<'none' | 'header' | 'hello'>[] = [
  { value: 'none', label: 'It does not, or by the address alone' },
  { value: 'header', label: 'By a header', hint: 'of the first request' },
  { value: 'hello', label: 'By a message', hint: 'once connected' },
];

export async function askSource(world: World): Promise<Source> {
  const { ask } = world;
  const url = await askVariable(
    {
      name: 'SOURCE_URL',
      question: 'The address of your source, wss://…',
      origin: undefined,
      faultIn: faultInAddress,
    },
    world,
  );
  const way = await ask.choose('How does your source know you?', WAYS);
  const key = way === 'none' ? {} : way === 'header' ? await askHeader(world) : await askHello(world);
  ask.tell(
    'info',
    'Where the fields stand in its JSON: a path, such as title, data.items[0].title or data["odd.key"].',
  );
  const title = { path: await ask.text('Where the title stands', faultInPath) };
  const tickers = await ask.text('Where the tickers stand (Enter: nowhere)', orNothing(faultInPath));
  const publisher = await askField('exchange', EXCHANGES, world);
  const listingType = await askField('kind of news', KINDS_OF_NEWS, world);
  if ('value' in listingType && listingType.value === OTHER) ask.tell('warning', NO_KIND);
  const map = { title, ...(tickers !== '' && { tickers: { path: tickers } }), publisher, listingType };
  return { url, ...key, map };
}

const orNothing = (faultIn: (answer: string) => string | undefined) => (answer: string) =>
  answer === '' ? undefined : faultIn(answer);

async function askHeader(world: World): Promise<Pick<Source, 'header'>> {
  const name = await world.ask.text('The name of that header, such as X-Api-Key', faultInHeader);
  const key = await askVariable(
    {
      name: 'SOURCE_KEY',
      question: 'The value of that header',
      origin: undefined,
      faultIn: faultInHeaderKey,
    },
    world,
  );
  return { header: { name, key } };
}

async function askHello(world: World): Promise<Pick<Source, 'hello'>> {
  const hello = await askVariable(
    {
      ...{ name: 'SOURCE_HELLO', question: 'The message, text or JSON on one line', origin: undefined },
      faultIn: (answer) => (isUnfilled(answer, destinationTypes) ? UNFILLED : undefined),
    },
    world,
  );
  return { hello };
}

const EXCHANGES: readonly Choice<string>[] = [
  { value: '', label: 'A field says it' },
  ...PUBLISHERS.map((value) => ({ value, label: `Always ${value}` })),
];
const OTHER = 'other';
const KINDS_OF_NEWS: readonly Choice<string>[] = [
  { value: '', label: 'A field says it', hint: 'spot_listing, not_listing, …' },
  { value: 'spot_listing', label: 'Always a new spot listing' },
  { value: OTHER, label: 'Nothing says it' },
];

const NO_KIND =
  'Rules with `listingType: spot_listing` never match this source then: choose by words of the title, `title: { matches: … }`.';

async function askField(
  what: string,
  choices: readonly Choice<string>[],
  world: World,
): Promise<SourceField> {
  const value = await world.ask.choose(`The ${what}`, choices);
  return value === '' ? { path: await world.ask.text(`Where the ${what} stands`, faultInPath) } : { value };
}
