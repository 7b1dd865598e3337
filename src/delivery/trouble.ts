/**
 * A destination in trouble, told from a message in trouble by what happens to other messages.
 *
 *            three messages in a row fail, or it is "too fast" without a time
 *     well ─────────────────────────────────────────────────────────────────▶ slowed
 *      ▲ │                                                                      │ as from `well`
 *      │ │ a bare refusal (401, 403, 404, 410) of a second message in a row,    │
 *      │ │ or of the only one three times       ┌─────────── doubted ◀──────────┤
 *      │ └──────────────────────────────────────┘               │               │
 *      │     five refused, or no other left to ask: reported    ▼               ▼
 *      │     ───────────────────────────────────────────── suspended ◀── it says itself that it is gone
 *      │                                                        │
 *      └─── an answer of one that works, from whichever ────────┘
 *
 * Out of `well`, one message goes at a time (`probe-schedule.ts`), each once before any goes twice, and those that began the
 * trouble last of all. Once one is taken, everything goes.
 *
 * A message that is refused is on trial until another is taken. Then the fault is its own: it is tried a few times
 * more, ends as dead, and never again counts against the destination. So no message can suspend it twice.
 * Nothing here outlives a restart: that is how people say "try again".
 */
import type { HealthSignal } from './health-signal.ts';
import {
  type AnswerContext,
  type Judgement,
  NO_NEWS,
  type Since,
  type Suspension,
  type Witness,
} from './judgement.ts';
import { type ProbeBackoff, ProbeSchedule } from './probe-schedule.ts';

/** Failures of so many messages in a row are the destination's. */
const FAILED = 3;
/** Refusals of so many messages in a row are probably the destination's … */
const REFUSED = 2;
/** … and of so many surely; it is only reported then, or when there is no other message to ask. */
const REFUSED_SURELY = 5;
/**
 * The only message there is speaks for the destination when it is refused so often in a row; where others were taken
 * before, only after a while, in which there may be others again.
 */
const REFUSED_ALONE = { times: 3, forMs: 10_000 } as const;
/** A message that is refused while others are taken is tried so often after the first of these. */
const TRIES_BESIDE_OTHERS = 4;

/** At most one look in so long for the sake of fresh news. */
const NEWS_MS = 1000;
const SUSPENDED_MOST_MS = 30 * 60_000;
/** A wait for a receiver that is "too fast": limits are counted in seconds to a minute. */
const HURRIED_MS = { first: 1000, most: 60_000 } as const;
/** A bare status may be a router's, while the receiver restarts. */
const REFUSING: ProbeBackoff = { firstMs: 1000, mostMs: SUSPENDED_MOST_MS, newsMs: NEWS_MS };
/** Told in clear words: only a person can change it, and platforms count who does not listen. */
const GONE: ProbeBackoff = { firstMs: 60_000, mostMs: SUSPENDED_MOST_MS, newsMs: Number.POSITIVE_INFINITY };

interface State extends Since {
  readonly kind: 'slowed' | 'doubted' | 'suspended';
  readonly looks: ProbeSchedule;
  readonly ladder: ProbeBackoff;
  /** As another machine has found it, which sends there. */
  readonly isElsewhere?: boolean;
}

/** Of one destination at one address. */
export class Trouble<W extends Witness> {
  #state: State | undefined;
  /** Something was taken here. */
  #hasTaken = false;
  /** Ids, since one was taken; no more of them than are needed. */
  readonly #failed = new Set<string>();
  readonly #refused = new Set<string>();
  /** On trial, since one was taken: these began the trouble, if there is one. */
  readonly #suspects = new Set<W>();

  get suspended(): Suspension | undefined {
    const since = this.#since('suspended');
    if (since === undefined || this.#state === undefined) return undefined;
    const { looks, ladder, isElsewhere = false } = this.#state;
    return { ...since, ...looks.ladder, isGone: ladder === GONE, ...(isElsewhere && { isElsewhere }) };
  }

  /** As another machine has found it, which sent there until now, or sends there; `undefined`: it is not suspended. */
  adopt(suspension: Suspension | undefined, nowMs: number): void {
    this.#state = undefined;
    if (suspension === undefined) return;
    const { reason, words, sinceMs, isGone, isElsewhere = false } = suspension;
    const ladder = isGone ? GONE : REFUSING;
    const looks = ProbeSchedule.goOn(ladder, suspension, nowMs);
    this.#state = { kind: 'suspended', ladder, reason, words, sinceMs, looks, isElsewhere };
  }

  get slowed(): Since | undefined {
    return this.#since('slowed') ?? this.#since('doubted');
  }

  get isThere(): boolean {
    return this.#state !== undefined;
  }

  /** 0 = a message may go; Infinity = when the one under way has been answered. */
  waitMs(nowMs: number): number {
    return this.#state?.looks.waitMs(nowMs) ?? 0;
  }

  /** When the next look may go, by the monotonic clock; `undefined`: there is no trouble; Infinity: the one under way is not answered yet. */
  get probeAtMs(): number | undefined {
    return this.#state?.looks.waitMs(0);
  }

  /** A message goes. In trouble it is a look at it, and the only one: give what this gives to `judge`. */
  begin(nowMs: number): ProbeSchedule | undefined {
    this.#state?.looks.begin(nowMs);
    return this.#state?.looks;
  }

  /** The message under way was called back, or what it brought tells nothing: the next one goes now. */
  learnedNothing(look: ProbeSchedule | undefined, nowMs: number): void {
    if (this.#isCurrent(look)) look.repeat(nowMs);
  }

  /** Something fresh waits. */
  freshNews(): void {
    this.#state?.looks.news();
  }

  /** Somebody may have repaired it: one message goes now, and its answer decides. */
  mayBeRepaired(nowMs: number): void {
    this.#state?.looks.anew(nowMs);
  }

  /** Goes only when there is no other: it began the trouble, or was refused while others were taken. */
  isLastChoice(witness: W): boolean {
    return witness.isOutvoted || this.#suspects.has(witness);
  }

  /** After every answer. */
  judge(witness: W, evidence: HealthSignal, scene: AnswerContext): Judgement<W> {
    const { nowMs, retry } = scene;
    switch (evidence) {
      case 'well':
        return this.#taken(witness);
      case 'limited':
        return this.#end([]);
      case 'hurried': {
        const { news } = this.#state?.kind === 'slowed' ? NO_NEWS : this.#end([]);
        this.#slow(
          Math.max(retry.minDelay, HURRIED_MS.first),
          Math.max(retry.maxDelay, HURRIED_MS.most),
          scene,
        );
        return { ...NO_NEWS, news };
      }
      case 'failing':
        return this.#failing(witness, scene);
      case 'refusing':
        return this.#refusing(witness, scene);
      case 'gone':
        return this.#suspend(GONE, scene);
      case 'nothing':
        this.learnedNothing(scene.look, nowMs);
        return NO_NEWS;
      default:
        return evidence satisfies never;
    }
  }

  /** A look at the trouble that there is, not at an earlier one. */
  #isCurrent(look: ProbeSchedule | undefined): look is ProbeSchedule {
    return look !== undefined && look === this.#state?.looks;
  }

  #since(kind: State['kind']): Since | undefined {
    if (this.#state?.kind !== kind) return undefined;
    const { reason, words, sinceMs } = this.#state;
    return { reason, words, sinceMs };
  }

  #taken(witness: W): Judgement<W> {
    this.#hasTaken = true;
    this.#failed.clear();
    this.#refused.clear();
    witness.refusals = 0;
    witness.refusedSinceMs = undefined;
    if (this.#state === undefined && this.#suspects.size === 0) return NO_NEWS;
    this.#suspects.delete(witness);
    const acquitted = [...this.#suspects];
    this.#suspects.clear();
    for (const each of acquitted) {
      each.isOutvoted = true;
      each.refusals = 0;
    }
    return this.#end(acquitted);
  }

  #failing(witness: W, scene: AnswerContext): Judgement<W> {
    const before = this.#state;
    if (this.#failed.size < FAILED) this.#failed.add(witness.delivery.id);
    if (before === undefined && !witness.isOutvoted) this.#suspects.add(witness);
    if (before !== undefined) this.#worse(before.kind, before.ladder, scene);
    else if (this.#failed.size >= FAILED) this.#slow(scene.retry.minDelay, scene.retry.maxDelay, scene);
    return NO_NEWS;
  }

  #slow(firstMs: number, mostMs: number, scene: AnswerContext): void {
    this.#worse('slowed', this.#state?.ladder ?? { firstMs, mostMs, newsMs: NEWS_MS }, scene);
  }

  #refusing(witness: W, scene: AnswerContext): Judgement<W> {
    if (this.#state?.kind === 'suspended') return this.#suspend(this.#state.ladder, scene);
    if (witness.isOutvoted) return this.#refusedBesideOthers(witness, scene);
    const before = this.#refused.size;
    if (before < REFUSED_SURELY) this.#refused.add(witness.delivery.id);
    const { size } = this.#refused;
    witness.refusals++;
    this.#suspects.add(witness);
    witness.refusedSinceMs ??= scene.nowMs;
    if (size < REFUSED && !this.#speaksForAll(witness, scene.nowMs)) return this.#failedLook(scene);
    if (size >= REFUSED_SURELY || !(scene.hasUntried || scene.hasOthersUnderWay))
      return this.#suspend(REFUSING, scene);
    const isNew = this.#state?.kind !== 'doubted';
    this.#worse('doubted', REFUSING, scene);
    // The others go without delay: of a few messages that nobody would accept, the good ones soon show.
    if (scene.hasUntried && isNew) this.#state?.looks.anew(scene.nowMs);
    else if (scene.hasUntried && size > before) this.learnedNothing(scene.look, scene.nowMs);
    return { ...NO_NEWS, blame: 'destination' };
  }

  #speaksForAll({ refusals, refusedSinceMs = 0 }: W, nowMs: number): boolean {
    const isLongEnough = !this.#hasTaken || nowMs - refusedSinceMs >= REFUSED_ALONE.forMs;
    return refusals >= REFUSED_ALONE.times && isLongEnough;
  }

  #failedLook({ look, nowMs, lifeMs }: AnswerContext): typeof NO_NEWS {
    if (this.#isCurrent(look)) look.failed(nowMs, lifeMs);
    return NO_NEWS;
  }

  /** While another is on trial too, it may be the destination after all: that is not held against it. */
  #refusedBesideOthers(witness: W, scene: AnswerContext): Judgement<W> {
    this.#failedLook(scene);
    if (this.#refused.size > 0) return NO_NEWS;
    return ++witness.refusals >= TRIES_BESIDE_OTHERS ? { ...NO_NEWS, blame: 'message' } : NO_NEWS;
  }

  #suspend(ladder: ProbeBackoff, scene: AnswerContext): Judgement<W> {
    const isNews = this.#state?.kind !== 'suspended';
    this.#worse('suspended', ladder, scene);
    return { ...NO_NEWS, blame: 'destination', news: isNews ? 'suspended' : undefined };
  }

  /** The trouble begins, becomes another one, or goes on; then only the answer to a look is new. */
  #worse(kind: State['kind'], ladder: ProbeBackoff, scene: AnswerContext): void {
    const { nowMs, lifeMs, reason, words } = scene;
    const before = this.#state;
    this.#failedLook(scene);
    if (before?.kind === kind && before.ladder === ladder) return;
    before?.looks.change(ladder, nowMs, lifeMs);
    const looks = before?.looks ?? new ProbeSchedule(ladder, nowMs, lifeMs);
    const sinceMs = before?.kind === kind ? before.sinceMs : nowMs;
    this.#state = { kind, ladder, reason, words, sinceMs, looks };
  }

  #end(acquitted: readonly W[]): Judgement<W> {
    const isOver = this.#state !== undefined;
    const news = this.#state?.kind === 'suspended' ? 'resumed' : undefined;
    this.#state = undefined;
    return { blame: 'unclear', news, isOver, acquitted };
  }
}
