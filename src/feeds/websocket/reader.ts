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

export type Read =
  | { readonly kind: 'announcement'; readonly reading: Reading }
  /** By `only` it is none. */
  | { readonly kind: 'other' }
  | Extract<OddFrame, { kind: 'garbage' }>;

const OTHER: Read = { kind: 'other' };

type ReadField = (frame: Frame) => string | undefined;
type ReadTime = (frame: Frame) => number | undefined;

export function compileReader(map: MapOptions, only: OnlyOptions): (data: FrameData) => Read {
  const isNews = compileOnly(only);
  const title = fieldReader(map.title, textOf);
  const ticker = fieldReader(map.tickers, listOf);
  const publisher = fieldReader(map.publisher, wordOf);
  const listingType = fieldReader(map.listingType, wordOf);
  const id = fieldReader(map.id, wordOf);
  const url = fieldReader(map.url, wordOf);
  const [published, detected, dispatched] = [map.publishedAt, map.detectedAt, map.dispatchedAt].map(
    timeReader,
  );
  const taken = takenBy(map);
  return (data) => {
    const frame = frameIn(data);
    if ('reason' in frame) return { kind: 'garbage', ...frame };
    if (!isNews(frame)) return OTHER;
    const reading: Reading = {
      type: 'announcement',
      test: false,
      title: title(frame) ?? '',
      ticker: ticker(frame) ?? '',
      publisher: publisher(frame)?.toLowerCase() ?? UNKNOWN,
      listingType: listingType(frame) ?? UNKNOWN,
      publishTimestampUs: published?.(frame),
      detectedTimestampUs: detected?.(frame),
      dispatchTimestampUs: dispatched?.(frame),
      abnormal: false,
      extra: extraOf(frame, taken, { id: id(frame), url: url(frame) }),
    };
    if (reading.title.trim() !== '' || /[^\s,]/.test(reading.ticker))
      return { kind: 'announcement', reading };
    return { kind: 'garbage', reason: 'wrong_fields', news: newsIn(frame.text) };
  };
}

function fieldReader(
  options: FieldOptions | undefined,
  read: (value: unknown) => string | undefined,
): ReadField {
  const { path, value, values } = options ?? {};
  if (value !== undefined) return () => value;
  const steps = path === undefined ? undefined : stepsOf(path);
  if (steps === undefined) return () => undefined;
  const meanings = new Map(Object.entries(values ?? {}));
  return (frame) => {
    const word = read(frame.at(steps));
    return word === undefined ? undefined : (meanings.get(word) ?? word);
  };
}

const US: Readonly<Record<Exclude<TimeUnit, 'auto' | 'iso'>, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };

function timeReader(options: TimeOptions | undefined): ReadTime | undefined {
  const steps = options && stepsOf(options.path);
  if (options === undefined || steps === undefined) return undefined;
  const { unit } = options;
  if (unit === 'iso') return (frame) => timeOf(frame.at(steps));
  if (unit === 'auto') return (frame) => timeOf(frame.at(steps)) ?? stampOf(frame.at(steps));
  return (frame) => scaled(frame.at(steps), US[unit]);
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
