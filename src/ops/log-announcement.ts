/**
 * An announcement as one line for people. On a narrow terminal each part gets shorter, in the order in which it is missed
 * least: the title gets shorter, the times lose their words, the destinations (which have lines of their own)
 * become a number.
 */
import { type LogForm, layoutOf, timeSpan } from '../platform/log-line.ts';
import { itemsOf, type LogFields, msText, numberOf, twoMsText, valueText } from '../platform/log-values.ts';
import { paint } from '../platform/paint.ts';
import { cellsOfSpans, fitSpans, type Span, wrapSpans } from '../platform/spans.ts';

const GAP = '  ';

/** Cells of these before they are cut; the service has no name that is longer. */
const LONGEST = {
  wide: { publisher: 16, listingType: 24, tickers: 24 },
  narrow: { publisher: 10, listingType: 21, tickers: 12 },
} as const;

/** From so many cells on a terminal is wide. */
const WIDE = 100;

/** A title is not cut to less for the sake of the words behind it, and to the second for their figures. */
const TITLE = { comfortable: 20, least: 12, last: 8 } as const;

/** `→ alerts, channel`, or how many there are. */
function targetsOf(names: readonly string[]): { readonly all: Span; readonly counted: Span } {
  if (names.length === 0) return { all: ['→ nobody', paint.faint], counted: ['→ nobody', paint.faint] };
  const [, more = 0] = /^… and (\d+) more$/.exec(names.at(-1) ?? '') ?? [];
  const count = more === 0 ? names.length : names.length - 1 + Number(more);
  const all: Span = [`→ ${names.join(', ')}`, paint.name];
  return { all, counted: names.length === 1 ? all : [`→ ${count}`, paint.name] };
}

/** `(service 0.3 network 1.5 ms)`, and the same in figures. */
function timesOf(fields: LogFields): { readonly long: Span; readonly short: Span } {
  const [service, network, stalled, age] = ['serviceMs', 'networkMs', 'stalledMs', 'ageMs'].map((key) =>
    numberOf(fields[key]),
  );
  const faint = (text: string): Span => [text, paint.faint];
  const held = stalled === undefined ? '' : `, held up here ${msText(stalled)}`;
  if (service !== undefined && network !== undefined)
    return {
      long: faint(`(${twoMsText(service, network, (a, b) => `service ${a} network ${b}`)}${held})`),
      short: faint(twoMsText(service, network, (a, b) => `(${a}+${b}${held.replace(' here', '')})`)),
    };
  const known = [
    service === undefined ? '' : `service ${msText(service)}`,
    network === undefined ? '' : `network ${msText(network)}`,
    service === undefined && network === undefined && age !== undefined ? `age ${msText(age)}` : '',
  ].filter((text) => text !== '');
  const text = known.join(' ') + held;
  return { long: text === '' ? '' : faint(`(${text})`), short: text === '' ? '' : faint(`(${text})`) };
}

/** `ABC DEF +3`. */
function tickersOf(tickers: readonly string[], cells: number | undefined): string {
  if (cells === undefined || tickers.join(' ').length <= cells) return tickers.join(' ');
  let shown = 1;
  while (tickers.slice(0, shown + 1).join(' ').length <= cells - 4) shown++;
  const rest = tickers.length - shown;
  return tickers.slice(0, shown).join(' ') + (rest > 0 ? ` +${rest}` : '');
}

const fitted = (text: string, painter: (text: string) => string, cells: number | undefined) =>
  fitSpans([[text, painter]], cells);

function headOf(fields: LogFields, timeMs: number, cells: number | undefined): Span[] {
  const most = cells === undefined ? undefined : cells < WIDE ? LONGEST.narrow : LONGEST.wide;
  const flags = [fields['test'] === true ? 'self-test' : '', fields['redacted'] === true ? 'redacted' : ''];
  const marks = flags.filter((flag) => flag !== '').join(', ');
  const tickers = Array.isArray(fields['tickers']) ? fields['tickers'].map(valueText) : [];
  return [
    timeSpan(timeMs),
    GAP,
    ...fitted(valueText(fields['publisher']), paint.strong, most?.publisher),
    ' ',
    ...fitted(valueText(fields['listingType']), (text) => text, most?.listingType),
    ...(tickers.length === 0
      ? []
      : [' ', ...fitted(tickersOf(tickers, most?.tickers), paint.strong, most?.tickers)]),
    ...(marks === '' ? [] : [` (${marks})`]),
  ];
}

export const announcementForm: LogForm = (fields, _event, _level, timeMs, width) => {
  const { cells, indent } = layoutOf(width);
  const head = headOf(fields, timeMs, cells);
  const title = valueText(fields['title']);
  const { all, counted } = targetsOf(itemsOf(fields['deliveries']));
  const { long, short } = timesOf(fields);
  const tails: readonly (readonly [least: number, Span[]])[] = [
    [TITLE.comfortable, [all, long]],
    [TITLE.comfortable, [all, short]],
    [TITLE.least, [counted, short]],
    [TITLE.last, [counted]],
  ];
  const titleCells = cellsOfSpans([title]);
  const room = (tail: readonly Span[]) => (cells ?? 0) - cellsOfSpans([...head, GAP, ...spaced(tail)]);
  const [, tail = [counted]] =
    tails.find(([least, one]) => cells === undefined || room(one) >= Math.min(titleCells, least)) ?? [];
  const titleRoom = cells === undefined ? undefined : Math.max(TITLE.last, room(tail));
  const shown = title === '' ? [] : [GAP, ...fitSpans([title], titleRoom)];
  return wrapSpans([...head, ...shown, ...spaced(tail)], { cells, indent, isHard: true });
};

/** With a gap before each that is there. */
export const spaced = (spans: readonly Span[]): Span[] =>
  spans.flatMap((span) => (span === '' ? [] : [GAP, span]));
