/** `explain`: what would happen to one announcement, and why. Sends nothing, writes nothing. */
import type { Announcement } from '../announcement.ts';
import { prepareDestinations } from '../destinations/prepared.ts';
import { type DryRun, dryRun } from '../dry-run.ts';
import { fitCells } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { printable } from '../platform/printable.ts';
import { compileRules, type RuleExplanation } from '../routing/router.ts';
import { type AnnouncementFlags, announcementFromFields, readFields } from './announcement-input.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE } from './exit-codes.ts';
import { describeTimings, explainTiming } from './explain-timing.ts';
import { type Io, jsonText } from './io.ts';
import { rejections } from './rule-reasons.ts';

export interface ExplainOptions extends AnnouncementFlags {
  readonly config: string;
  readonly json: boolean;
  /** Time it too. */
  readonly timing: boolean;
}

interface ExplainedRule extends RuleExplanation {
  /** Where it stands in the config. */
  readonly line: number | undefined;
}

interface Explained extends DryRun {
  readonly announcement: Announcement;
  readonly rules: readonly ExplainedRule[];
}

export async function explainCommand(options: ExplainOptions, io: Io): Promise<ExitCode> {
  const { config, redact, where } = requireConfig(options.config, io);
  const announcement = announcementFromFields(readFields(options, 'Nothing to explain'), io);
  const router = compileRules(config.rules);
  const destinations = prepareDestinations(config);
  const { rules, ...rest } = dryRun(announcement, { router, destinations, redact });
  const explained = {
    announcement,
    rules: rules.map((rule, index) => ({ ...rule, line: where(['rules', index])?.line })),
    ...rest,
  };
  const { rules: ruleOptions, feeds } = config;
  const deps = { rules: ruleOptions, feeds, router, destinations, redact };
  const timings = options.timing ? await explainTiming(announcement, deps, io) : undefined;
  if (options.json) io.print(jsonText({ ...explained, timings }));
  else {
    for (const line of describe(explained, io.columns)) io.print(line);
    for (const line of timings === undefined ? [] : describeTimings(timings, io.columns)) io.print(line);
  }
  return FINE;
}

/** A terminal wraps it; more than this (in cells) of a body or a pattern is for --json. */
const LONGEST_LINE = 1000;

function describe(
  { announcement, rules, deliveries, withheld }: Explained,
  width: number | undefined,
): string[] {
  const { publisher, listingType, tickers, title, redacted, test } = announcement;
  const marks = [redacted ? 'redacted' : '', test ? 'test' : ''].filter((mark) => mark !== '');
  const long = width === undefined ? undefined : Math.max(width, LONGEST_LINE);
  const lines = [
    `announcement  ${publisher} ${listingType} ${tickers.length > 0 ? `[${tickers.join(', ')}]` : 'without tickers'}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`,
    `              ${title}`,
    '',
  ].map((line) => fitCells(line, width));
  for (const rule of rules) lines.push(...describeRule(rule).map((line) => fitCells(line, long)));
  lines.push('');
  for (const { destination, rule, reason, isRest } of withheld)
    lines.push(
      printable(`→ ${destination}, by rule "${rule}": nothing ${isRest ? 'more ' : ''}(${reason})`),
      '',
    );
  if (deliveries.length === 0) lines.push('nothing would be sent');
  for (const { destination, rule, ticker, dryRun: isDry, delayMs, request, templateFault } of deliveries) {
    const whom = ticker === undefined ? destination : `${destination} for ${ticker}`;
    const head = [
      `→ ${whom}, by rule "${rule}"${exceptions(isDry, delayMs)}`,
      ...(templateFault === undefined
        ? []
        : [
            printable(
              `  in the default form, because its template fails on this announcement: ${templateFault}`,
            ),
          ]),
      `  ${request.method} ${request.url}`,
      ...Object.entries(request.headers ?? {}).map(([name, value]) => `  ${name}: ${value}`),
    ];
    const body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body, null, 2);
    const shown = [...head, ...body.split('\n').map((line) => `  ${line}`)];
    lines.push(...shown.map((line) => fitCells(line, long)), '');
  }
  return lines;
}

function exceptions(isDry: boolean, delayMs: number | undefined): string {
  if (isDry) return ' (dryRun: no request is made)';
  return delayMs === undefined ? '' : ` (delay: not before ${formatDuration(delayMs)} after its receipt)`;
}

function describeRule({
  line,
  matched,
  stoppedBy,
  conditions,
  sends,
  alreadySent,
  ...rest
}: ExplainedRule): string[] {
  const rule = line === undefined ? rest.rule : `${rest.rule} (line ${line})`;
  const reasons = rejections({ stoppedBy, conditions });
  if (stoppedBy !== undefined) return [`- ${rule}: ${reasons.join()}`];
  if (!matched) return [`✗ ${rule}`, ...reasons.map((reason) => `    ${reason}`)];
  const targets = [
    ...sends.map(({ destination, template }) =>
      template === undefined ? destination : `${destination} (template ${template})`,
    ),
    ...alreadySent.map(({ destination, rule: earlier }) => `${destination} (already by "${earlier}")`),
  ];
  return [`✓ ${rule} → ${targets.join(', ')}`];
}
