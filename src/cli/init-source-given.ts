/** A source of one's own from the flags `--map` and `--header` and the environment. */
import { orNearest } from '../platform/suggest.ts';
import { variable, wrong } from './init-known.ts';
import { SOURCE_FIELDS, type Source, type SourceField, type SourceMap } from './init-setup.ts';
import { faultInAddress, faultInHeader, faultInHeaderKey, faultInPath, PLAIN_MAP } from './init-source.ts';
import type { World } from './init-world.ts';

export interface GivenSource {
  /** The header that has the key. */
  readonly header: string;
  readonly map: SourceMap;
}

const DEFAULT_HEADER = 'X-Api-Key';

const FORM = `give each as name=path, or name:word for what it always is: title=data.title,publisher:upbit`;

/** Throws `UserError` for what cannot be. */
export function sourceGiven(header: string = DEFAULT_HEADER, map = ''): GivenSource {
  const fault = faultInHeader(header);
  if (fault !== undefined) throw wrong(`--header ${header} cannot be. ${fault}.`);
  const fields: Partial<Record<(typeof SOURCE_FIELDS)[number], SourceField>> = { ...PLAIN_MAP };
  for (const [name, field] of map.split(',').flatMap(fieldsIn)) fields[name] = field;
  return { header, map: { ...PLAIN_MAP, ...fields } };
}

function fieldsIn(text: string): readonly (readonly [(typeof SOURCE_FIELDS)[number], SourceField])[] {
  if (text.trim() === '') return [];
  const [, written = '', sign, right = ''] = /^(\w+)\s*([=:])(.*)$/.exec(text.trim()) ?? [];
  const rest = right.trim();
  const name = SOURCE_FIELDS.find((one) => one === written);
  if (sign === undefined || rest === '') throw wrong(`--map ${text.trim()} cannot be read: ${FORM}`);
  if (name === undefined)
    throw wrong(
      `--map has no field ${written}${orNearest(written, SOURCE_FIELDS)}; there is: ${SOURCE_FIELDS.join(', ')}`,
    );
  const fault = sign === '=' ? faultInPath(rest) : undefined;
  if (fault !== undefined) throw wrong(`--map ${text.trim()} cannot be. ${fault}.`);
  return [[name, sign === '=' ? { path: rest } : { value: rest }]];
}

/** A key that the environment has goes into the header. */
export function sourceOf({ header, map }: GivenSource, world: Pick<World, 'known'>): Source {
  const key = variable('SOURCE_KEY', faultInHeaderKey, world);
  const hello = variable('SOURCE_HELLO', () => undefined, world);
  return {
    url: variable('SOURCE_URL', faultInAddress, world),
    ...(key.value !== undefined && { header: { name: header, key } }),
    ...(hello.value !== undefined && { hello }),
    map,
  };
}
