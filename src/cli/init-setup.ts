/** The answers that `init` has, from a person or from the environment: which feed, which destinations, and the values of their variables. */

/** A variable of the `.env`; without a value it is left for later. */
export interface Variable {
  readonly name: string;
  readonly value: string | undefined;
}

/** `bot` gets orders, `program` gets every field of every announcement. */
export const KINDS = ['discord', 'telegram', 'bot', 'program'] as const;
export type Kind = (typeof KINDS)[number];

export const PURPOSES = ['alerts', 'bot', 'both'] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface Chosen {
  readonly kind: Kind;
  /** By the option that reads it. */
  readonly variables: Readonly<Record<string, Variable>>;
  /** Of Telegram; `undefined`: left for later, as a variable. */
  readonly chatId?: string | undefined;
  /** A sample has arrived. */
  readonly isTried?: boolean;
}

export interface Setup {
  /** Empty: all that the feed has. */
  readonly exchanges: readonly string[];
  readonly apiKey: Variable;
  readonly destinations: readonly Chosen[];
  /** The shortest config that does something: one destination, one rule. */
  readonly isMinimal: boolean;
  /** Of the server; a minimal config has none. */
  readonly adminToken?: Variable;
}

/** Their names in the config. */
export const NAMES: Readonly<Record<Kind, string>> = {
  discord: 'team',
  telegram: 'channel',
  bot: 'bot',
  program: 'program',
};

export const isChat = (kind: Kind): boolean => kind === 'discord' || kind === 'telegram';

/** Each variable once, in the order of the config. */
export const variablesOf = ({ apiKey, destinations, adminToken }: Setup): readonly Variable[] => [
  apiKey,
  ...destinations.flatMap(({ variables }) => Object.values(variables)),
  ...(adminToken === undefined ? [] : [adminToken]),
];
