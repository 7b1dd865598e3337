/** The result of tests as text for people: of each failed one what was expected, what came, and by which rule. */
import { fitCells } from '../platform/cells.ts';
import { MARK_SPANS } from '../platform/marks.ts';
import { paint } from '../platform/paint.ts';
import { type Span, wrapSpans } from '../platform/spans.ts';
import type { Verdict } from '../rule-tests/run.ts';
import type { LoadedConfig } from './config-file.ts';
import { expectationPath, placeText, type RunTest, ruleTextIn } from './test-run.ts';
import { differencesOf, verdictText } from './test-words.ts';

const INDENT = '  ';

/** `width`: cells of the terminal; `undefined`: a pipe. */
export function describeFailure(
  run: RunTest,
  { config, where, redact }: Pick<LoadedConfig, 'config' | 'where' | 'redact'>,
  width: number | undefined,
): string[] {
  const ruleText = ruleTextIn(config, where);
  const wrapped = (spans: readonly Span[], depth: number) =>
    wrapSpans([INDENT.repeat(depth), ...spans], { cells: width, indent: INDENT.repeat(depth + 1) });
  const place = where(['tests', run.index]);
  const shownPlace: Span = place === undefined ? '' : [`  ${placeText(place)}`, paint.faint];
  const wrong = new Set(run.verdicts.filter(({ kind }) => kind !== 'right').map(keyOf));
  const lines = run.verdicts.flatMap((verdict) => {
    const isRight = verdict.kind === 'right';
    if (isRight && wrong.has(keyOf(verdict))) return [];
    const at = isRight ? undefined : where(expectationPath(run, verdict));
    const headline: Span[] = [
      ...[isRight ? MARK_SPANS.good : MARK_SPANS.bad, ' '],
      ...[[verdict.destination, paint.name] as const, `  ${redact(verdictText(verdict, ruleText))}`],
      at === undefined || at.line === place?.line ? '' : [`  ${placeText(at)}`, paint.faint],
    ];
    return [wrapped(headline, 1), ...differencesOf(verdict).map((line) => wrapped([redact(line)], 3))];
  });
  return [
    wrapped([MARK_SPANS.bad, ' ', [run.test.name, paint.strong], shownPlace], 0),
    paint.faint(fitCells(`${INDENT}${announcementText(run)}`, width)),
    ...lines,
  ];
}

const keyOf = ({ destination }: Verdict) => destination;

function announcementText({ announcement }: RunTest): string {
  const { publisher, listingType, tickers, title } = announcement;
  const listed = tickers.length > 0 ? `[${tickers.join(', ')}]` : 'without tickers';
  return `${publisher} ${listingType} ${listed} ${title}`.trimEnd();
}
