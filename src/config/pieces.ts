/**
 * A config as pieces of bytes: the thread on which it is loaded makes them, and the thread of the news takes a piece in a turn,
 * however large the whole is. Secrets, and texts that many options share, are lifted out of the data and put back.
 */
import { deserialize, serialize } from 'node:v8';
import { Secret } from '../platform/secret.ts';
import type { Steps } from '../platform/steps.ts';
import type { SendTarget } from '../routing/options.ts';
import type { Config } from './schema.ts';

/** Plain data. */
type Written = Omit<Config, 'types' | 'liveTables' | 'tableOf'>;

type Step = string | number;

interface Lifted {
  readonly path: readonly Step[];
  readonly secret: boolean;
  /** Its place among the texts. */
  readonly text: number;
}

interface Piece {
  /** Of the config; or texts that are lifted out, or lists of targets that rules share, in their order. */
  readonly of: { readonly key: string } | 'texts' | 'sends';
  readonly kind: 'whole' | 'list' | 'mapping';
  readonly keys: readonly string[];
  readonly values: readonly unknown[];
  readonly lifted: readonly Lifted[];
}

/** Entries of a piece: milliseconds are far away. */
const MOST_ENTRIES = 50;
/** Targets, or characters, in a piece; one that has more is a piece alone. */
const MOST_TARGETS = 1000;
const MOST_CHARACTERS = 100_000;

export function piecesOf({ types: _, liveTables: _tables, tableOf: _of, ...config }: Config): ArrayBuffer[] {
  const sends = new Map<readonly SendTarget[], number>();
  const rules = config.rules.map((rule) => {
    const place = sends.get(rule.send) ?? sends.size;
    sends.set(rule.send, place);
    return { ...rule, send: place };
  });
  const texts = new Map<string, number>();
  const sections = Object.entries({ ...config, rules }).flatMap(([key, value]) => [
    ...piecesOfSection(key, value, texts),
  ]);
  return [
    ...partsOf('texts', [...texts.keys()], MOST_CHARACTERS),
    ...partsOf('sends', [...sends.keys()], MOST_TARGETS),
    ...sections,
  ].map(bytesOf);
}

function* partsOf<Value extends { readonly length: number }>(
  of: 'texts' | 'sends',
  all: readonly Value[],
  most: number,
): Iterable<Piece> {
  let values: Value[] = [];
  let size = 0;
  for (const value of all) {
    values.push(value);
    size += value.length + 1;
    if (size < most) continue;
    yield { of, kind: 'list', keys: [], values, lifted: [] };
    values = [];
    size = 0;
  }
  yield { of, kind: 'list', keys: [], values, lifted: [] };
}

function* piecesOfSection(key: string, value: unknown, texts: Map<string, number>): Iterable<Piece> {
  const kind = Array.isArray(value) ? 'list' : isPlain(value) ? 'mapping' : 'whole';
  const entries: (readonly [string, unknown])[] =
    kind === 'whole' ? [['', value]] : Object.entries(value as Readonly<Record<string, unknown>>);
  // One at least: an empty section is one too.
  for (let at = 0; at === 0 || at < entries.length; at += MOST_ENTRIES) {
    const some = entries.slice(at, at + MOST_ENTRIES);
    const lifted: Lifted[] = [];
    const lift = (path: readonly Step[], text: string, secret: boolean) => {
      const place = texts.get(text) ?? texts.size;
      texts.set(text, place);
      lifted.push({ path, secret, text: place });
    };
    const values = some.map(([, one], index) => withoutLifted(one, [index], lift));
    yield { of: { key }, kind, keys: kind === 'mapping' ? some.map(([name]) => name) : [], values, lifted };
  }
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);

/** A certificate is one text for thousands of destinations. */
const LONG_TEXT = 1000;

type Lift = (path: readonly Step[], text: string, secret: boolean) => void;

function withoutLifted(value: unknown, path: readonly Step[], lift: Lift): unknown {
  if (value instanceof Secret) lift(path, value.reveal(), true);
  else if (typeof value === 'string' && value.length > LONG_TEXT) lift(path, value, false);
  else if (Array.isArray(value)) return value.map((item, at) => withoutLifted(item, [...path, at], lift));
  else if (isPlain(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, withoutLifted(inner, [...path, key], lift)]),
    );
  else return value;
  return undefined;
}

/** Bytes of their own, which can be handed over. */
const bytesOf = (piece: unknown): ArrayBuffer => new Uint8Array(serialize(piece)).buffer;

/** A piece in a step. Keys keep their order: a reload compares by it. */
export function* configOfPieces(pieces: readonly ArrayBuffer[]): Steps<Written> {
  const texts: string[] = [];
  const sends: (readonly SendTarget[])[] = [];
  const config: Record<string, unknown> = {};
  for (const bytes of pieces) {
    take(deserialize(new Uint8Array(bytes)) as Piece);
    yield;
  }
  return config as unknown as Written;

  function take({ of, kind, keys, values, lifted }: Piece): void {
    if (of === 'texts') return add(texts, values as readonly string[]);
    if (of === 'sends') return add(sends, values as readonly (readonly SendTarget[])[]);
    for (const one of lifted) putBack(values, one);
    const { key } = of;
    if (key === 'rules')
      for (const rule of values as { send: unknown }[]) rule.send = sends[Number(rule.send)];
    if (kind === 'whole') config[key] = values[0];
    else config[key] = joined(config[key] ?? (kind === 'list' ? [] : {}), keys, values);
  }

  function putBack(values: readonly unknown[], { path, secret, text: place }: Lifted): void {
    let holder = values as unknown as Record<Step, unknown>;
    for (const step of path.slice(0, -1)) holder = holder[step] as Record<Step, unknown>;
    const text = texts[place] ?? '';
    holder[path.at(-1) ?? 0] = secret ? new Secret(text) : text;
  }
}

/** The section, with these in it too. */
function joined(section: unknown, keys: readonly string[], values: readonly unknown[]): unknown {
  if (Array.isArray(section)) add(section, values);
  else for (const [at, name] of keys.entries()) (section as Record<string, unknown>)[name] = values[at];
  return section;
}

function add<Item>(list: Item[], more: readonly Item[]): void {
  for (const one of more) list.push(one);
}
