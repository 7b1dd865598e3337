/** Mutes as text for people. */
import type { Made } from '../daemon/mute-operator.ts';
import { mutedText } from '../mutes/mute.ts';
import { leftText, type ShownMute } from '../mutes/shown.ts';
import { paint } from '../platform/paint.ts';
import type { Span } from '../platform/spans.ts';
import { secondsText } from '../platform/time-text.ts';
import { lineBelow, markedLine } from './lines.ts';

type Width = number | undefined;
type MadeMute = Extract<Made, { readonly ok: true }>['mutes'][number];

export const MUTE_COLUMNS = ['ID', 'MUTED', 'LEFT', 'UNTIL', 'REASON'] as const;

/** Never cut: people copy them. */
export const LISTED_AS = ['ID', 'LEFT', 'UNTIL'] as const;

/** Of a group of thousands, --json has the rest. */
const MOST_LINES = 20;

export function muteCells({ id, kind, name, leftMs, until, reason = '', inConfig }: ShownMute): Span[] {
  const why = reason === '' ? '' : `: ${reason}`;
  return [
    String(id),
    [mutedText({ kind, name }), paint.name],
    leftText(leftMs),
    untilText(until),
    inConfig ? reason : [`not in the config${why}`, paint.warning],
  ];
}

export function madeLines(mutes: readonly MadeMute[], isRunning: boolean, width: Width): string[] {
  const taken = isRunning
    ? 'The bridge takes it up within a second, also for deliveries that wait; requests on the wire finish.'
    : 'No bridge uses this store now: it holds when one starts, also for deliveries that wait.';
  return [
    ...listed(
      mutes,
      (mute) => markedLine(mute.change === 'unchanged' ? 'none' : 'good', made(mute), width),
      width,
    ),
    lineBelow(taken, width),
    lineBelow(
      'Deliveries that it holds back end as skipped [muted] and are not sent later by themselves: `listing-bridge deliveries --mute <id>` lists them, `listing-bridge deliveries retry <id>` sends one.',
      width,
    ),
  ];
}

function made({ id, kind, name, leftMs, until, reason, change }: MadeMute): string {
  const muted = mutedText({ kind, name });
  const end = `for ${leftText(leftMs)}, until ${untilText(until)}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  switch (change) {
    case 'muted':
      return `${muted} is muted ${end} (mute ${id})${why}`;
    case 'extended':
      return `${muted} was muted already: extended, it is muted ${end} (mute ${id})${why}`;
    case 'unchanged':
      return `${muted} is muted for longer already, ${end} (mute ${id})${why}; \`listing-bridge mute lift ${id}\` ends it sooner`;
    default:
      return change satisfies never;
  }
}

export const liftedLines = (mutes: readonly ShownMute[], width: Width): string[] => [
  ...listed(
    mutes,
    ({ id, kind, name }) =>
      markedLine('good', `${mutedText({ kind, name })} is not muted any more (mute ${id})`, width),
    width,
  ),
  lineBelow(
    'Announcements that come from now on are sent (a running bridge takes it up within a second). Deliveries that were held back are not sent by themselves: `listing-bridge deliveries --mute <id>` lists them, `listing-bridge deliveries retry <id>` sends one.',
    width,
  ),
];

function listed<Item>(items: readonly Item[], lineOf: (item: Item) => string, width: Width): string[] {
  const more = items.length - MOST_LINES;
  return [
    ...items.slice(0, MOST_LINES).map(lineOf),
    ...(more > 0 ? [lineBelow(`… and ${more} more (--json has them)`, width)] : []),
  ];
}

/** By the clock on the wall, with its offset. */
const untilText = (iso: string): string => secondsText(Date.parse(iso));
