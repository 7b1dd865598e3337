/** Titles for the rehearsal that suit a rule as far as can be seen: its market is in them, and what its patterns and extracts find. */
import { Extract, type ExtractOptions } from '../matching/extract.ts';
import { literalIn } from '../matching/literal.ts';
import type { TextConditionTree } from '../matching/options.ts';
import { sampleOf } from '../matching/sample.ts';
import type { TableOf } from '../matching/table.ts';
import { Text } from '../matching/text.ts';
import type { MatchOptions } from '../routing/options.ts';
import { updateMark } from '../title/update.ts';

export type ExtractsOptions = Readonly<Record<string, ExtractOptions>>;

/** Of one title, which is to be as long as those of news. */
const MOST_SAMPLES = 10;
const LONGEST_SAMPLE = 200;

export function titleFor(
  { title, market, extract = {}, update }: MatchOptions,
  extracts: ExtractsOptions,
  tableOf: TableOf,
): string {
  const literal = literalIn(title, tableOf);
  if (literal !== undefined) return literal;
  const all = Object.entries(extracts);
  const [own, others] = [true, false].map((isOwn) =>
    all.filter(([name]) => Object.hasOwn(extract, name) === isOwn),
  );
  // Those of the rule come first: patterns find the first place. Templates may name the other extracts.
  const samples = [
    patternIn(title),
    ...(own ?? []).map(([name, options]) => found(options, literalIn(extract[name], tableOf))),
    ...(others ?? []).map(([, { matches }]) => sampleOf(matches)),
  ].filter((sample) => sample !== undefined);
  // It would make an update of an original.
  const isUsable = (sample: string) => sample.length <= LONGEST_SAMPLE && updateMark(sample) === undefined;
  const usable = samples.filter(isUsable).slice(0, MOST_SAMPLES);
  const base = `에이비씨(ABC) ${literalIn(market, tableOf) ?? 'KRW'} 마켓 디지털 자산 추가 Will List`;
  return [...usable, base, ...(update === true ? ['(거래지원 개시 시점 변경 안내)'] : [])].join(' ');
}

/** The value that is wanted of an extract, if its pattern can find it. */
function found({ matches }: ExtractOptions, literal: string | undefined): string | undefined {
  const wanted = literal?.replaceAll('*', '');
  const sample = wanted === undefined ? undefined : sampleOf(matches, wanted);
  const isFound = sample !== undefined && new Extract({ matches }).valueIn(new Text(sample)) === wanted;
  return isFound ? sample : sampleOf(matches);
}

/** A text for the first pattern of a condition. */
function patternIn(condition: TextConditionTree | undefined): string | undefined {
  if (condition === undefined || typeof condition === 'string') return undefined;
  const parts = 'length' in condition ? condition : (condition.any ?? []);
  if (!('length' in condition) && condition.matches !== undefined) return sampleOf(condition.matches);
  for (const part of parts) {
    const sample = patternIn(part);
    if (sample !== undefined) return sample;
  }
  return undefined;
}
