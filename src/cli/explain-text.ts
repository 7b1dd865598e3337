/** `explain` as text for people: the announcement, a line for each rule with its reason, and the requests below. */
import type { Announcement } from '../announcement.ts';
import { placeInWords } from '../config/problem.ts';
import type { DryRun } from '../dry-run.ts';
import { fitCells } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { MARK_SPANS } from '../platform/marks.ts';
import { paint } from '../platform/paint.ts';
import { printable } from '../platform/printable.ts';
import { fitSpans, type Span, wrapSpans } from '../platform/spans.ts';
import type { RuleExplanation } from '../routing/router.ts';
import { rejections } from '../routing/rule-reasons.ts';
import type { TitleFacts } from '../routing/title-facts.ts';
import { heading } from './lines.ts';

interface ExplainedRule extends RuleExplanation {
  /** Where it stands in the config. */
  readonly file: string | undefined;
  readonly line: number | undefined;
}

interface Explained extends DryRun {
  readonly announcement: Announcement;
  readonly inTitle: TitleFacts;
  readonly rules: readonly ExplainedRule[];
}

/** More than this (in cells) of a body or a pattern is for --json. */
const LONGEST_LINE = 1000;

const INDENT = '    ';

/** `config`: the file, as it was given; `width`: cells of the terminal; `undefined`: a pipe, and nothing is broken or cut. */
export function describeExplained(explained: Explained, config: string, width: number | undefined): string[] {
  const { announcement, inTitle, rules, deliveries, withheld } = explained;
  const wrapped = (spans: readonly Span[]) =>
    wrapSpans(fitSpans(spans, width === undefined ? undefined : LONGEST_LINE), {
      cells: width,
      indent: INDENT,
    });
  return [
    ...announcementLines(announcement, width),
    ...factLines(inTitle).map((line) => wrapped([line])),
    '',
    ...rules.flatMap((rule) => ruleLines(rule, config).map(wrapped)),
    '',
    ...withheld.flatMap(({ destination, rule, reason, isRest }) => [
      wrapped([
        ...targetSpans(destination, rule),
        [`: nothing ${isRest ? 'more ' : ''}(${reason})`, paint.warning],
      ]),
      '',
    ]),
    ...(deliveries.length === 0 ? [heading('nothing would be sent', width)] : []),
    ...deliveries.flatMap((delivery) => [...requestLines(delivery, width), '']),
  ];
}

export function announcementLines(
  {
    publisher,
    listingType,
    tickers,
    title,
    redacted,
    test,
  }: Pick<Announcement, 'publisher' | 'listingType' | 'tickers' | 'title' | 'redacted' | 'test'>,
  width: number | undefined,
): string[] {
  const marks = [redacted ? 'redacted' : '', test ? 'test' : ''].filter((mark) => mark !== '');
  const listed = tickers.length > 0 ? `[${tickers.join(', ')}]` : 'without tickers';
  const lines: Span[][] = [
    [
      ['announcement', paint.faint],
      '  ',
      [publisher, paint.strong],
      ` ${listingType} `,
      [listed, paint.strong],
      marks.length > 0 ? ` (${marks.join(', ')})` : '',
    ],
    [`              ${title}`],
  ];
  return lines.map((spans) => wrapSpans(fitSpans(spans, width), { cells: undefined }));
}

/** Nothing where nothing is found. */
function factLines({ markets, update, extract }: TitleFacts): Span[] {
  const facts = [
    ...(markets.length === 0 ? [] : [`market: ${markets.join(', ')}`]),
    ...(update === null ? [] : [`update: yes, by ${update}`]),
    ...Object.entries(extract).flatMap(([name, value]) =>
      value === null ? [] : [`extract.${name}: ${value}`],
    ),
  ];
  return facts.length === 0 ? [] : [[printable(`              in it: ${facts.join('; ')}`), paint.faint]];
}

/** A rule that matches has its destinations; any other the conditions that are not met, each on a line of its own. */
function ruleLines(
  { file = '', line, matched, stoppedBy, conditions, outsideHours, sends, alreadySent, rule }: ExplainedRule,
  config: string,
): Span[][] {
  const at = line === undefined ? '' : ` (${placeInWords({ file, line }, config)})`;
  const place: Span = [printable(at), paint.faint];
  const reasons = rejections({ stoppedBy, conditions, ...(outsideHours !== undefined && { outsideHours }) });
  if (stoppedBy !== undefined)
    return [[MARK_SPANS.none, ' ', rule, place, [`: ${reasons.join()}`, paint.faint]]];
  if (!matched)
    return [[MARK_SPANS.bad, ' ', rule, place], ...reasons.map((reason): Span[] => [INDENT, reason])];
  const targets = [
    ...sends.map(({ destination, template }) =>
      template === undefined ? destination : `${destination} (template ${template})`,
    ),
    ...alreadySent.map(({ destination, rule: earlier }) => `${destination} (already by "${earlier}")`),
  ];
  return [[MARK_SPANS.good, ' ', rule, place, ' → ', [targets.join(', '), paint.name]]];
}

const targetSpans = (whom: string, rule: string): Span[] => [
  '→ ',
  [whom, paint.name],
  [`, by rule "${rule}"`, paint.faint],
];

function exceptions(isDry: boolean, delayMs: number | undefined): string {
  if (isDry) return ' (dryRun: no request is made)';
  return delayMs === undefined ? '' : ` (delay: not before ${formatDuration(delayMs)} after its receipt)`;
}

/** The terminal breaks its lines, so that they can be copied. */
function requestLines(
  { destination, rule, ticker, dryRun: isDry, delayMs, request, templateFault }: DryRun['deliveries'][number],
  width: number | undefined,
): string[] {
  const long = width === undefined ? undefined : Math.max(width, LONGEST_LINE);
  const whom = ticker === undefined ? destination : `${destination} for ${ticker}`;
  const dry: Span = [exceptions(isDry, delayMs), paint.warning];
  const fault = `  in the default form, because its template fails on this announcement: ${templateFault}`;
  const body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body, null, 2);
  return [
    wrapSpans(fitSpans([...targetSpans(whom, rule), dry], long), { cells: undefined }),
    ...(templateFault === undefined ? [] : [paint.warning(fitCells(fault, undefined))]),
    fitCells(`  ${request.method} ${request.url}`, long),
    ...Object.entries(request.headers ?? {}).map(([name, value]) =>
      paint.faint(fitCells(`  ${name}: ${value}`, long)),
    ),
    ...body.split('\n').map((line) => fitCells(`  ${line}`, long)),
  ];
}
