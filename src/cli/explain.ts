/** `explain`: what would happen to one announcement, and why. Sends nothing, writes nothing. */
import { readFileSync } from 'node:fs';
import type { Announcement } from '../announcement.ts';
import { readFault } from '../config/environment.ts';
import type { RequestPreview } from '../destinations/destination.ts';
import { prepareDestinations } from '../destinations/prepared.ts';
import { type Capped, deliveriesOf, describeCapped, type Target } from '../intake.ts';
import { fitCells } from '../platform/cells.ts';
import { printable } from '../platform/printable.ts';
import { redactValues } from '../platform/redactor.ts';
import { compileRules, type Router, type RuleExplanation } from '../routing/router.ts';
import type { LoadedConfig } from './config-file.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { describeTimings, explainTiming } from './explain-timing.ts';
import { type Io, jsonText } from './io.ts';
import { announcementFromFields, announcementFromJson } from './sample.ts';

export interface ExplainOptions {
  readonly config: string;
  readonly file: string | undefined;
  readonly publisher: string | undefined;
  readonly listingType: string | undefined;
  readonly ticker: string | undefined;
  readonly title: string | undefined;
  readonly json: boolean;
  /** Time it too. */
  readonly timing: boolean;
}

interface ExplainedDelivery {
  readonly destination: string;
  readonly rule: string;
  readonly ticker: string | undefined;
  /** All but the request would happen. */
  readonly dryRun: boolean;
  readonly request: RequestPreview;
}

/** A destination that a rule names and that gets nothing all the same. */
interface Withheld {
  readonly destination: string;
  readonly rule: string;
  readonly reason: string;
  /** It gets some, and nothing for the other tickers. */
  readonly isRest?: true;
}

export async function explainCommand(options: ExplainOptions, io: Io): Promise<ExitCode> {
  const loaded = requireConfig(options.config, io);
  const announcement = readAnnouncement(options, io);
  const router = compileRules(loaded.config.rules);
  const rules = router.explain(announcement);
  const { deliveries, capped } = explainDeliveries(announcement, router, loaded);
  const withheld = [...withheldFrom(announcement, rules, deliveries), ...capped.map(cappedFrom)];
  const timings = options.timing ? await explainTiming(announcement, router, loaded, io) : undefined;
  if (options.json) io.print(jsonText({ announcement, rules, deliveries, withheld, timings }));
  else {
    for (const line of describe(announcement, rules, deliveries, withheld, io.columns)) io.print(line);
    for (const line of timings === undefined ? [] : describeTimings(timings, io.columns)) io.print(line);
  }
  return FINE;
}

function readAnnouncement(options: ExplainOptions, io: Io): Announcement {
  const { file, publisher, listingType, ticker, title } = options;
  const flags = { publisher, listingType, ticker, title };
  if (file !== undefined)
    return announcementFromJson(readText(file), file === '-' ? 'standard input' : file, io);
  if (title === undefined && ticker === undefined)
    throw new UserError(
      'Nothing to explain: give --file <announcement.json>, or --title (with --ticker, --publisher, --listing-type)',
      WRONG_USAGE,
    );
  return announcementFromFields(flags, io);
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UserError(`${printable(file)} cannot be read: ${readFault(error)}`);
  }
}

function explainDeliveries(
  announcement: Announcement,
  router: Router,
  { config, redact }: LoadedConfig,
): { deliveries: readonly ExplainedDelivery[]; capped: readonly Capped[] } {
  const prepared = prepareDestinations(config);
  const byName = new Map(prepared.map((destination) => [destination.name, destination]));
  const targets = new Map<string, Target>();
  for (const { name, options, forEachTicker, maxTickers } of prepared)
    targets.set(name, {
      forEachTicker,
      ...(maxTickers !== undefined && { maxTickers }),
      maxAgeMs: options.maxAge,
      push: () => undefined,
    });
  const { matches } = router.route(announcement);
  const planned = deliveriesOf(announcement, matches, targets, announcement.receivedMs);
  const deliveries = planned.deliveries.flatMap((delivery) => {
    const destination = byName.get(delivery.destination);
    if (destination === undefined) return [];
    const request = destination.preview(delivery);
    // A body may hold a secret of the config (a passphrase, say): shown, it would be in a bug report tomorrow.
    const body = redactValues(request.body, redact);
    const { rule, ticker } = delivery;
    const { dryRun } = destination.options;
    return [{ destination: destination.name, rule, ticker, dryRun, request: { ...request, body } }];
  });
  return { deliveries, capped: planned.capped };
}

const cappedFrom = (capped: Capped): Withheld => ({
  destination: capped.delivery.destination,
  rule: capped.delivery.rule,
  reason: describeCapped(capped),
  isRest: true,
});

function withheldFrom(
  announcement: Announcement,
  rules: readonly RuleExplanation[],
  deliveries: readonly ExplainedDelivery[],
): Withheld[] {
  const served = new Set(deliveries.map(({ destination }) => destination));
  const reason = announcement.redacted
    ? 'forEach: ticker, and what is redacted names no ticker to act on'
    : 'forEach: ticker, and there is no ticker';
  return rules
    .flatMap(({ sends }) => sends)
    .filter(({ destination }) => !served.has(destination))
    .map(({ destination, rule }) => ({ destination, rule, reason }));
}

/** A terminal wraps it; more than this (in cells) of a body or a pattern is for --json. */
const LONGEST_LINE = 1000;

function describe(
  announcement: Announcement,
  rules: readonly RuleExplanation[],
  deliveries: readonly ExplainedDelivery[],
  withheld: readonly Withheld[],
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
  for (const { destination, rule, ticker, dryRun, request } of deliveries) {
    const whom = ticker === undefined ? destination : `${destination} for ${ticker}`;
    const head = [
      `→ ${whom}, by rule "${rule}"${dryRun ? ' (dryRun: all but the request)' : ''}`,
      `  ${request.method} ${request.url}`,
      ...Object.entries(request.headers ?? {}).map(([name, value]) => `  ${name}: ${value}`),
    ];
    const body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body, null, 2);
    const shown = [...head, ...body.split('\n').map((line) => `  ${line}`)];
    lines.push(...shown.map((line) => fitCells(line, long)), '');
  }
  return lines;
}

function describeRule({
  rule,
  matched,
  stoppedBy,
  conditions,
  sends,
  alreadySent,
}: RuleExplanation): string[] {
  if (stoppedBy !== undefined) return [`- ${rule}: not evaluated: "${stoppedBy}" has \`stop: true\``];
  if (!matched)
    return [
      `✗ ${rule}`,
      ...conditions
        .filter((condition) => !condition.matched)
        .map(({ field, wanted, got }) => `    ${field}: wanted ${wanted}, got ${JSON.stringify(got)}`),
    ];
  const targets = [
    ...sends.map(({ destination, template }) =>
      template === undefined ? destination : `${destination} (template ${template})`,
    ),
    ...alreadySent.map(({ destination, rule: earlier }) => `${destination} (already by "${earlier}")`),
  ];
  return [`✓ ${rule} → ${targets.join(', ')}`];
}
