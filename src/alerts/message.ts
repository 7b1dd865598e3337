/** From changes to words: what happened, since when, what to do. Pure. */
import type { Alert } from '../alert.ts';
import { conditionOf } from '../conditions/registry.ts';
import { helpFor } from '../feeds/warning.ts';
import { formatDuration } from '../platform/duration.ts';
import { secondsText } from '../platform/time-text.ts';
import type { Batch } from './batch.ts';
import type { Change } from './tracker.ts';

/** More in one message would not be read. */
const MOST_ENTRIES = 10;

/** Maximum length of quoted text of a platform; the log has the rest. */
const LONGEST_DETAIL = 800;

const EMOJI = { critical: '🔴', warning: '🟠', good: '🟢' } as const satisfies Record<
  Alert['severity'],
  string
>;

/** `wallOf` gives the wall clock's time, epoch ms, of a monotonic one. */
export type WallOf = (monotonicMs: number) => number;

export function alertOf({ changes, heldBack }: Batch, wallOf: WallOf): Alert {
  const ordered = changes.toSorted((a, b) => rank(a) - rank(b));
  const shown = ordered.slice(0, MOST_ENTRIES);
  const paragraphs = shown.map((change) => entry(change, wallOf, shown.length > 1));
  if (ordered.length > shown.length)
    paragraphs.push(`… and ${ordered.length - shown.length} more: see the log.`);
  if (heldBack > 0)
    paragraphs.push(`${heldBack} earlier ${heldBack === 1 ? 'change was' : 'changes were'} held back.`);
  return {
    severity: severityOf(ordered[0]),
    headline: headlineOf(ordered),
    paragraphs,
    data: { alerts: ordered.map((change) => dataOf(change, wallOf)), heldBack },
  };
}

/** `feed tokyo is down`, or how it is over. */
export function alertTitle({ state, sighting: { code, subject } }: Change): string {
  const { starts, ends } = conditionOf(code);
  return state === 'ended' ? ends(subject) : starts(subject);
}

const severityOf = (change: Change | undefined): Alert['severity'] =>
  change === undefined || change.state === 'ended' ? 'good' : conditionOf(change.sighting.code).severity;

const rank = (change: Change) => Object.keys(EMOJI).indexOf(severityOf(change));

function headlineOf(ordered: readonly Change[]): string {
  const [worst, ...others] = ordered;
  if (worst === undefined) return '';
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `${EMOJI[severityOf(worst)]} ${worst.state === 'lasts' ? 'still: ' : ''}${alertTitle(worst)}${more}`;
}

function entry(change: Change, wallOf: WallOf, isOneOfMany: boolean): string {
  const { state, sighting } = change;
  const { advice } = conditionOf(sighting.code);
  const lines: string[] = [];
  if (isOneOfMany)
    lines.push(`${EMOJI[severityOf(change)]} ${state === 'lasts' ? 'still: ' : ''}${alertTitle(change)}`);
  const detail = sighting.detail.slice(0, LONGEST_DETAIL).replace(/[\uD800-\uDBFF]$/, '');
  if (detail !== '') lines.push(state === 'ended' ? `It was: ${detail}` : detail);
  lines.push(spanOf(change, wallOf));
  if (state !== 'ended') lines.push(`${advice} (${helpFor(sighting.code)})`);
  return lines.join('\n');
}

function spanOf({ state, sighting, durationMs, returns }: Change, wallOf: WallOf): string {
  const { sinceMs, count } = sighting;
  const since = secondsText(wallOf(sinceMs));
  const times = [
    ...(count !== undefined && count > 1 ? [`${count} times`] : []),
    ...(returns > 0 ? [`briefly recovered ${returns === 1 ? 'once' : `${returns} times`}`] : []),
  ];
  const more = times.length > 0 ? `; ${times.join('; ')}` : '';
  if (state === 'ended') return `Lasted ${formatDuration(durationMs)}, since ${since}${more}.`;
  return `Since ${since}${durationMs >= 1000 ? ` (${formatDuration(durationMs)})` : ''}${more}.`;
}

function dataOf(change: Change, wallOf: WallOf): Readonly<Record<string, unknown>> {
  const { state, durationMs, sighting } = change;
  const { code, subject, detail, sinceMs, count } = sighting;
  const since = new Date(wallOf(sinceMs)).toISOString();
  return {
    ...{ code, subject, state, severity: severityOf(change), summary: alertTitle(change), detail, since },
    ...{ durationMs: Math.round(durationMs), count },
  };
}
