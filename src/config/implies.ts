/** Decides whether every announcement that passes one `match` passes another. `true` only where that is certain. */
import { type Condition, textCondition, tickerCondition, valueCondition } from '../matching/condition.ts';
import type { TextConditionTree } from '../matching/options.ts';
import type { TableOf } from '../matching/table.ts';
import { Pattern, plainWords, Text } from '../matching/text.ts';
import { MATCH_FIELDS, type MatchField, type MatchOptions } from '../routing/options.ts';
import { HAS_GLOBS, type TEXT_FIELDS, wordsOf } from './match-words.ts';
import { asksOutside } from './table-names.ts';

/** `match` and `send` are compared as data; the order of keys does not matter. */
export function sortedJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `,${sortedJson(item)}`;
    return `[${text.slice(1)}]`;
  }
  const keys = Object.keys(value).sort();
  for (const key of keys) {
    const inner: unknown = value[key as keyof typeof value];
    if (inner !== undefined) text += `,${JSON.stringify(key)}:${sortedJson(inner)}`;
  }
  return `{${text.slice(1)}}`;
}

/** A `match` that is compared with many: what is made of it is made once. */
export class Narrow {
  readonly match: MatchOptions;
  readonly #written = new Map<MatchField, string>();
  readonly #words = new Map<MatchField, readonly Text[] | undefined>();

  constructor(match: MatchOptions) {
    this.match = match;
  }

  /** Those of which the value must be one; `undefined` when others may pass, or cannot be listed. */
  words(field: TextField): readonly Text[] | undefined {
    if (!this.#words.has(field)) {
      const words = wordsOf(this.match[field] ?? { not: [] });
      const canBeListed = words !== undefined && ![...words].some((word) => word.includes('*'));
      this.#words.set(field, canBeListed ? [...words].map((word) => new Text(word)) : undefined);
    }
    return this.#words.get(field);
  }

  written(field: MatchField): string {
    let text = this.#written.get(field);
    if (text === undefined) {
      text = sortedJson(this.match[field]);
      this.#written.set(field, text);
    }
    return text;
  }
}

type TextField = (typeof TEXT_FIELDS)[number];

type Includes = (narrow: Narrow) => boolean;

/** Compiled once, evaluated for every later rule. Throws on a malformed pattern. `tableOf`: the tables whose rows are known. */
export function widthOf(wide: MatchOptions, tableOf: TableOf): Includes {
  const parts = MATCH_FIELDS.filter((field) => wide[field] !== undefined).map((field) =>
    includesIn(field, wide, tableOf),
  );
  const unwritten = (['test', 'update'] as const).filter((field) => wide[field] === undefined);
  const all = [...parts, ...unwritten.map((field) => includesIn(field, { [field]: false }, tableOf))];
  return (narrow) => all.every((includes) => includes(narrow));
}

function includesIn(field: MatchField, wide: MatchOptions, tableOf: TableOf): Includes {
  const written = sortedJson(wide[field]);
  const more = beyondSame(field, wide, tableOf);
  return (narrow) => narrow.written(field) === written || more(narrow);
}

function beyondSame(field: MatchField, wide: MatchOptions, tableOf: TableOf): Includes {
  switch (field) {
    case 'publisher':
    case 'listingType':
    case 'feed':
    case 'title':
    case 'ticker':
    case 'market':
      return textInside(field, wide[field] ?? [], tableOf);
    case 'extract':
      return extractInside(wide.extract ?? {});
    case 'abnormal':
    case 'redacted':
    case 'update':
    case 'test': {
      const passes = valueCondition<boolean>(wide[field] ?? []);
      return ({ match }) => {
        // Unwritten, a rule asks for originals that are no self-test, and for anything else of the rest.
        const isNarrow = field === 'test' || field === 'update';
        const narrowed = valueCondition<boolean>(match[field] ?? (isNarrow ? false : [true, false]));
        return [true, false].every((value) => !narrowed.test(value) || passes.test(value));
      };
    }
    case 'tickerCount': {
      const passes = valueCondition<number>(wide.tickerCount ?? []);
      return ({ match: { tickerCount } }) => typeof tickerCount === 'number' && passes.test(tickerCount);
    }
    default:
      return field satisfies never;
  }
}

/** Certain where the same conditions are written, and perhaps more of them. */
function extractInside(wide: NonNullable<MatchOptions['extract']>): Includes {
  return ({ match: { extract = {} } }) =>
    Object.entries(wide).every(([name, condition]) => sortedJson(extract[name]) === sortedJson(condition));
}

function textInside(field: TextField, wide: TextConditionTree, tableOf: TableOf): Includes {
  if (asksOutside(wide, (table) => tableOf(table) !== undefined)) return () => false;
  const compile = HAS_GLOBS.has(field) ? tickerCondition : textCondition;
  const passes: Condition<Text> = compile(wide, (source) => new Pattern(source), tableOf);
  const wideWords = onlyWords(wide);
  return (narrow) => {
    const condition = narrow.match[field];
    if (condition === undefined) return false;
    const words = narrow.words(field);
    if (words !== undefined) return words.every((word) => passes.test(word));
    const narrowWords = wideWords && onlyWords(condition);
    return narrowWords?.every((word) => wideWords?.some((part) => word.includes(part))) ?? false;
  };
}

/** Of `{ matches: A|B }` and nothing else. */
function onlyWords(condition: TextConditionTree): readonly string[] | undefined {
  if (typeof condition === 'string' || !('matches' in condition) || condition.matches === undefined)
    return undefined;
  return condition.not === undefined && condition.any === undefined && condition.in === undefined
    ? plainWords(condition.matches)
    : undefined;
}
