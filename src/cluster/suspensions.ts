/**
 * Suspensions go on with the next holder: why, since when, and when it is tried again. The holder tells what its lanes have found; on all other
 * nodes the lane has it in the same state, and begins with it when it becomes the holder's. A wish of a person that it be tried (a reload, a retry)
 * reaches the holder from whichever node hears it.
 */
import { createHash } from 'node:crypto';
import { ownBudgetKey } from '../delivery/budget-book.ts';
import type { Suspension } from '../delivery/judgement.ts';
import type { PreparedDestination } from '../destinations/prepared.ts';
import type { LaneSet } from '../lane-set.ts';
import type { Clock } from '../platform/clock.ts';
import { fingerprint, type Redactor } from '../platform/secret.ts';
import { type Fact, KEPT_MS, type NodeCard } from './shared.ts';
import type { Tenures } from './tenures.ts';

export const SUSPENDED = 'suspended';
/** A person wants it to be tried. */
const TRY = 'try';

/** A wish that no holder has heard of by then was made long ago. */
const WISH_MS = 60_000;

/** The last finding of a dead holder is perhaps not known: it may work again. As long as the first wait of one that is gone. */
const AFTER_DEATH_MS = 60_000;

export interface SuspensionsDeps {
  readonly card: () => Pick<NodeCard, 'node' | 'life'>;
  readonly clock: Clock;
  readonly lanes: Pick<LaneSet, 'lane' | 'prepared'>;
  readonly tenures: Tenures;
  /** The words of a receiver may quote a secret. */
  readonly redact: Redactor;
  /** To all nodes; `untilMs`: monotonic. */
  tell(kind: string, key: string, value: string | undefined, untilMs?: number): void;
  /** The holder before has died. */
  hasDied(partition: number): boolean;
}

/** As a fact: it ends so long after the next look (`KEPT_MS`), so times are spans from there. */
interface Told extends Pick<Suspension, 'reason' | 'words' | 'isGone' | 'steps'> {
  readonly destination: string;
  readonly node: string;
  readonly life: string;
  /** Of its options: with others it is tried. */
  readonly options: string;
  /** From its beginning to the next look. */
  readonly lastsMs: number;
}

interface Heard extends Told {
  readonly key: string;
  /** Monotonic ms. */
  readonly nextMs: number;
}

/** As this node has told it, or has it from another one. */
interface Seen {
  readonly key: string;
  readonly sinceMs: number;
  readonly nextMs: number;
  readonly isOwn: boolean;
}

export class Suspensions {
  readonly #deps: SuspensionsDeps;
  /** By destination: of all that is suspended, for all that this node knows. */
  readonly #seen = new Map<string, Seen>();
  /** Partitions: taken over, and not given back or lost. */
  readonly #held = new Set<number>();
  #heard: ReadonlyMap<string, Heard> = new Map();
  /** By key. */
  #wishes: ReadonlyMap<string, string> = new Map();
  #wished = 0;

  constructor(deps: SuspensionsDeps) {
    this.#deps = deps;
  }

  /** Something has happened there. */
  look(destination: string): void {
    const { lanes } = this.#deps;
    const [lane, prepared] = [lanes.lane(destination), lanes.prepared(destination)];
    const before = this.#seen.get(destination);
    if (lane === undefined || prepared === undefined) return this.#forget(destination, before);
    const { suspended } = lane.status;
    if (this.#isHeld(prepared)) return this.#tell(prepared, suspended, before);
    if (suspended === undefined) return;
    // Without a look that failed: somebody wants it to be tried.
    if (before !== undefined && suspended.nextMs !== before.nextMs && suspended.steps === 0)
      this.#wish(before.key);
    this.#seen.set(destination, { key: keyOf(prepared), ...suspended, isOwn: false });
  }

  /** A request there has been answered. */
  attempted(destination: string): void {
    if (this.#seen.has(destination)) this.look(destination);
  }

  /** Now and then, and before a hand-over: a person may want it to be tried, or has removed it. */
  lookAtAll(): void {
    for (const destination of [...this.#seen.keys()]) this.look(destination);
  }

  /** Another database, which knows of nothing. */
  tellAgain(): void {
    this.lookAtAll();
    for (const [destination, { isOwn }] of [...this.#seen]) {
      if (!isOwn) continue;
      this.#seen.delete(destination);
      this.look(destination);
    }
  }

  /** All facts there are, as of now. */
  heard(facts: readonly Fact[]): void {
    const nowMs = this.#deps.clock.monotonicMs();
    // Wishes of before are no part of what was heard.
    this.lookAtAll();
    const heard = facts.flatMap((fact) => heardIn(fact, nowMs));
    this.#heard = new Map(heard.map((one) => [one.destination, one]));
    this.#wishes = new Map(
      facts.flatMap(({ kind, key, value = '' }) => (kind === TRY ? [[key, value]] : [])),
    );
    for (const destination of new Set([...this.#heard.keys(), ...this.#seen.keys()])) this.#hear(destination);
  }

  /** They are this node's now, and nothing has been sent yet. */
  opened(partitions: ReadonlySet<number>): void {
    const { lanes, tenures } = this.#deps;
    for (const partition of partitions) this.#held.add(partition);
    for (const destination of [...this.#seen.keys()]) {
      const prepared = lanes.prepared(destination);
      if (prepared !== undefined && partitions.has(tenures.partition(prepared.limits))) this.#goOn(prepared);
    }
  }

  /** Given back, lost, or gained once more: others may know better. */
  closed(partitions: Iterable<number>): void {
    for (const partition of partitions) this.#held.delete(partition);
  }

  /** As the holder before would have gone on, unless something else is known. */
  #goOn(prepared: PreparedDestination): void {
    const { name, limits } = prepared;
    const { card, clock, lanes, tenures, hasDied } = this.#deps;
    const lane = lanes.lane(name);
    const { suspended } = lane?.status ?? {};
    const heard = this.#heard.get(name);
    if (lane === undefined || suspended === undefined || heard === undefined) return;
    const nowMs = clock.monotonicMs();
    const { node, life } = card();
    const { isElsewhere: _, ...found } = suspended;
    const mostMs = hasDied(tenures.partition(limits)) ? nowMs + AFTER_DEATH_MS : Number.POSITIVE_INFINITY;
    lane.adopt({ ...found, nextMs: Math.min(suspended.nextMs, mostMs) });
    // A restart, and another config, are how people say "try again".
    const isRestarted = heard.node === node && heard.life !== life;
    if (isRestarted || heard.options !== optionsOf(prepared) || this.#wishes.has(heard.key)) lane.resume();
    this.#withdraw(heard.key);
    this.look(name);
  }

  #hear(destination: string): void {
    const { card, clock, lanes } = this.#deps;
    const [lane, prepared] = [lanes.lane(destination), lanes.prepared(destination)];
    if (lane === undefined || prepared === undefined) return;
    const key = keyOf(prepared);
    const found = this.#heard.get(destination);
    const heard = found?.key === key ? found : undefined;
    const { suspended } = lane.status;
    if (this.#isHeld(prepared)) {
      if (this.#wishes.has(key)) {
        if (suspended !== undefined) lane.resume();
        this.#withdraw(key);
      }
      // Told late, by one that held it before; or another database, which does not know of it.
      if (heard?.life !== card().life) this.#seen.delete(destination);
      if (heard !== undefined && suspended === undefined) this.#deps.tell(SUSPENDED, key, undefined);
      return this.look(destination);
    }
    const nowMs = clock.monotonicMs();
    if (heard === undefined) {
      this.#seen.delete(destination);
      if (suspended !== undefined) lane.adopt(undefined);
      return;
    }
    const { nextMs, lastsMs, reason, words, isGone, steps } = heard;
    const sinceMs = Math.min(nowMs, nextMs - lastsMs);
    lane.adopt({ ...{ reason, words, isGone, steps, sinceMs, nextMs }, isElsewhere: true });
    this.#seen.set(destination, { key, sinceMs, nextMs, isOwn: false });
  }

  #isHeld({ limits }: PreparedDestination): boolean {
    const { tenures } = this.#deps;
    const partition = tenures.partition(limits);
    return this.#held.has(partition) && !tenures.at(partition).isOver;
  }

  #tell(prepared: PreparedDestination, suspended: Suspension | undefined, before: Seen | undefined): void {
    const { card, tell, redact } = this.#deps;
    const { name } = prepared;
    const key = keyOf(prepared);
    if (before !== undefined && (suspended === undefined || before.key !== key))
      tell(SUSPENDED, before.key, undefined);
    if (suspended === undefined) {
      this.#seen.delete(name);
      return;
    }
    const { sinceMs, nextMs, reason, isGone, steps } = suspended;
    if (before?.isOwn && before.key === key && before.nextMs === nextMs && before.sinceMs === sinceMs) return;
    this.#seen.set(name, { key, sinceMs, nextMs, isOwn: true });
    const { node, life } = card();
    const told: Told = {
      ...{ destination: name, node, life, options: optionsOf(prepared), reason, isGone, steps },
      ...{ words: redact(suspended.words), lastsMs: nextMs - sinceMs },
    };
    tell(SUSPENDED, key, JSON.stringify(told), nextMs + KEPT_MS);
  }

  #wish(key: string): void {
    const { card, clock, tell } = this.#deps;
    tell(TRY, key, `${card().life} ${++this.#wished}`, clock.monotonicMs() + WISH_MS);
  }

  /** It is fulfilled. */
  #withdraw(key: string): void {
    if (this.#wishes.has(key)) this.#deps.tell(TRY, key, undefined);
  }

  /** The destination has left the config. */
  #forget(destination: string, before: Seen | undefined): void {
    if (before === undefined) return;
    this.#seen.delete(destination);
    if (before.isOwn) this.#deps.tell(SUSPENDED, before.key, undefined);
  }
}

const keyOf = ({ name, limits }: PreparedDestination): string => ownBudgetKey(name, limits.farEnd);

/** Without its secrets. */
const optionsOf = ({ options }: PreparedDestination): string =>
  createHash('sha256').update(fingerprint(options)).digest('hex').slice(0, 12);

function heardIn({ kind, key, value, restMs }: Fact, nowMs: number): Heard[] {
  if (kind !== SUSPENDED || value === undefined || restMs === undefined) return [];
  return [{ ...(JSON.parse(value) as Told), key, nextMs: nowMs + restMs - KEPT_MS }];
}
