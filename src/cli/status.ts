/** `status`: asks the running daemon how it is. Exit code 0 only when it is ready. */
import { fitCells, wrapCells } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { printable } from '../platform/printable.ts';
import { timeText } from '../platform/time-text.ts';
import { usableConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { remoteOperator } from './remote-operator.ts';
import type {
  ShownAnnouncement,
  ShownDestination,
  ShownFeed,
  ShownRace,
  StatusAnswer,
} from './status-answer.ts';
import { table } from './table.ts';

export interface StatusOptions {
  readonly config: string;
  /** Where the daemon is, when the config does not say (`server.port: 0`) or cannot be read. */
  readonly url: string | undefined;
  readonly json: boolean;
}

const NONE = '-';

export async function statusCommand({ config, url, json }: StatusOptions, io: Io): Promise<ExitCode> {
  const { server, redact } = usableConfig(config, 'server', { given: url }, io);
  const { value: status, body } = await remoteOperator({ url, server, redact }, io).status();
  if (json) io.print(jsonText(body));
  else for (const line of describe(status, io.columns)) io.print(line);
  return status.ready ? FINE : NOT_FINE;
}

function describe(status: StatusAnswer, width: number | undefined): string[] {
  const { version, uptimeMs, ready, notes, feeds, race, destinations, announcements } = status;
  const lines = [
    printable(`listing-bridge ${version}, up ${formatDuration(uptimeMs)}: ${ready ? 'ready' : 'not ready'}`),
  ];
  lines.push(...problemLines(status, width));
  for (const note of notes) lines.push(wrapCells(`  - ${note}`, width, '    '));
  const headings = ['FEED', 'HEALTHY', 'HEARD', 'SELF-TEST', 'CONNECTED', 'TIER', 'KEY', 'LOST', 'FRAMES'];
  lines.push('', ...table(headings, feeds.map(feedRow), { width }));
  // The columns show the proofs of a feed that can be tested; of any other they would hide most.
  for (const feed of feeds) if (feed.selfTest === undefined) lines.push(fitCells(proofLine(feed), width));
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
  if (announcements.length === 0) lines.push('no announcement since the bridge started');
  else
    lines.push(
      'last announcements, newest first',
      ...announcements.flatMap((announcement) => announcementLines(announcement, width)),
    );
  return lines;
}

/** Each problem, and what to do about its kind below the first of that kind. Conditions come in the order of their sentences. */
function problemLines({ problems, conditions }: StatusAnswer, width: number | undefined): string[] {
  const advised = new Set<string>();
  return problems.flatMap((problem, index) => {
    const { code = '', advice } = conditions[index] ?? {};
    const line = wrapCells(`  ! ${problem}`, width, '    ');
    if (advice === undefined || advised.has(code)) return [line];
    advised.add(code);
    return [line, wrapCells(`    ${advice}`, width, '    ')];
  });
}

const spanOr = (ms: number | undefined | null, none = NONE) => (ms == null ? none : formatDuration(ms));

function feedRow(feed: ShownFeed): string[] {
  const { name, healthy, silentMs, selfTest, connectedMs, welcome, keyExpiresInMs, frames } = feed;
  return [
    name,
    healthy ? 'yes' : 'NO',
    silentMs === undefined ? NONE : `${formatDuration(silentMs)} ago`,
    selfTest?.roundTripMs === undefined
      ? (selfTest?.state ?? NONE)
      : `${selfTest.state} in ${formatDuration(Math.round(selfTest.roundTripMs))}`,
    spanOr(connectedMs),
    welcome?.tier ?? NONE,
    keyExpiresInMs === undefined ? NONE : `expires in ${formatDuration(keyExpiresInMs)}`,
    countsOf(feed.losses),
    countsOf(frames),
  ];
}

/** `  own: open 2h ago, pong 3s ago; not yet: frame, announcement` */
function proofLine({ name, proofs }: ShownFeed): string {
  const given = proofs.flatMap(({ kind, agoMs }) =>
    agoMs === undefined ? [] : [`${kind} ${formatDuration(agoMs)} ago`],
  );
  const lacking = proofs.flatMap(({ kind, agoMs }) => (agoMs === undefined ? [kind] : []));
  const parts = [given.join(', '), lacking.length === 0 ? '' : `not yet: ${lacking.join(', ')}`];
  return `  ${name}: ${parts.filter((part) => part !== '').join('; ')}`;
}

const countsOf = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ') || NONE;

/** How often a feed was the first or the second of two, and by how much in the middle. */
function raceRow({ feed, wins, losses, medianLeadMs, medianLagMs }: ShownRace): string[] {
  const by = (ms: number | undefined) => (ms == null ? NONE : `${ms.toFixed(1)} ms`);
  return [feed, String(wins), by(medianLeadMs), String(losses), by(medianLagMs)];
}

function destinationRow({ name, type, pending, oldestMs, inFlight, state }: ShownDestination): string[] {
  return [name, type, String(pending), spanOr(oldestMs), String(inFlight), state];
}

function announcementLines(announcement: ShownAnnouncement, width: number | undefined): string[] {
  const { receivedMs, feed, publisher, listingType, tickers, title, serviceMs, networkMs, stalledMs, test } =
    announcement;
  const held = (stalledMs ?? 0) > 0 ? `, held up here ${spanOr(stalledMs)}` : '';
  const mark = test === true ? '  (self-test)' : '';
  return [
    fitCells(
      `  ${timeText(receivedMs)}  ${publisher} ${listingType} [${tickers.join(', ')}]  ${title}${mark}`,
      width,
    ),
    fitCells(`    ${feed}: service ${spanOr(serviceMs)}, network ${spanOr(networkMs)}${held}`, width),
    ...announcement.deliveries.flatMap((delivery) => deliveryLines(delivery, width)),
  ];
}

/** One line, and what to do about it below. */
export function deliveryLines(
  delivery: ShownAnnouncement['deliveries'][number],
  width: number | undefined,
): string[] {
  const { destination, ticker, state, reason, advice, attempts, dispatchMs, tookMs } = delivery;
  const ended = state === 'delivered' ? 'answered' : 'ended';
  const parts = [
    ...(dispatchMs == null ? [] : [`request sent after ${formatDuration(dispatchMs)}`]),
    ...(tookMs == null ? [] : [`${ended} after ${formatDuration(tookMs)}`]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ];
  const detail = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  const to = ticker === undefined ? destination : `${destination} ${ticker}`;
  const why = reason === undefined || advice !== undefined ? '' : ` [${reason}]`;
  return [
    fitCells(`    ${to}: ${state}${detail}${why}`, width),
    // Whole: what to do stands at its end.
    ...(advice === undefined ? [] : [wrapCells(`      ${advice}`, width, '      ')]),
  ];
}
