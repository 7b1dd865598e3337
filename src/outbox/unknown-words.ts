/**
 * Words of a filter that nothing has by that name, for whoever found nothing: a slip in a name must not look like a quiet day.
 * Pure.
 */
import { LISTING_TYPES, PUBLISHERS } from '../announcement.ts';
import { ENDING_REASONS } from '../delivery/delivery.ts';
import { AMBIGUOUS_REASONS, REJECT_REASONS, RETRY_REASONS } from '../delivery/outcome.ts';
import { printable } from '../platform/printable.ts';
import { type Steps, whole } from '../platform/steps.ts';
import { seekingOrNearest } from '../platform/suggest.ts';
import type { DeliveryFilter } from './deliveries.ts';

/** The names of the config in force. */
export interface ConfiguredNames {
  readonly feeds: Iterable<string>;
  readonly rules: Iterable<string>;
  readonly destinations: Iterable<string>;
}

const REASONS = [...ENDING_REASONS, ...RETRY_REASONS, ...REJECT_REASONS, ...AMBIGUOUS_REASONS];

/** More are no help. */
const MOST_NAMED = 20;

/** A sentence for each; none for a word that is known. Feeds and exchanges bring words of their own, so that it may be right all the same. */
export const unknownWords = (filter: DeliveryFilter, names: ConfiguredNames): readonly string[] =>
  whole(seekingUnknownWords(filter, names));

/** The same in steps: there may be ten thousand rules. */
export function* seekingUnknownWords(
  filter: DeliveryFilter,
  names: ConfiguredNames,
): Steps<readonly string[]> {
  const sought: readonly (readonly [what: string, word: string | undefined, known: Iterable<string>])[] = [
    ['destination', filter.destination, names.destinations],
    ['rule', filter.rule, names.rules],
    ['feed', filter.feed, names.feeds],
    ['exchange', filter.exchange, PUBLISHERS],
    ['listing type', filter.type, LISTING_TYPES],
    ['reason', filter.reason, REASONS],
  ];
  const unknown: string[] = [];
  for (const [what, word, known] of sought) {
    const all = [...known];
    if (word !== undefined && !all.includes(word)) unknown.push(yield* sentenceOf(what, word, all));
  }
  return unknown;
}

function* sentenceOf(what: string, word: string, known: readonly string[]): Steps<string> {
  const near = yield* seekingOrNearest(word, known);
  const some = known.slice(0, MOST_NAMED).map((name) => printable(name));
  const list = near !== '' || some.length === 0 ? '' : `; there is: ${some.join(', ')}`;
  const more = list !== '' && known.length > some.length ? ` and ${known.length - some.length} more` : '';
  return `no ${what} ${printable(word)} is known${near}${list}${more}`;
}
