/** The answers that `init` has, from a person or from the environment: which feed, which destinations, and the values of their variables. */

/** A variable of the `.env`; without a value it is left for later. */
export interface Variable {
  readonly name: string;
  readonly value: string | undefined;
}

/** `bot` gets orders, `program` gets every field of every announcement. */
export const KINDS = ['discord', 'discord-bot', 'telegram', 'bot', 'program'] as const;
export type Kind = (typeof KINDS)[number];

export const PURPOSES = ['alerts', 'bot', 'both'] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface Chosen {
  readonly kind: Kind;
  /** By the option that reads it. */
  readonly variables: Readonly<Record<string, Variable>>;
  /** Of Telegram; `undefined`: left for later, as a variable. */
  readonly chatId?: string | undefined;
  /** Of a bot in Discord; alike. */
  readonly channelId?: string | undefined;
  /** A sample has arrived. */
  readonly isTried?: boolean;
}

/** `cryptolisting` is the feed that needs nothing but a key; `websocket` is a source of one's own. */
export const FEEDS = ['cryptolisting', 'websocket'] as const;
export type Feed = (typeof FEEDS)[number];

/** Those of an announcement that `init` asks for. */
export const SOURCE_FIELDS = ['title', 'tickers', 'publisher', 'listingType'] as const;

/** Where it stands in a frame, or what it always is. */
export type SourceField = { readonly path: string } | { readonly value: string };

export type SourceMap = Readonly<Record<Exclude<(typeof SOURCE_FIELDS)[number], 'tickers'>, SourceField>> & {
  readonly tickers?: SourceField;
};

/** A source of one's own, and how it knows who asks. */
export interface Source {
  readonly url: Variable;
  readonly header?: { readonly name: string; readonly key: Variable };
  readonly hello?: Variable;
  readonly map: SourceMap;
}

export interface Setup {
  /** Empty: all that the feed has. */
  readonly exchanges: readonly string[];
  /** Absent: not that feed. */
  readonly apiKey?: Variable;
  readonly source?: Source;
  readonly destinations: readonly Chosen[];
  /** The shortest config that does something: one destination, one rule. */
  readonly isMinimal: boolean;
  /** Of the server; a minimal config has none. */
  readonly adminToken?: Variable;
}

/** Their names in the config. */
export const NAMES: Readonly<Record<Kind, string>> = {
  discord: 'team',
  'discord-bot': 'community',
  telegram: 'channel',
  bot: 'bot',
  program: 'program',
};

export const isChat = (kind: Kind): boolean => kind !== 'bot' && kind !== 'program';

/** Each variable once, in the order of the config. */
export const variablesOf = ({ apiKey, source, destinations, adminToken }: Setup): readonly Variable[] => [
  ...(apiKey === undefined ? [] : [apiKey]),
  ...[source?.url, source?.header?.key, source?.hello].flatMap((one) => one ?? []),
  ...destinations.flatMap(({ variables }) => Object.values(variables)),
  ...(adminToken === undefined ? [] : [adminToken]),
];
