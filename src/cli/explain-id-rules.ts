/** `explain --id`: each rule with what it said then and says now, and the reasons below; in one column where nothing differs. */
import { paint } from '../platform/paint.ts';
import { fitSpans, type Span, wrapSpans } from '../platform/spans.ts';
import {
  type ComparedRule,
  compareRules,
  type Now,
  type OrWhy,
  type Said,
  type Then,
} from '../then-and-now.ts';
import { heading } from './lines.ts';
import { table } from './table.ts';

/** Of more rules only those are shown that matched, or that say something else now. */
const SHOWN_RULES = 60;

/** More than this (in cells) of a reason is for --json. */
const LONGEST_REASON = 1000;

type Width = number | undefined;

export function ruleLines(then: OrWhy<Then>, now: OrWhy<Now>, width: Width): string[] {
  if ('why' in then) return 'why' in now ? [] : oneColumn('NOW', now.rules, now.rules.length, width);
  if ('why' in now) return oneColumn('THEN', then.rules, then.ruleCount, width);
  const compared = compareRules(then, now);
  const isUnchanged = compared.every(({ difference }) => difference === 'same');
  if (isUnchanged) {
    const rules = now.rules.length > then.rules.length ? now.rules : then.rules;
    return oneColumn('THEN AND NOW', rules, then.ruleCount, width);
  }
  return twoColumns(compared, width);
}

function oneColumn(title: string, rules: readonly Said[], total: number, width: Width): string[] {
  const shown = rules.length <= SHOWN_RULES ? rules : rules.filter(({ matched }) => matched);
  const few = shown.slice(0, SHOWN_RULES);
  return [
    ...table(
      ['RULE', title],
      few.map((said) => [said.rule, cellOf(said)]),
      { width },
    ),
    ...notShown(total - few.length, 'further', width),
    ...few.flatMap((said) => reasonLines(said.rule, said, width)),
    '',
  ];
}

function twoColumns(compared: readonly ComparedRule[], width: Width): string[] {
  const isShown = ({ before, now, difference }: ComparedRule) =>
    before?.matched === true || now?.matched === true || !(difference === 'same' || difference === 'unknown');
  const shown = compared.length <= SHOWN_RULES ? compared : compared.filter(isShown);
  const few = shown.slice(0, SHOWN_RULES);
  return [
    ...table(
      ['', 'RULE', 'THEN', 'NOW'],
      few.map(({ rule, before, now, difference }) => [
        difference === 'same' ? '' : ['!', paint.warning],
        rule,
        before === undefined ? absent(difference) : cellOf(before),
        difference === 'same'
          ? ['the same', paint.faint]
          : now === undefined
            ? absent(difference)
            : cellOf(now),
      ]),
      { width },
    ),
    ...notShown(compared.length - few.length, 'further', width),
    ...few.flatMap(({ rule, before, now, difference }) =>
      difference === 'same'
        ? reasonLines(rule, before, width)
        : [...reasonLines(`${rule}, then`, before, width), ...reasonLines(`${rule}, now`, now, width)],
    ),
    '',
  ];
}

const notShown = (count: number, which: string, width: Width): string[] =>
  count > 0
    ? [
        heading(
          `${count} ${which} ${count === 1 ? 'rule is' : 'rules are'} not shown here (--json has all that is known)`,
          width,
        ),
      ]
    : [];

const absent = (difference: ComparedRule['difference']): Span =>
  difference === 'unknown' ? ['not kept', paint.faint] : ['no such rule', paint.faint];

function cellOf({ matched, stoppedBy, failing, sends }: Said): Span {
  if (stoppedBy !== undefined) return [`not evaluated: stop of "${stoppedBy}"`, paint.faint];
  if (matched) return [sends.length === 0 ? '✓' : `✓ → ${sends.join(', ')}`, paint.good];
  return [`✗ ${failing.join(', ')}`, paint.bad];
}

/** Of a rule that does not match; of one that is not reached the table has it all. */
function reasonLines(name: string, said: Said | undefined, width: Width): string[] {
  if (said === undefined || said.stoppedBy !== undefined || said.reasons.length === 0) return [];
  const long = width === undefined ? undefined : LONGEST_REASON;
  return [
    wrapSpans(fitSpans(['  ', name], long), { cells: width, indent: '  ' }),
    ...said.reasons.map((reason) =>
      wrapSpans(fitSpans(['    ', reason], long), { cells: width, indent: '    ' }),
    ),
  ];
}
