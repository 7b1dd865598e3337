/** Reads what a person wants muted: `ticker:ABC`, `rule:korean spot`, `destination:bot`, or a bare name that can mean only one of them. Pure. */
import { fold } from '../matching/text.ts';
import { parseDuration } from '../platform/duration.ts';
import { printable } from '../platform/printable.ts';
import { didYouMean, nearest } from '../platform/suggest.ts';
import { MUTE_KINDS, type Muted, type MuteKind, mutedForm, tickerName } from './mute.ts';

export interface KnownNames {
  readonly rules: readonly string[];
  readonly destinations: {
    /** Destinations and groups of them. */
    readonly all: readonly string[];
    /** Those that a name, a group or a pattern stands for; `undefined`: nothing has that name. */
    find(written: string): readonly string[] | undefined;
  };
  /** There are no others. */
  readonly isComplete: boolean;
}

export interface Refusal {
  /** A sentence for a person. */
  readonly problem: string;
  readonly code: 'ambiguous' | 'unknown_name' | 'bad_name';
}

const FORMS = /^(\w+):(.*)$/s;

/** Longer is no name of anything. */
const LONGEST_NAME = 200;

/** Words that mean everything elsewhere. */
const EVERYTHING = /^(all|any|every|everything|everyone)$/i;

/** As exchanges write tickers: capital letters, digits, no blanks. */
const isTickerForm = (text: string): boolean => isOneWord(text) && text === text.toUpperCase();

const isOneWord = (text: string): boolean => /^[^\s:,*"']{1,40}$/.test(text);

/** A group or a pattern of destinations stands for several. */
export function mutedBy(written: string, known: KnownNames): readonly Muted[] | Refusal {
  const text = written.trim();
  if (text === '' || text.length > LONGEST_NAME) return badName(written, 'it names nothing');
  const [, form = '', name = ''] = FORMS.exec(text) ?? [];
  const kind = MUTE_KINDS.find((one) => one === form.toLowerCase());
  if (kind !== undefined) return ofKind(kind, name.trim(), known);
  const meant = [...namesLike(text, known), ...(isTickerForm(text) ? [tickerOf(text)] : [])];
  const [one] = meant;
  if (one !== undefined && meant.length === 1)
    return one.kind === 'destination' ? ofKind('destination', one.name, known) : [one];
  if (one !== undefined)
    return {
      problem: `${printable(text)} can mean several things: write ${listed(meant.map(mutedForm))}`,
      code: 'ambiguous',
    };
  return ofNoName(text, known);
}

function ofKind(kind: MuteKind, name: string, known: KnownNames): readonly Muted[] | Refusal {
  switch (kind) {
    case 'ticker':
      return isOneWord(name.replace(/^\$/, ''))
        ? [tickerOf(name)]
        : badName(
            `ticker:${name}`,
            'a mute is of one ticker, such as ticker:ABC; several are muted one by one',
          );
    case 'rule':
      return ofRule(name, known);
    case 'destination':
      return ofDestination(name, known);
    default:
      return kind satisfies never;
  }
}

function ofRule(name: string, { rules, isComplete }: KnownNames): readonly Muted[] | Refusal {
  const [rule, ...others] = rules.includes(name) ? [name] : rules.filter(isAlike(name));
  if (rule !== undefined && others.length === 0) return [{ kind: 'rule', name: rule }];
  if (!isComplete && name !== '') return [{ kind: 'rule', name }];
  return unknown(`There is no rule ${quoted(name)} in the config`, name, rules);
}

function ofDestination(name: string, known: KnownNames): readonly Muted[] | Refusal {
  const { destinations, isComplete } = known;
  const [alike, ...others] = destinations.all.filter(isAlike(name));
  const found =
    destinations.find(name) ??
    (others.length === 0 && alike !== undefined ? destinations.find(alike) : undefined);
  if (found !== undefined && found.length > 0)
    return found.map((one) => ({ kind: 'destination', name: one }));
  if (found !== undefined) return badName(name, 'it stands for no destination');
  if (!isComplete && /^[\w.-]+$/.test(name)) return [{ kind: 'destination', name }];
  return unknown(`There is no destination ${quoted(name)} in the config`, name, destinations.all);
}

/** Rules and destinations of that name; in other letters only if none is written exactly so. */
function namesLike(text: string, { rules, destinations }: KnownNames): Muted[] {
  const destination = (name: string): Muted => ({ kind: 'destination', name });
  const rule = (name: string): Muted => ({ kind: 'rule', name });
  const exact = [
    ...(rules.includes(text) ? [rule(text)] : []),
    ...(destinations.find(text) === undefined ? [] : [destination(text)]),
  ];
  if (exact.length > 0) return exact;
  return [
    ...rules.filter(isAlike(text)).map(rule),
    ...destinations.all.filter(isAlike(text)).map(destination),
  ];
}

/** A slip in a name must not become the mute of a ticker that nobody lists. */
function ofNoName(text: string, { rules, destinations }: KnownNames): readonly Muted[] | Refusal {
  if (parseDuration(text) !== undefined)
    return badName(
      text,
      `it is a duration: write --for ${text}; the ticker would be ${mutedForm(tickerOf(text))}`,
    );
  if (EVERYTHING.test(text))
    return badName(text, `"*" is every destination; the ticker would be ${mutedForm(tickerOf(text))}`);
  const names = [...new Set([...rules, ...destinations.all])];
  const bare = text.replace(/^\$/, '');
  const isTicker = isOneWord(bare) && (text !== bare || !names.some((name) => isNear(bare, name)));
  if (isTicker) return [tickerOf(bare)];
  const ticker = isOneWord(bare) ? `; the ticker is ${mutedForm(tickerOf(bare))}` : '';
  return unknown(`There is no rule or destination ${quoted(text)} in the config`, text, names, ticker);
}

/** A slip of the pen explains it, or it is a part of the name. */
const isNear = (word: string, name: string): boolean =>
  nearest(word, [name]) !== undefined || (word.length > 2 && fold(name).includes(fold(word)));

function unknown(sentence: string, name: string, names: readonly string[], more = ''): Refusal {
  const hint = didYouMean(name, names);
  return { problem: `${sentence}${hint === undefined ? '' : ` (${hint})`}${more}`, code: 'unknown_name' };
}

const badName = (written: string, why: string): Refusal => ({
  problem: `${quoted(written.slice(0, LONGEST_NAME))} cannot be muted: ${why}`,
  code: 'bad_name',
});

const tickerOf = (text: string): Muted => ({ kind: 'ticker', name: tickerName(text.replace(/^\$/, '')) });

const isAlike = (name: string) => (other: string) => fold(other) === fold(name);

const quoted = (name: string): string => printable(JSON.stringify(name));

const listed = (forms: readonly string[]): string =>
  `${forms.slice(0, -1).join(', ')} or ${forms.at(-1) ?? ''}`;
