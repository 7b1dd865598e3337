/** A source inside this process, for a rehearsal: it writes frames that `only` and `map` can read. */
import { literalIn } from '../../matching/literal.ts';
import { Secret } from '../../platform/secret.ts';
import { DIRECT } from '../../platform/way.ts';
import type { RehearsedFeed } from '../feed.ts';
import type { Reading } from '../news.ts';
import type { FieldOptions, TimeOptions } from './map-options.ts';
import type { WebsocketOptions } from './options.ts';
import { stepsOf } from './path.ts';
import { compileReader } from './reader.ts';

export function rehearsed(options: WebsocketOptions, url: string): RehearsedFeed<WebsocketOptions> {
  const read = compileReader(options.map, options.only);
  return {
    // Rounds are the only sign of life.
    options: {
      ...options,
      ...DIRECT,
      ...{ url: new Secret(url), headers: {}, hello: [], ping: false, silenceTimeout: undefined },
    },
    greeting: () => [],
    frame(reading) {
      const text = written(reading, options);
      return read(text).kind === 'announcement' ? text : undefined;
    },
  };
}

type Branch = Record<string | number, unknown>;

function written(reading: Reading, { map, only }: WebsocketOptions): string {
  const frame: Branch = {};
  const put = (path: string | undefined, value: unknown) => {
    const steps = path === undefined ? undefined : stepsOf(path);
    if (steps !== undefined && value !== undefined) grow(frame, steps, value);
  };
  const word = (field: FieldOptions | undefined, value: string) => put(field?.path, wordFor(field, value));
  word(map.publisher, reading.publisher);
  word(map.title, reading.title);
  word(map.listingType, reading.listingType);
  word(map.tickers, reading.ticker);
  const stamp = (field: TimeOptions | undefined, us: number | undefined) =>
    put(field?.path, us === undefined ? undefined : timeFor(field, us));
  stamp(map.publishedAt, reading.publishTimestampUs);
  stamp(map.detectedAt, reading.detectedTimestampUs);
  stamp(map.dispatchedAt, reading.dispatchTimestampUs);
  for (const [path, condition] of Object.entries(only)) put(path, literalIn(condition));
  return JSON.stringify(frame);
}

/** As the source writes what `values` translates. */
const wordFor = (field: FieldOptions | undefined, meaning: string): string =>
  Object.entries(field?.values ?? {}).find(([, value]) => value === meaning)?.[0] ?? meaning;

function timeFor(field: TimeOptions | undefined, us: number): number | string {
  switch (field?.unit) {
    case 's':
      return us / 1e6;
    case 'us':
      return us;
    case 'ns':
      return us * 1000;
    case 'iso':
      return new Date(us / 1000).toISOString();
    default:
      return Math.round(us / 1000);
  }
}

/** Makes what lies between. */
function grow(root: Branch, steps: readonly (string | number)[], value: unknown): void {
  let branch = root;
  for (const [at, step] of steps.slice(0, -1).entries()) {
    const next = branch[step];
    const grown =
      typeof next === 'object' && next !== null ? next : typeof steps[at + 1] === 'number' ? [] : {};
    branch[step] = grown;
    branch = grown as Branch;
  }
  branch[steps.at(-1) ?? ''] = value;
}
