/** `status`: asks the running daemon how it is. Exit code 0 only when it is ready. */
import { fitCells } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { MARK_SPANS, type MarkOf, withFaintCode } from '../platform/marks.ts';
import { paint } from '../platform/paint.ts';
import { type Span, wrapSpans } from '../platform/spans.ts';
import { clusterLines } from './cluster-text.ts';
import { usableConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { heading, lineBelow, markedSpans } from './lines.ts';
import { remoteOperator } from './remote-operator.ts';
import { announcementLines } from './status-announcement.ts';
import type {
  ShownCooldown,
  ShownDestination,
  ShownFeed,
  ShownRace,
  ShownTable,
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

/** Indented, with a mark that is there in a pipe too. */
const markedBelow = (mark: MarkOf, text: string, width: number | undefined): string =>
  wrapSpans(['  ', MARK_SPANS[mark], ' ', ...withFaintCode(text)], { cells: width, indent: '    ' });

export async function statusCommand({ config, url, json }: StatusOptions, io: Io): Promise<ExitCode> {
  const { server, redact } = usableConfig(config, 'server', { given: url }, io);
  const { value: status, body } = await remoteOperator({ url, server, redact }, io).status();
  if (json) io.print(jsonText(body));
  else for (const line of describe(status, io.columns)) io.print(line);
  return status.ready ? FINE : NOT_FINE;
}

function describe(status: StatusAnswer, width: number | undefined): string[] {
  const { version, uptimeMs, ready, notes, feeds, race, destinations, tables, announcements } = status;
  const mark = ready ? 'good' : 'bad';
  const lines = [
    wrapSpans(
      [
        ...markedSpans(mark, width),
        `listing-bridge ${version}, up ${formatDuration(uptimeMs)}: `,
        ready ? ['ready', paint.good] : ['not ready', paint.bad],
      ],
      { cells: width },
    ),
  ];
  lines.push(...problemLines(status, width));
  for (const note of notes) lines.push(markedBelow('none', note, width));
  const headings = ['FEED', 'HEALTHY', 'HEARD', 'SELF-TEST', 'CONNECTED', 'TIER', 'KEY', 'LOST', 'FRAMES'];
  lines.push('', ...table(headings, feeds.map(feedRow), { width }));
  // The columns show the proofs of a feed that can be tested; of any other they would hide most.
  for (const feed of feeds)
    if (feed.selfTest === undefined) lines.push(paint.faint(fitCells(proofLine(feed), width)));
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
  if (status.cluster !== undefined) lines.push('', ...clusterLines(status.cluster, width));
  if (tables.length > 0)
    lines.push('', ...table(['TABLE', 'ROWS', 'AGE', 'STATE', 'FROM'], tables.map(tableRow), { width }));
  lines.push(...cooldownLines(status.cooldowns, width), '');
  const said = new Set<string>();
  if (announcements.length === 0) lines.push(heading('no announcement since the bridge started', width));
  else
    lines.push(
      heading('last announcements, newest first', width),
      ...announcements.flatMap((announcement) => announcementLines(announcement, said, width)),
    );
  return lines;
}

/** Of more, their number: `--json` has them. */
const MOST_COOLDOWNS = 10;

function cooldownLines(cooldowns: readonly ShownCooldown[], width: number | undefined): string[] {
  if (cooldowns.length === 0) return [];
  const rows = cooldowns
    .slice(0, MOST_COOLDOWNS)
    .map(({ rule, destination, kind, isSent, leftMs }): Span[] => [
      kind ?? 'anything',
      [rule, paint.name],
      [destination, paint.name],
      isSent ? formatDuration(Math.ceil(leftMs / 1000) * 1000) : 'until the first has arrived',
    ]);
  const more = cooldowns.length - rows.length;
  return [
    '',
    ...table(['COOLDOWN OF', 'BY RULE', 'AT', 'LEFT'], rows, { width }),
    ...(more > 0 ? [paint.faint(fitCells(`  ${more} more: status --json`, width))] : []),
  ];
}

/** Each problem, and what to do about its kind below the first of that kind. Conditions come in the order of their sentences. */
function problemLines({ problems, conditions }: StatusAnswer, width: number | undefined): string[] {
  const advised = new Set<string>();
  return problems.flatMap((problem, index) => {
    const { code = '', advice } = conditions[index] ?? {};
    const line = markedBelow('warning', problem, width);
    if (advice === undefined || advised.has(code)) return [line];
    advised.add(code);
    return [line, lineBelow(advice, width, 2)];
  });
}

const spanOr = (ms: number | undefined | null, none = NONE) => (ms == null ? none : formatDuration(ms));

function feedRow(feed: ShownFeed): Span[] {
  const { name, healthy, silentMs, selfTest, connectedMs, welcome, keyExpiresInMs, frames } = feed;
  return [
    [name, paint.name],
    healthy ? ['yes', paint.good] : ['NO', paint.bad],
    silentMs === undefined ? NONE : `${formatDuration(silentMs)} ago`,
    selfTest?.roundTripMs === undefined
      ? (selfTest?.state ?? NONE)
      : `${selfTest.state} in ${formatDuration(Math.round(selfTest.roundTripMs))}`,
    spanOr(connectedMs),
    welcome?.tier ?? NONE,
    keyExpiresInMs === undefined ? NONE : `${formatDuration(keyExpiresInMs)} left`,
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
function raceRow({ feed, wins, losses, medianLeadMs, medianLagMs }: ShownRace): Span[] {
  const by = (ms: number | undefined) => (ms == null ? NONE : `${ms.toFixed(1)} ms`);
  return [[feed, paint.name], String(wins), by(medianLeadMs), String(losses), by(medianLagMs)];
}

/** `ok`, or a word and its reason (`ops/status.ts`). */
function stateSpan(state: string): Span {
  if (state === 'ok') return [state, paint.good];
  return [state, state.startsWith('suspended') ? paint.bad : paint.warning];
}

function destinationRow({ name, type, pending, oldestMs, inFlight, state }: ShownDestination): Span[] {
  return [[name, paint.name], type, String(pending), spanOr(oldestMs), String(inFlight), stateSpan(state)];
}

function tableRow({ name, from, rows, ageMs, fault, isStale }: ShownTable): Span[] {
  const state: Span =
    rows === undefined
      ? ['never loaded', paint.bad]
      : isStale || fault !== undefined
        ? [isStale ? 'stale' : 'not refreshed', paint.warning]
        : ['ok', paint.good];
  return [
    [name, paint.name],
    rows === undefined ? NONE : String(rows),
    spanOr(ageMs && Math.floor(ageMs / 1000) * 1000),
    state,
    from || 'the config',
  ];
}
