/** Mutes for people and programs, in the answers of the bridge and of the command line. Pure. */
import { formatDuration } from '../platform/duration.ts';
import { type Mute, mutedText } from './mute.ts';
import type { KnownNames } from './named.ts';

/** Times are ISO 8601, UTC. */
export interface ShownMute {
  readonly id: number;
  readonly kind: Mute['kind'];
  readonly name: string;
  readonly since: string;
  readonly until: string;
  readonly leftMs: number;
  readonly reason?: string | undefined;
  /** A rule or destination of that name is in the config; of a ticker always true. */
  readonly inConfig: boolean;
}

interface Context {
  /** On the timeline of the bridge. */
  readonly nowMs: number;
  readonly wallMs: number;
  readonly names: KnownNames;
}

export function shownMutes(mutes: readonly Mute[], { nowMs, wallMs, names }: Context): readonly ShownMute[] {
  const iso = (ms: number) => new Date(Math.round(wallMs + ms - nowMs)).toISOString();
  const { rules, destinations, isComplete } = names;
  const known = { rule: new Set(rules), destination: new Set(destinations.all) };
  return mutes.map(({ id, kind, name, sinceMs, untilMs, reason }) => ({
    ...{ id, kind, name, since: iso(sinceMs), until: iso(untilMs) },
    leftMs: Math.max(0, Math.round(untilMs - nowMs)),
    ...(reason !== undefined && { reason }),
    inConfig: kind === 'ticker' || !isComplete || known[kind].has(name),
  }));
}

/** `ticker ABC is muted for another 58m (mute 3: a scam)`. */
export function shownInWords({
  id,
  kind,
  name,
  leftMs,
  reason,
  inConfig,
}: Omit<ShownMute, 'since' | 'until'>): string {
  const absent = inConfig ? '' : ', which is not in the config,';
  return `${mutedText({ kind, name })}${absent} is muted for another ${leftText(leftMs)} (mute ${id}${reason === undefined ? '' : `: ${reason}`})`;
}

/** Whole seconds, rounded up: what is left is never nothing. */
export const leftText = (leftMs: number): string =>
  formatDuration(Math.max(1000, Math.ceil(leftMs / 1000) * 1000));
