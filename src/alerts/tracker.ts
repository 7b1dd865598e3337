/**
 * Decides which conditions are worth reporting: once when a condition has held for its time, again every six hours
 * while it lasts, once when it has been away for its time. Pure: time comes in.
 *
 *   unseen ──seen──▶ pending ──for──▶ reported ──6 h──▶ reported …
 *      ▲               │ gone           │ gone
 *      └───────────────┴────────────────┘
 *
 * A short absence changes nothing, before as after the report: a condition that comes and goes is reported as one.
 * Each time that it comes back soon after its end, the absence that ends it doubles.
 */
import type { ConditionKind } from '../conditions/kind.ts';
import { conditionKey, conditionOf, type Sighting } from '../conditions/registry.ts';
import type { AlertsOptions } from './options.ts';
import type { Told } from './saved.ts';

/** As Alertmanager's default `repeat_interval` is meant: rare enough to be read. */
export const REPEAT_MS = 6 * 3_600_000;

/** An end within this is remembered as a sign of flapping. */
const FLAP_MS = 6 * 3_600_000;

/** Longer than this nobody waits for good news. */
const MOST_GONE_MS = 3_600_000;

/** After a start it takes a while until all is seen again that was seen before: a handshake, a first attempt. */
const RESTART_MS = 120_000;

export interface Change {
  readonly state: 'started' | 'lasts' | 'ended';
  /** As last seen; `sinceMs` is when it began. */
  readonly sighting: Sighting;
  readonly durationMs: number;
  /** Times that it was away for a moment and came back. */
  readonly returns: number;
}

interface Tracked {
  sighting: Sighting;
  readonly sinceMs: number;
  lastMs: number;
  /** Not over before. */
  readonly keptUntilMs: number;
  away: boolean;
  returns: number;
  toldMs: number | undefined;
  toldCount: number;
  /** How often it has ended recently. */
  readonly endings: number;
}

export class Tracker {
  readonly #tracked = new Map<string, Tracked>();
  readonly #ended = new Map<string, { readonly endings: number; readonly endedMs: number }>();

  /** `told`: reported before a restart; a condition among them that is not seen again is over. */
  constructor(told: readonly Told[] = [], nowMs = 0) {
    for (const { toldMs, endings, ...sighting } of told)
      this.#tracked.set(conditionKey(sighting), {
        ...{ sighting, sinceMs: sighting.sinceMs, toldMs, endings },
        ...{ lastMs: nowMs, keptUntilMs: nowMs + RESTART_MS, away: false, returns: 0, toldCount: 0 },
      });
  }

  /** Reported and not ended. */
  get told(): Told[] {
    return [...this.#tracked.values()].flatMap(({ toldMs, sighting, sinceMs, endings }) => {
      const { code, subject, detail } = sighting;
      return toldMs === undefined ? [] : [{ code, subject, detail, sinceMs, toldMs, endings }];
    });
  }

  /** Each condition at most once in `seen`. `nowMs` is monotonic. */
  step(seen: readonly Sighting[], options: AlertsOptions, nowMs: number): Change[] {
    const changes: Change[] = [];
    const keys = new Set<string>();
    for (const sighting of seen) {
      const key = conditionKey(sighting);
      keys.add(key);
      const tracked = this.#tracked.get(key) ?? this.#begin(key, sighting, nowMs);
      if (tracked === undefined) continue;
      const change = see(tracked, sighting, conditionOf(sighting.code), options, nowMs);
      if (change !== undefined) changes.push(change);
    }
    for (const [key, tracked] of this.#tracked) {
      if (keys.has(key) || !isGone(tracked, options, nowMs)) continue;
      this.#tracked.delete(key);
      if (tracked.toldMs === undefined) continue;
      this.#ended.set(key, { endings: tracked.endings + 1, endedMs: nowMs });
      if (hasNews(tracked)) changes.push(changeOf('ended', tracked));
    }
    return changes;
  }

  /** Its subject no longer exists: it is not reported again. */
  forget(isForgotten: (sighting: Sighting) => boolean): void {
    for (const [key, { sighting }] of this.#tracked) if (isForgotten(sighting)) this.#tracked.delete(key);
  }

  #begin(key: string, sighting: Sighting, nowMs: number): Tracked | undefined {
    if (sighting.stage !== undefined) return undefined;
    for (const [old, { endedMs }] of this.#ended) if (nowMs - endedMs > FLAP_MS) this.#ended.delete(old);
    const endings = this.#ended.get(key)?.endings ?? 0;
    const { sinceMs } = sighting;
    const started = {
      lastMs: nowMs,
      keptUntilMs: nowMs,
      away: false,
      returns: 0,
      toldMs: undefined,
      toldCount: 0,
    };
    const tracked: Tracked = { sighting, sinceMs, ...started, endings };
    this.#tracked.set(key, tracked);
    return tracked;
  }
}

function see(
  tracked: Tracked,
  sighting: Sighting,
  kind: ConditionKind,
  options: AlertsOptions,
  nowMs: number,
): Change | undefined {
  // A condition that is early or lingers keeps the words of the last certain report.
  if (sighting.stage === undefined) tracked.sighting = sighting;
  if (tracked.away) tracked.returns++;
  tracked.away = false;
  tracked.lastMs = nowMs;
  if (tracked.toldMs === undefined) {
    if (sighting.stage !== undefined || nowMs - tracked.sinceMs < (kind.forMs?.(options) ?? 0))
      return undefined;
    return tell('started', tracked, nowMs);
  }
  return nowMs - tracked.toldMs < REPEAT_MS || !hasNews(tracked) ? undefined : tell('lasts', tracked, nowMs);
}

function tell(state: Change['state'], tracked: Tracked, nowMs: number): Change {
  tracked.toldMs = nowMs;
  tracked.toldCount = tracked.sighting.count ?? 0;
  return changeOf(state, tracked);
}

function isGone(tracked: Tracked, options: AlertsOptions, nowMs: number): boolean {
  if (nowMs < tracked.keptUntilMs) return false;
  tracked.away = true;
  const goneMs = conditionOf(tracked.sighting.code).goneMs?.(options) ?? 0;
  // A user who asks for more than the most gets it.
  return nowMs - tracked.lastMs >= Math.max(goneMs, Math.min(goneMs * 2 ** tracked.endings, MOST_GONE_MS));
}

/** A counted condition is news only when its count exceeds the reported one. */
const hasNews = ({ toldCount, sighting: { code, count = 0 } }: Tracked): boolean =>
  !conditionOf(code).counted || count > toldCount;

const changeOf = (state: Change['state'], { sighting, sinceMs, lastMs, returns }: Tracked): Change => ({
  state,
  sighting: { ...sighting, sinceMs },
  durationMs: lastMs - sinceMs,
  returns,
});
