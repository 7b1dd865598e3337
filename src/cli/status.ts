/** `status`: asks the running daemon how it is. Exit code 0 only when it is ready. */
import type { Config } from '../config/schema.ts';
import type { FeedReport } from '../ops/feed-report.ts';
import type { RaceReport } from '../ops/race.ts';
import type { RecentAnnouncement } from '../ops/recent.ts';
import type { DestinationReport, Status } from '../ops/status.ts';
import { fitCells } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { printable } from '../platform/printable.ts';
import type { Secret } from '../platform/secret.ts';
import { timeText } from '../platform/time-text.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE, UserError } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { table } from './table.ts';

export interface StatusOptions {
  readonly config: string;
  /** Where the daemon is, when the config does not say (`server.port: 0`). */
  readonly url: string | undefined;
  readonly json: boolean;
}

const TIMEOUT_MS = 5000;
const NONE = '-';

export async function statusCommand(options: StatusOptions, io: Io): Promise<ExitCode> {
  const { config } = requireConfig(options.config, io);
  const { server } = config;
  const address = options.url ?? addressOf(server);
  const status = await ask(address, server === false ? undefined : server.token);
  if (options.json) io.print(jsonText(status));
  else for (const line of describe(status, io.columns)) io.print(line);
  return status.ready ? FINE : NOT_FINE;
}

function addressOf(server: Config['server']): string {
  if (server === false)
    throw new UserError('server: false in the config: the daemon answers no questions; see its log');
  if (server.port === 0)
    throw new UserError(
      'server.port is 0 in the config: give the address that the daemon logged at its start with --url',
    );
  // An address that stands for all of this machine's is asked at this machine's own.
  const host = ['0.0.0.0', '::', '[::]'].includes(server.host) ? '127.0.0.1' : server.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`;
}

async function ask(address: string, token: Secret | undefined): Promise<Status> {
  let response: Response;
  try {
    response = await fetch(new URL('/api/status', address), {
      headers: token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new UserError(`no answer at ${address}: is \`listing-bridge run\` running with this config?`);
  }
  if (response.status === 401)
    throw new UserError(
      `${address} wants another token: does server.token in the config match the running one?`,
    );
  if (!response.ok) throw new UserError(`${address} answered ${response.status}: is it listing-bridge?`);
  return (await response.json()) as Status;
}

function describe(status: Status, width: number | undefined): string[] {
  const { version, uptimeMs, ready, problems, feeds, race, destinations, announcements } = status;
  const lines = [
    `listing-bridge ${version}, up ${formatDuration(uptimeMs)}: ${ready ? 'ready' : 'not ready'}`,
  ];
  for (const problem of problems) lines.push(`  ! ${printable(problem)}`);
  const headings = ['FEED', 'HEALTHY', 'HEARD', 'SELF-TEST', 'CONNECTED', 'TIER', 'KEY', 'LOST', 'FRAMES'];
  lines.push('', ...table(headings, feeds.map(feedRow), { width }));
  if (race.length > 0)
    lines.push('', ...table(['FEED', 'FIRST', 'BY', 'SECOND', 'BY'], race.map(raceRow), { width }));
  lines.push(
    '',
    ...table(
      ['DESTINATION', 'TYPE', 'PENDING', 'OLDEST', 'IN FLIGHT', 'STATE'],
      destinations.map(destinationRow),
      { width },
    ),
  );
  lines.push('');
  if (announcements.length === 0) lines.push('no announcement since the start');
  else
    lines.push(
      'last announcements',
      ...announcements.flatMap(announcementLines).map((line) => fitCells(line, width)),
    );
  return lines;
}

const spanOr = (ms: number | undefined | null, none = NONE) => (ms == null ? none : formatDuration(ms));

function feedRow(feed: FeedReport): string[] {
  const { name, healthy, silentMs, selfTest, connectedMs, welcome, keyExpiresInMs, frames } = feed;
  return [
    name,
    healthy ? 'yes' : 'NO',
    silentMs === undefined ? NONE : `${formatDuration(silentMs)} ago`,
    selfTest.roundTripMs === undefined
      ? selfTest.state
      : `${selfTest.state} in ${formatDuration(Math.round(selfTest.roundTripMs))}`,
    spanOr(connectedMs),
    welcome?.tier ?? NONE,
    keyExpiresInMs === undefined ? NONE : `expires in ${formatDuration(keyExpiresInMs)}`,
    countsOf(feed.losses),
    countsOf(frames),
  ];
}

const countsOf = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ') || NONE;

/** How often a feed was the first or the second of two, and by how much in the middle. */
function raceRow({ feed, wins, losses, medianLeadMs, medianLagMs }: RaceReport): string[] {
  const by = (ms: number | undefined) => (ms == null ? NONE : `${ms.toFixed(1)} ms`);
  return [feed, String(wins), by(medianLeadMs), String(losses), by(medianLagMs)];
}

function destinationRow({ name, type, pending, oldestMs, inFlight, state }: DestinationReport): string[] {
  return [name, type, String(pending), spanOr(oldestMs), String(inFlight), state];
}

function announcementLines(announcement: RecentAnnouncement): string[] {
  const { receivedMs, feed, publisher, listingType, tickers, title, serviceMs, networkMs } = announcement;
  return [
    `  ${timeText(receivedMs)}  ${publisher} ${listingType} [${tickers.join(', ')}]  ${title}`,
    `    ${feed}: service ${spanOr(serviceMs)}, network ${spanOr(networkMs)}`,
    ...announcement.deliveries.map(({ destination, ticker, state, reason, attempts, dispatchMs, tookMs }) => {
      const to = ticker === undefined ? destination : `${destination} ${ticker}`;
      const why = reason === undefined ? '' : ` (${reason})`;
      const tries = attempts > 1 ? `, ${attempts} tries` : '';
      return `    ${to}: ${state}${why}, on the wire after ${spanOr(dispatchMs)}, ended after ${spanOr(tookMs)}${tries}`;
    }),
  ];
}
