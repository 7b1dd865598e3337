/**
 * From a frame of the source to the content of an announcement, as `map` says. Compiled at load, total at run time: a
 * field that cannot be read is left out, and only a frame with nothing to route is garbage.
 */
import { UNKNOWN } from '../../announcement.ts';
import { listOf, stampOf, textOf, timeOf, wordOf } from '../../platform/wire-values.ts';
import { boundedExtra, type Extra } from '../extra.ts';
import type { OddFrame } from '../feed.ts';
import type { FrameData } from '../frame-data.ts';
import type { Reading } from '../news.ts';
import { newsIn } from '../unread-news.ts';
import type { FieldOptions, MapOptions, TimeOptions, TimeUnit } from './map-options.ts';
import { compileOnly, type OnlyOptions } from './only.ts';
import { type FieldPath, stepsOf } from './path.ts';
import { type Frame, frameIn } from './read-frame.ts';
import { isFilledIn, type UnreadField, unreadField } from './unread-field.ts';

export interface Announced {
  readonly kind: 'announcement';
  readonly reading: Reading;
  readonly unread: readonly UnreadField[];
}

export type Read =
  | Announced
  /** By `only` it is none. */
  | { readonly kind: 'other' }
  | Extract<OddFrame, { kind: 'garbage' }>;

const OTHER: Read = { kind: 'other' };

/** Adds itself to `unread` when it is there and cannot be read. */
type ReadField = (frame: Frame, unread: UnreadField[]) => string | undefined;
type ReadTime = (frame: Frame, unread: UnreadField[]) => number | undefined;

export function compileReader(map: MapOptions, only: OnlyOptions): (data: FrameData) => Read {
  const isNews = compileOnly(only);
  const title = fieldReader('title', map.title, textOf);
  // A list inside a text must not be cut at its commas: `["ABC"` is no ticker.
  const ticker = fieldReader(
    'tickers',
    map.tickers,
    (value, frame) => listOf(frame.opened(value)),
    eachMeaning,
  );
  const publisher = fieldReader('publisher', map.publisher, wordOf);
  const listingType = fieldReader('listingType', map.listingType, wordOf);
  const id = fieldReader('id', map.id, wordOf);
  const url = fieldReader('url', map.url, wordOf);
  const [published, detected, dispatched] = (['publishedAt', 'detectedAt', 'dispatchedAt'] as const).map(
    (name) => timeReader(name, map[name]),
  );
  const taken = takenBy(map);
  return (data) => {
    const frame = frameIn(data);
    if ('reason' in frame) return { kind: 'garbage', ...frame };
    if (!isNews(frame)) return OTHER;
    const unread: UnreadField[] = [];
    const reading: Reading = {
      type: 'announcement',
      test: false,
      title: title(frame, unread) ?? '',
      ticker: ticker(frame, unread) ?? '',
      publisher: publisher(frame, unread)?.toLowerCase() ?? UNKNOWN,
      listingType: listingType(frame, unread) ?? UNKNOWN,
      publishTimestampUs: published?.(frame, unread),
      detectedTimestampUs: detected?.(frame, unread),
      dispatchTimestampUs: dispatched?.(frame, unread),
      abnormal: false,
      extra: extraOf(frame, taken, { id: id(frame, unread), url: url(frame, unread) }),
    };
    if (reading.title.trim() !== '' || /[^\s,]/.test(reading.ticker))
      return { kind: 'announcement', reading, unread };
    return { kind: 'garbage', reason: 'wrong_fields', news: newsIn(frame.text) };
  };
}

function fieldReader(
  name: string,
  options: FieldOptions | undefined,
  read: (value: unknown, frame: Frame) => string | undefined,
  meaningOf: (word: string, meanings: ReadonlyMap<string, string>) => string = meaning,
): ReadField {
  const { path, value, values } = options ?? {};
  if (value !== undefined) return () => value;
  const steps = path === undefined ? undefined : stepsOf(path);
  if (path === undefined || steps === undefined) return () => undefined;
  const meanings = new Map(Object.entries(values ?? {}));
  return (frame, unread) => {
    const found = frame.at(steps);
    const word = typeof found === 'boolean' ? flagWord(found, meanings) : read(found, frame);
    if (word !== undefined) return meaningOf(word, meanings);
    if (isFilledIn(found)) unread.push(unreadField(name, path, found));
    return undefined;
  };
}

const meaning = (word: string, meanings: ReadonlyMap<string, string>) => meanings.get(word) ?? word;

/** Of a list: each member has its own. */
function eachMeaning(list: string, meanings: ReadonlyMap<string, string>): string {
  if (meanings.size === 0) return list;
  return list
    .split(',')
    .map((word) => meaning(word.trim(), meanings))
    .join(',');
}

/** A flag means nothing by itself: only `values` can say what. */
const flagWord = (flag: boolean, meanings: ReadonlyMap<string, string>) =>
  meanings.has(String(flag)) ? String(flag) : undefined;

const US: Readonly<Record<Exclude<TimeUnit, 'auto' | 'iso'>, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };

function timeReader(name: string, options: TimeOptions | undefined): ReadTime | undefined {
  const steps = options && stepsOf(options.path);
  if (options === undefined || steps === undefined) return undefined;
  const { unit, path } = options;
  return (frame, unread) => {
    const found = frame.at(steps);
    const us = usOf(found, unit);
    if (us === undefined && isFilledIn(found) && !(Number(found) <= 0))
      unread.push(unreadField(name, path, found));
    return us;
  };
}

function usOf(value: unknown, unit: TimeUnit): number | undefined {
  if (unit === 'iso') return timeOf(value);
  if (unit === 'auto') return timeOf(value) ?? stampOf(value);
  return scaled(value, US[unit]);
}

/** Zero and less mean that nobody filled it in. */
function scaled(value: unknown, us: number): number | undefined {
  const number = Math.trunc(Number(textOf(value) ?? Number.NaN) * us);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** Fields at the top of a frame of which `map` took the whole. */
function takenBy(map: MapOptions): ReadonlySet<string> {
  const paths = Object.values(map).flatMap((field) => field?.path ?? []);
  const whole = (steps: FieldPath | undefined) => (steps?.length === 1 ? String(steps[0]) : []);
  return new Set(paths.map(stepsOf).flatMap(whole));
}

/** All that `map` did not take, for templates. */
function extraOf(
  frame: Frame,
  taken: ReadonlySet<string>,
  named: { readonly id: string | undefined; readonly url: string | undefined },
): Extra {
  const { fields } = frame;
  const rest: [string, unknown][] = [];
  for (const key of Object.keys(fields)) if (!taken.has(key)) rest.push([key, frame.opened(fields[key])]);
  for (const [key, value] of Object.entries(named)) if (value !== undefined) rest.push([key, value]);
  const all = Object.fromEntries(rest);
  return boundedExtra(all, Object.keys(all));
}
