/**
 * `cooldown` of rules: the deliveries that a rule has sent, and for how long it sends the same destination nothing more of
 * the same kind (docs/decisions/cooldown.md). A kind is a ticker, a title, or everything. The first delivery of a kind holds its
 * place: while its fate is open the others wait behind it; when it has arrived, or may have, they end as skipped; when it
 * provably has not, the next one takes its place. Nothing of this is stored: it follows from the deliveries in the store.
 */
import { originOf } from '../delivery/content.ts';
import {
  type Delivery,
  type DeliveryState,
  keyOf,
  type PendingDelivery,
  REPLAYED,
} from '../delivery/delivery.ts';
import type { Gate, Standing } from '../delivery/gate.ts';
import type { Refused } from '../delivery/held-back.ts';
import type { Sent } from '../outbox/outbox.ts';
import type { Clock } from '../platform/clock.ts';
import type { RuleCooldown } from '../routing/router.ts';
import { type Cooling, refusalOf } from './cooling.ts';
import { kindIn, kindsOf } from './kinds.ts';
import { hold, type Kinds, MOST_READ, otherOf, ownIn, type Place, Places } from './places.ts';
import { kindShown, MOST_SHOWN, type ShownCooldown } from './shown.ts';

interface RulePlaces extends RuleCooldown {
  readonly byDestination: Map<string, Kinds>;
}

/** The places of a delivery: one, or one for each ticker that its message is about. */
interface Sought {
  readonly rule: RulePlaces;
  readonly kinds: Kinds;
  readonly names: readonly string[];
  readonly owner: string;
}

export interface CooldownStore {
  /** As `Backlog.sentBy`; `undefined` while it cannot be read. */
  sentBy(rules: readonly string[], nowMs: number, spanMs: number, limit: number): readonly Sent[] | undefined;
  /** As `Backlog.openness`; `undefined` while it cannot be read. */
  openness(keys: readonly string[]): ReadonlyMap<string, boolean> | undefined;
}

/** For what is shown: of different rules, those that are over stand between the others. */
const MOST_LOOKED_AT = 1000;

export class Cooldowns implements Gate {
  readonly #rules = new Map<string, RulePlaces>();
  /** Oldest first. */
  readonly #all = new Places();
  /** Of rules that are new or were changed: what they have sent is not known yet. */
  readonly #unread = new Set<string>();
  #longestMs = 0;
  /** The last of which nothing was known: it holds its place from now on, and gets it when somebody looks, which is after its send. */
  #leaving: { readonly sought: Sought; readonly delivery: Delivery; readonly hasBegun: boolean } | undefined;
  readonly #store: CooldownStore;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #mayHaveLeftMs: number;

  /** `mayHaveLeftMs`: whatever was received until then, and still waits, may have been on the wire when an earlier process died. */
  constructor(store: CooldownStore, clock: Pick<Clock, 'monotonicMs'>, mayHaveLeftMs = 0) {
    this.#store = store;
    this.#clock = clock;
    this.#mayHaveLeftMs = mayHaveLeftMs;
  }

  get size(): number {
    this.#catchUp();
    return this.#all.size;
  }

  /** For the lane of a destination; `undefined`: no rule with a cooldown sends there. */
  gateOf(destination: string): Gate | undefined {
    for (const { destinations } of this.#rules.values()) if (destinations.has(destination)) return this;
    return undefined;
  }

  /** Those of the config in force, with what their rules have sent before: in an earlier life, or before they had one. */
  follow(rules: ReadonlyMap<string, RuleCooldown>): void {
    this.#catchUp();
    for (const [name, before] of this.#rules)
      if (!isSame(before, rules.get(name))) this.#forget(name, before);
    for (const [name, rule] of rules) {
      const before = this.#rules.get(name);
      if (before === undefined || before.forMs < rule.forMs) this.#unread.add(name);
      this.#rules.set(name, { ...rule, byDestination: before?.byDestination ?? new Map() });
    }
    this.#longestMs = Math.max(0, ...Array.from(rules.values(), ({ forMs }) => forMs));
    this.read();
  }

  /** Reads from the store what is not known yet, if it can be read. */
  read(): void {
    if (this.#unread.size === 0) return;
    this.#catchUp();
    const nowMs = this.#clock.monotonicMs();
    const sent = this.#store.sentBy([...this.#unread], nowMs, this.#longestMs, MOST_READ);
    if (sent === undefined) return;
    this.#unread.clear();
    for (const { delivery, isOpen } of sent) if (!isOpen) this.#recall(delivery, true);
    for (const { delivery, isOpen } of sent) if (isOpen) this.#recall(delivery, false);
  }

  /** Deliveries that another machine has sent are in the store now. */
  readAgain(): void {
    for (const rule of this.#rules.keys()) this.#unread.add(rule);
    this.read();
  }

  /** Deliveries have ended in the store alone: a person has cancelled them, or their destination was removed. */
  reconcile(): void {
    this.#catchUp();
    const open = [...this.#all].flatMap((place) => (place.isSent ? [] : place.open));
    const openness = open.length === 0 ? undefined : this.#store.openness(open);
    if (openness === undefined) return;
    for (const place of this.#all)
      for (const key of [...place.open]) {
        const isOpen = openness.get(key);
        if (isOpen === false) hold(place, key, true);
        else if (isOpen === undefined && !place.isSent) this.#all.close(place, key);
      }
  }

  standing(item: PendingDelivery, nowMs: number): Standing {
    const { delivery } = item;
    this.#catchUp();
    const sought = this.#sought(delivery);
    if (sought === undefined) return 'free';
    if (isFirst(sought)) {
      this.#leaving = { sought, delivery, hasBegun: item.begunMs !== undefined };
      return 'free';
    }
    const { receivedMs } = originOf(delivery.content);
    const others = isRequested(item) ? undefined : this.#others(sought, receivedMs);
    if (others === undefined) {
      this.#hold(sought, delivery, item.begunMs !== undefined);
      return 'free';
    }
    const cooling = coolingOf(sought, others, delivery);
    return cooling.isSent ? refusalOf(cooling, nowMs) : 'behind';
  }

  /** The reason that would hold such a delivery back if it were received at that moment. Changes nothing. */
  coolingOf(delivery: Delivery, receivedMs: number): Cooling | undefined {
    this.#catchUp();
    const sought = this.#sought(delivery);
    const others = sought && this.#others(sought, receivedMs);
    return others && coolingOf(sought, others, delivery);
  }

  /** The same, in words. */
  refusalOf(delivery: Delivery, receivedMs: number): Refused | undefined {
    const cooling = this.coolingOf(delivery, receivedMs);
    return cooling && refusalOf(cooling, receivedMs);
  }

  /** The latest that hold at that moment, the newest first. */
  shown(nowMs: number): readonly ShownCooldown[] {
    if (this.size === 0) return [];
    const owners = new Map<Kinds, readonly [rule: string, destination: string, RulePlaces]>();
    for (const [rule, places] of this.#rules)
      for (const [destination, kinds] of places.byDestination) owners.set(kinds, [rule, destination, places]);
    const shown: ShownCooldown[] = [];
    let looked = 0;
    for (const { kinds, kind, isSent, atMs, announcementId } of this.#all.backwards()) {
      if (shown.length === MOST_SHOWN || ++looked > MOST_LOOKED_AT) break;
      const owner = owners.get(kinds);
      if (owner === undefined) continue;
      const [rule, destination, { by, forMs }] = owner;
      const leftMs = Math.round(atMs + forMs - nowMs);
      if (leftMs <= 0 && isSent) continue;
      const word = kindShown(by, kind);
      shown.push({
        ...{ rule, destination, by, ...(word !== undefined && { kind: word }), isSent },
        ...{ sinceMs: Math.max(0, Math.round(nowMs - atMs)), leftMs: Math.max(0, leftMs) },
        announcement: announcementId,
      });
    }
    return shown;
  }

  settled({ delivery, begunMs }: PendingDelivery, state: DeliveryState): void {
    this.#catchUp();
    const sought = this.#sought(delivery);
    if (sought === undefined) return;
    if (state === 'delivered' || begunMs !== undefined) return this.#hold(sought, delivery, true);
    if (state === 'pending') return;
    const key = keyOf(delivery);
    for (const place of ownOf(sought)) if (!place.isSent) this.#all.close(place, key);
  }

  #catchUp(): void {
    const leaving = this.#leaving;
    if (leaving === undefined) return;
    this.#leaving = undefined;
    this.#hold(leaving.sought, leaving.delivery, leaving.hasBegun);
  }

  #recall(delivery: Delivery, isSent: boolean): void {
    const sought = this.#sought(delivery);
    if (sought === undefined) return;
    this.#hold(sought, delivery, isSent);
    if (originOf(delivery.content).receivedMs > this.#mayHaveLeftMs) return;
    for (const place of ownOf(sought)) hold(place, keyOf(delivery), true);
  }

  #sought(delivery: Delivery): Sought | undefined {
    const rule = this.#rules.get(delivery.rule);
    if (rule === undefined) return undefined;
    const names = kindsOf(delivery, rule);
    if (names.length === 0) return undefined;
    let kinds = rule.byDestination.get(delivery.destination);
    if (kinds === undefined) {
      kinds = new Map();
      rule.byDestination.set(delivery.destination, kinds);
    }
    const owner = rule.by === 'ticker' ? keyOf(delivery) : originOf(delivery.content).id;
    return { rule, kinds, names, owner };
  }

  /** The places of all its kinds, each held by another; `undefined`: one of them is free, or its own. */
  #others({ rule, kinds, names, owner }: Sought, receivedMs: number): readonly Place[] | undefined {
    const others: Place[] = [];
    for (const name of names) {
      const other = otherOf(kinds.get(name), owner, receivedMs, rule.forMs);
      if (other === undefined) return undefined;
      others.push(other);
    }
    return others;
  }

  /** Takes those of its places that are free; all of them if it has arrived, or may have. */
  #hold({ rule, kinds, names, owner }: Sought, delivery: Delivery, isSent: boolean): void {
    const { id: announcementId, receivedMs: atMs } = originOf(delivery.content);
    const key = keyOf(delivery);
    for (const kind of names) {
      const older = kinds.get(kind);
      const own = older && ownIn(older, owner);
      if (own !== undefined) hold(own, key, isSent);
      else if (isSent || older === undefined || otherOf(older, owner, atMs, rule.forMs) === undefined)
        this.#all.add({
          kinds,
          kind,
          owner,
          announcementId,
          atMs,
          open: isSent ? [] : [key],
          isSent,
          older,
          elder: undefined,
          younger: undefined,
        });
    }
  }

  #forget(name: string, { byDestination }: RulePlaces): void {
    for (const kinds of byDestination.values())
      for (const kind of kinds.keys()) this.#all.deleteAll(kinds, kind);
    this.#rules.delete(name);
    this.#unread.delete(name);
  }
}

/** A person wants this one; by a replay a person wants whatever today's rules make of the news. */
const isRequested = ({ byHandMs, reason }: PendingDelivery): boolean =>
  byHandMs !== undefined && reason !== REPLAYED;

/** Mostly there is one kind, and nothing of it has been sent. */
const isFirst = ({ kinds, names }: Sought): boolean => names.length === 1 && !kinds.has(names[0] ?? '');

const isSame = (before: RuleCooldown, after: RuleCooldown | undefined): boolean => before.by === after?.by;

const ownOf = ({ kinds, names, owner }: Sought): readonly Place[] =>
  names.flatMap((name) => ownIn(kinds.get(name), owner) ?? []);

function coolingOf({ rule }: Sought, others: readonly Place[], delivery: Delivery): Cooling {
  const first = others.reduce((one, other) => (other.atMs < one.atMs ? other : one));
  return {
    ...{ rule: delivery.rule, kind: kindIn(delivery, rule), announcementId: first.announcementId },
    ...{ sinceMs: first.atMs, untilMs: first.atMs + rule.forMs },
    isSent: others.every(({ isSent }) => isSent),
  };
}
