/** Titles for the rehearsal that suit a rule as far as can be seen: its market is in them, and what its patterns and extracts find. */
import { compileExtracts, type Extract, type ExtractOptions } from '../matching/extract.ts';
import { literalIn } from '../matching/literal.ts';
import type { TextConditionTree } from '../matching/options.ts';
import { sampleOf } from '../matching/sample.ts';
import type { TableOf } from '../matching/table.ts';
import { Pattern, Text } from '../matching/text.ts';
import type { MatchOptions } from '../routing/options.ts';
import { updateMark } from '../title/update.ts';
import { numbered } from './numbered.ts';

export type ExtractsOptions = Readonly<Record<string, ExtractOptions>>;

/** Of one title, which is to be as long as those of news. */
const MOST_SAMPLES = 10;
const LONGEST_SAMPLE = 200;

/** `nth` makes it unlike every one before, where the rule leaves room for that. */
export type TitleOf = (nth: number) => string;

/** A part of a title, made to be found. */
interface Sample {
  readonly text: string;
  /** The rule does not match without it. */
  readonly isOwn: boolean;
  isFoundIn(title: string): boolean;
}

export function titleFor(
  { title, market, extract = {}, update }: MatchOptions,
  options: ExtractsOptions,
  tableOf: TableOf,
): TitleOf {
  const literal = literalIn(title, tableOf);
  // The whole title: nothing may be added to it, and a repeat is news all the same (`Stage`).
  if (literal !== undefined) return () => literal;
  const all = [...compileExtracts(options)];
  const [own, others] = [true, false].map((isOwn) =>
    all.filter(([name]) => Object.hasOwn(extract, name) === isOwn),
  );
  const matchesOf = (name: string) => options[name]?.matches ?? '';
  // Those of the rule come first: patterns find the first place. Templates may name the other extracts.
  const samples = [
    patternIn(title),
    ...(own ?? []).map(([name, one]) => partFor(one, matchesOf(name), literalIn(extract[name], tableOf))),
    ...(others ?? []).map(([name, one]) => partFor(one, matchesOf(name), undefined, false)),
  ].filter((sample) => sample !== undefined);
  // It would make an update of an original.
  const isUsable = ({ text }: Sample) => text.length <= LONGEST_SAMPLE && updateMark(text) === undefined;
  const usable = samples.filter(isUsable).slice(0, MOST_SAMPLES);
  const base = `에이비씨(ABC) ${literalIn(market, tableOf) ?? 'KRW'} 마켓 디지털 자산 추가 Will List`;
  return arranged(usable, [base, ...(update === true ? ['(거래지원 개시 시점 변경 안내)'] : [])]);
}

/** In the order in which most of them are found: one that is anchored stands at the end, or alone. */
function arranged(samples: readonly Sample[], rest: readonly string[]): TitleOf {
  const texts = samples.map(({ text }) => text);
  const orders = [
    [...texts, ...rest],
    ...texts.map((last, at) => [...texts.toSpliced(at, 1), ...rest, last]),
    ...texts.map((alone) => [alone]),
  ];
  let best: { readonly title: string; readonly found: readonly Sample[] } | undefined;
  for (const order of orders) {
    const title = order.join(' ');
    const found = samples.filter((sample) => sample.isFoundIn(title));
    if (best === undefined || worthOf(found) > worthOf(best.found)) best = { title, found };
    if (found.length === samples.length) break;
  }
  const { title, found } = best ?? { title: '', found: [] };
  return numbered(title, (numberedTitle) => found.every((sample) => sample.isFoundIn(numberedTitle)));
}

/** One of the rule's own is worth more than all others. */
const worthOf = (found: readonly Sample[]): number =>
  found.reduce((worth, { isOwn }) => worth + (isOwn ? MOST_SAMPLES : 1), 0);

/** With the value that is wanted of an extract, if its pattern can find it. */
function partFor(
  extract: Extract,
  matches: string,
  literal: string | undefined,
  isOwn = true,
): Sample | undefined {
  const wanted = literal?.replaceAll('*', '');
  const withWanted = wanted === undefined ? undefined : sampleOf(matches, wanted);
  const isWanted = withWanted !== undefined && extract.valueIn(new Text(withWanted)) === wanted;
  const text = isWanted ? withWanted : sampleOf(matches);
  if (text === undefined) return undefined;
  const value = extract.valueIn(new Text(text));
  return { text, isOwn, isFoundIn: (title) => extract.valueIn(new Text(title)) === value };
}

/** For the first pattern of a condition. */
function patternIn(condition: TextConditionTree | undefined): Sample | undefined {
  if (condition === undefined || typeof condition === 'string') return undefined;
  const parts = 'length' in condition ? condition : (condition.any ?? []);
  if (!('length' in condition) && condition.matches !== undefined) return ofPattern(condition.matches);
  for (const part of parts) {
    const sample = patternIn(part);
    if (sample !== undefined) return sample;
  }
  return undefined;
}

function ofPattern(source: string): Sample | undefined {
  const text = sampleOf(source);
  if (text === undefined) return undefined;
  const pattern = new Pattern(source);
  return { text, isOwn: true, isFoundIn: (title) => pattern.foundIn(new Text(title)) };
}
