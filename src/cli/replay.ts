/**
 * `replay`: stored announcements through the rules of today. A dry run unless `--send`, which queues deliveries in the store, as
 * `deliveries retry` does: a running bridge sends them within a second, another one when it starts.
 */
import type { Announcement } from '../announcement.ts';
import { compileConfig } from '../daemon/ready-config.ts';
import type { ReplayWish } from '../outbox/deliveries.ts';
import { FileDeliveries } from '../outbox/file-deliveries.ts';
import { isHeld } from '../outbox/lock.ts';
import { printable } from '../platform/printable.ts';
import type { Replayed } from '../replay/plan.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { heading, markedLine } from './lines.ts';
import { filterOf, type NewsFlags } from './program-filters.ts';
import { plansOf, type Wishes, wishesOf } from './replay-cluster.ts';
import { mayGoOn } from './replay-consent.ts';
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
    const orders = ordersIn(summary, plannedOrders(opened));
    const isSending = options.send && summary.sends.length > 0;
    if (isSending && !options.again && opened.cluster?.isWhole() === false)
      throw new UserError(
        'Nothing was queued: what has arrived is not known without the nodes named above. --again sends also what may have arrived. [node_missing]',
      );
    if (isSending) await mayGoOn({ ...options, orders }, summary, io);
    const wishes = isSending ? await wishesOf(plans, opened) : NONE;
    const queued = await send(wishes.wishes, opened, io);
    if (options.json) io.print(jsonText(shownReplay(plans.all, summary, options.send ? queued : undefined)));
    return isSending ? report(queued.length, { ...wishes, summary }, options, opened, io) : FINE;
  });
}

function report(
  queued: number,
  { elsewhere, summary }: Pick<Wishes, 'elsewhere'> & { readonly summary: ReplaySummary },
  { json }: ReplayOptions,
  opened: OpenedStore,
  io: Io,
): ExitCode {
  if (!json) io.print(markedLine(queued > 0 ? 'good' : 'warning', queuedText(queued, opened), io.columns));
  const others = [...elsewhere.values()].reduce((sum, count) => sum + count, 0);
  if (others > 0) io.warn(markedLine('warning', elsewhereText(others, elsewhere, opened), io.columns));
  const left = summary.sends.length - queued - others;
  if (left <= 0) return others > 0 ? NOT_FINE : FINE;
  io.warn(markedLine('warning', leftText(left, io.signal.aborted), io.columns));
  return NOT_FINE;
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
  const { operator, path } = opened;
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
  const deliveries = new FileDeliveries(path);
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

/** So many before the next look at Ctrl-C. */
const TOGETHER = 100;

/** The ids of those that were queued. What has been queued stays so, whatever comes next. */
async function send(wishes: readonly ReplayWish[], { path, nowMs }: OpenedStore, { signal }: Io) {
  const deliveries = new FileDeliveries(path);
  const queued: string[] = [];
  for (let start = 0; start < wishes.length && !signal.aborted; start += TOGETHER)
    queued.push(...(await answered(deliveries.replay(wishes.slice(start, start + TOGETHER), nowMs()))));
  return queued;
}

const NONE: Wishes = { wishes: [], elsewhere: new Map() };

function elsewhereText(count: number, elsewhere: Wishes['elsewhere'], { cluster }: OpenedStore): string {
  const names = [...elsewhere.keys()].slice(0, MOST_NAMED).map(printable).join(', ');
  const more = elsewhere.size > MOST_NAMED ? ` and ${elsewhere.size - MOST_NAMED} more` : '';
  return `${count} not queued: node ${cluster?.node ?? ''} does not send to ${names}${more} at the moment. Run the same command on the other nodes; \`listing-bridge cluster status\` lists them. [other_node]`;
}

const MOST_NAMED = 10;

function queuedText(count: number, { path }: OpenedStore): string {
  const them = count === 1 ? '1 delivery' : `${count} deliveries`;
  return isHeld(path)
    ? `${them} queued; the running bridge will send ${count === 1 ? 'it' : 'them'} within a second`
    : `${them} queued; no bridge runs on this store: what is not too old by then is sent when one starts`;
}

const leftText = (left: number, isStopped: boolean): string =>
  isStopped
    ? `Interrupted: ${left} not queued; the same command queues the rest. [interrupted]`
    : `${left} not queued: something happened to them meanwhile; the same command looks again. [changed]`;
