/** `deliveries`: what is owed, what arrived, what did not and why; and the means to try again or to let go. */
import type { Config } from '../config/schema.ts';
import type { DeliveryState } from '../delivery/delivery.ts';
import { openStoreFile } from '../outbox/open.ts';
import { discardDeliveries, findDelivery, listDeliveries, retryDeliveries } from '../outbox/queries.ts';
import type { StoredAttempt, StoredDelivery } from '../outbox/rows.ts';
import { fitCells } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { printable } from '../platform/printable.ts';
import { secondsText, timeText } from '../platform/time-text.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { table } from './table.ts';

export interface ListOptions {
  readonly config: string;
  readonly state: DeliveryState | undefined;
  readonly destination: string | undefined;
  readonly sinceMs: number | undefined;
  readonly limit: number;
  readonly json: boolean;
}

export function listCommand(options: ListOptions, io: Io): ExitCode {
  using database = openStoreFile(requireConfig(options.config, io).config.store.path, true);
  const sinceMs = options.sinceMs === undefined ? undefined : io.clock.wallMs() - options.sinceMs;
  const found = listDeliveries(database, { ...options, sinceMs });
  if (options.json) io.print(jsonText(found));
  else if (found.length === 0) io.print('no deliveries');
  else
    for (const line of table(
      ['ID', 'RECEIVED', 'DESTINATION', 'STATE', 'REASON', 'TRIES', 'TITLE'],
      found.map(row),
      { width: io.columns, whole: ['ID'] },
    ))
      io.print(line);
  return FINE;
}

export function showCommand(
  options: { readonly config: string; readonly id: string; readonly json: boolean },
  io: Io,
): ExitCode {
  using database = openStoreFile(requireConfig(options.config, io).config.store.path, true);
  const found = findDelivery(database, options.id);
  if (found === undefined)
    throw new UserError(
      `no delivery ${printable(options.id)} in the store; \`listing-bridge deliveries\` lists them`,
    );
  if (options.json) io.print(jsonText({ ...found.delivery, attemptList: found.attempts }));
  else for (const line of describe(found.delivery, found.attempts, io.columns)) io.print(line);
  return FINE;
}

/** What the list is narrowed by; its commands are given it too, because the command line takes it anywhere. */
interface Narrowing {
  readonly state?: DeliveryState;
  readonly destination?: string;
  /** Ms back from now. */
  readonly since?: number;
  readonly limit?: number;
}

/** Something that would have been narrowed must not be done to more than was meant. */
function refuse(given: Narrowing, ...names: readonly (keyof Narrowing)[]): void {
  for (const name of names)
    if (given[name] !== undefined)
      throw new UserError(`--${name} does not go with this: name the deliveries by their ids`, WRONG_USAGE);
}

export interface RetryOptions extends Narrowing {
  readonly config: string;
  readonly ids: readonly string[];
  readonly dead: boolean;
  readonly json: boolean;
  /** Also what is past its `maxAge`, which then counts anew. */
  readonly late: boolean;
}

export function retryCommand(options: RetryOptions, io: Io): ExitCode {
  if (options.ids.length > 0 === options.dead)
    throw new UserError('name deliveries to retry, or give --dead for all dead ones', WRONG_USAGE);
  refuse(options, 'state', 'limit', ...(options.dead ? [] : (['destination', 'since'] as const)));
  const { config } = requireConfig(options.config, io);
  using database = openStoreFile(config.store.path, false);
  const nowMs = io.clock.wallMs();
  const ids = options.dead ? deadOnes(database, options, nowMs) : options.ids;
  const changed = retryDeliveries(database, ids, nowMs, options.late ? expiryFor(config, nowMs) : undefined);
  const why =
    'what was delivered is not sent again, and the rest only within its maxAge unless --late says otherwise';
  return report('owed again', { asked: ids, changed, why, json: options.json }, io);
}

function deadOnes(
  database: ReturnType<typeof openStoreFile>,
  { destination, since }: Narrowing,
  nowMs: number,
): string[] {
  const sinceMs = since === undefined ? undefined : nowMs - since;
  return listDeliveries(database, { state: 'dead', destination, sinceMs, limit: ALL }).map(
    ({ delivery }) => delivery.id,
  );
}

/** https://www.sqlite.org/lang_select.html#limitoffset: a negative limit is none. */
const ALL = -1;

export interface DiscardOptions extends Narrowing {
  readonly config: string;
  readonly ids: readonly string[];
  readonly json: boolean;
}

export function discardCommand(options: DiscardOptions, io: Io): ExitCode {
  refuse(options, 'state', 'destination', 'since', 'limit');
  using database = openStoreFile(requireConfig(options.config, io).config.store.path, false);
  const changed = discardDeliveries(database, options.ids, io.clock.wallMs());
  const why = 'only pending deliveries can be discarded';
  return report('discarded', { asked: options.ids, changed, why, json: options.json }, io);
}

function expiryFor(config: Config, nowMs: number): (destination: string) => number | undefined {
  return (destination) => {
    const maxAge = config.destinations[destination]?.maxAge ?? false;
    return maxAge === false ? undefined : nowMs + maxAge;
  };
}

interface Change {
  readonly asked: readonly string[];
  readonly changed: readonly string[];
  /** Why the others are as they were. */
  readonly why: string;
  readonly json: boolean;
}

function report(done: string, { asked, changed, why, json }: Change, io: Io): ExitCode {
  const taken = new Set(changed);
  const left = asked.filter((id) => !taken.has(id));
  if (json) io.print(jsonText({ changed, unchanged: left }));
  else {
    const count = `${changed.length} ${changed.length === 1 ? 'delivery' : 'deliveries'} ${done}`;
    io.print(changed.length === 0 ? count : `${count}; a running bridge takes it up within a second`);
    for (const id of left) io.warn(`${printable(id)}: unchanged (${why})`);
  }
  return left.length === 0 ? FINE : NOT_FINE;
}

function row({ delivery, state, reason, attempts }: StoredDelivery): string[] {
  const { announcement, ticker } = delivery;
  return [
    delivery.id,
    secondsText(announcement.receivedTimestampUs / 1000),
    ticker === undefined ? delivery.destination : `${delivery.destination} (${ticker})`,
    state,
    reason ?? '',
    String(attempts),
    announcement.title,
  ];
}

/** In cells: more of a title is for --json. */
const LONGEST_VALUE = 1000;

function describe(
  stored: StoredDelivery,
  attempts: readonly StoredAttempt[],
  width: number | undefined,
): string[] {
  const { delivery, state, reason, settledMs } = stored;
  const { announcement } = delivery;
  const pairs: readonly (readonly [string, string])[] = [
    ['delivery', delivery.id],
    ['state', reason === undefined ? state : `${state} (${reason})`],
    ['destination', delivery.destination],
    ['rule', delivery.rule],
    ['template', delivery.template ?? '(default)'],
    ['ticker', delivery.ticker ?? announcement.tickers.join(', ')],
    ['publisher', announcement.publisher],
    ['listingType', announcement.listingType],
    ['title', announcement.title],
    ['received', timeText(announcement.receivedMs)],
    ['expires', delivery.expiresAtMs === undefined ? 'never' : timeText(delivery.expiresAtMs)],
    [
      'settled',
      settledMs === undefined
        ? ''
        : `${timeText(settledMs)} (${formatDuration(settledMs - announcement.receivedMs)} after receipt)`,
    ],
  ];
  const rows = attempts.map(({ attempt, startedMs, durationMs, outcome, status, detail }) => [
    String(attempt),
    timeText(startedMs),
    formatDuration(durationMs),
    outcome,
    status === undefined ? '' : String(status),
    detail ?? '',
  ]);
  const long = width === undefined ? undefined : LONGEST_VALUE;
  return [
    ...pairs.map(([label, value]) => `${label.padEnd(12)} ${fitCells(value, long)}`.trimEnd()),
    '',
    ...(rows.length === 0
      ? ['no attempt yet']
      : table(['ATTEMPT', 'STARTED', 'TOOK', 'OUTCOME', 'STATUS', 'DETAIL'], rows, { width })),
  ];
}
