/**
 * `replay`: stored announcements through the rules of today. A dry run unless `--send`, which queues deliveries in the store, as
 * `deliveries retry` does: a running bridge sends them within a second, another one when it starts. In a cluster the nodes queue them that
 * send there.
 */
import type { Announcement } from '../announcement.ts';
import { compileConfig } from '../daemon/ready-config.ts';
import { FileDeliveries } from '../outbox/file-deliveries.ts';
import { printable } from '../platform/printable.ts';
import type { Replayed } from '../replay/plan.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { heading, markedLine } from './lines.ts';
import { filterOf, type NewsFlags } from './program-filters.ts';
import { mayGoOn } from './replay-consent.ts';
import { type Plans, plansOf } from './replay-plans.ts';
import { leftText, NOTHING_QUEUED, type Queued, queue, queuedText } from './replay-send.ts';
import { ordersIn, type ReplaySummary, summaryOf } from './replay-summary.ts';
import { replayedLines, shownReplay, summaryLines } from './replay-text.ts';
import { answered, type OpenedStore, type StoreOptions, warnOfUnknown, withStore } from './store-file.ts';

export interface ReplayOptions extends StoreOptions, NewsFlags {
  /** Of an announcement, or of one of its deliveries. */
  readonly id?: string;
  readonly destination?: string;
  readonly rule?: string;
  readonly limit?: number;
  readonly send: boolean;
  readonly again: boolean;
  readonly late: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** As many as `check` looks at. */
const MOST = 200;

export async function replayCommand(options: ReplayOptions, io: Io): Promise<ExitCode> {
  requireUsage(options);
  return withStore(options, io, async (opened): Promise<ExitCode> => {
    const { announcements, isAll } = await chosen(options, opened, io);
    const plans = await plansOf(announcements, options, opened);
    const summary = summaryOf(plans.all, isAll, opened.nowMs());
    if (!options.json) for (const line of linesOf(plans.all, summary, options, io)) io.print(line);
    const isSending = options.send && summary.sends.length > 0;
    const queued = isSending ? await send(plans, summary, { options, opened, io }) : NOTHING_QUEUED;
    if (options.json) io.print(jsonText(shownReplay(plans.all, summary, options.send ? queued : undefined)));
    return isSending ? report(queued, options, opened, io) : FINE;
  });
}

interface Sending {
  readonly options: ReplayOptions;
  readonly opened: OpenedStore;
  readonly io: Io;
}

async function send(plans: Plans, summary: ReplaySummary, { options, opened, io }: Sending): Promise<Queued> {
  requireWhole(options, opened);
  const orders = ordersIn(summary, plannedOrders(opened));
  const hasAsked = await mayGoOn({ ...options, orders }, summary, io);
  const wanted = new Set(summary.sends.map(({ id }) => id));
  // While a person thinks, other nodes go on.
  const now =
    hasAsked && opened.cluster !== undefined
      ? await plansOf(
          plans.all.map(({ announcement }) => announcement),
          options,
          opened,
        )
      : plans;
  requireWhole(options, opened);
  return queue(now, wanted, opened, io);
}

/** Throws `UserError`. */
function requireWhole({ again }: ReplayOptions, { cluster }: OpenedStore): void {
  if (!again && cluster?.isWhole() === false)
    throw new UserError(
      'Nothing was queued: what has arrived is not known without the nodes named above. --again sends also what may have arrived. [node_missing]',
    );
}

function report(queued: Queued, { json }: ReplayOptions, opened: OpenedStore, io: Io): ExitCode {
  const tone = queued.queued.length > 0 ? 'good' : 'warning';
  if (!json) io.print(markedLine(tone, queuedText(queued, opened), io.columns));
  for (const left of queued.left) io.warn(markedLine('warning', leftText(left), io.columns));
  return queued.left.length > 0 ? NOT_FINE : FINE;
}

const OF_MANY = ['since', 'until', 'feed', 'exchange', 'type', 'ticker', 'title', 'limit'] as const;

function requireUsage(options: ReplayOptions): void {
  const { id, send, yes, since } = options;
  const flag = id === undefined ? undefined : OF_MANY.find((one) => options[one] !== undefined);
  if (flag !== undefined)
    throw new UserError(`--${flag} cannot be combined with --id, which names one announcement`, WRONG_USAGE);
  if (send && id === undefined && since === undefined)
    throw new UserError('--send needs --since or --id: which announcements are to be sent?', WRONG_USAGE);
  if (yes && !send) throw new UserError('--yes is for --send: without it nothing is sent', WRONG_USAGE);
}

/** The newest first. `isAll`: there are no others. */
async function chosen(
  options: ReplayOptions,
  opened: OpenedStore,
  io: Io,
): Promise<{ readonly announcements: readonly Announcement[]; readonly isAll: boolean }> {
  const { operator, path, cluster } = opened;
  if (options.id !== undefined) {
    const found = await answered(operator.decision(options.id.trim()));
    if (found === undefined)
      throw new UserError(`There is no announcement or delivery ${printable(options.id)} in the store.`);
    if (found.content.kind !== 'news')
      throw new UserError(`${printable(options.id)} is an alert of the bridge, which no rule decides.`);
    return { announcements: [found.content.announcement], isAll: true };
  }
  const { limit = MOST } = options;
  const { feed, exchange, type, ticker, title, sinceMs, untilMs } = filterOf(options, opened.at);
  const filter = { feed, exchange, type, ticker, title, sinceMs, untilMs };
  const deliveries = cluster?.deliveries ?? new FileDeliveries(path);
  const all: Announcement[] = [];
  for (let before: string | undefined, isMore = true; isMore && all.length <= limit; ) {
    const page = await answered(deliveries.announcements(before, filter));
    all.push(...page.announcements);
    before = page.next;
    isMore = before !== undefined && !io.signal.aborted;
  }
  if (all.length === 0) warnOfUnknown(filter, opened, io);
  return { announcements: all.slice(0, limit), isAll: all.length <= limit };
}

/** Destinations that may act on what they get. */
function plannedOrders({ config: { whole } }: OpenedStore): ReadonlySet<string> {
  const { destinations } = whole === undefined ? { destinations: [] } : compileConfig(whole);
  return new Set(destinations.filter(({ takesOrders }) => takesOrders).map(({ name }) => name));
}

function linesOf(
  plans: readonly Replayed[],
  summary: ReplaySummary,
  options: ReplayOptions,
  io: Io,
): string[] {
  if (plans.length === 0) return [heading('no announcements', io.columns)];
  const isOne = options.id !== undefined;
  const shown = plans.filter(
    ({ goesElsewhere, deliveries }) =>
      isOne || goesElsewhere || deliveries.some(({ fate }) => 'sends' in fate),
  );
  return [...replayedLines(shown, io.columns), ...summaryLines(summary, options, io.columns)];
}
