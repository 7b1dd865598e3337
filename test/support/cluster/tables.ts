/** The tables of a cluster in memory, with the rules of each call. Times are the database's own, in ms. */
import {
  type Beginning,
  CLAIMS_OF_A_LIFE,
  type Errand,
  type Fact,
  KEPT_MS,
  LEASE_MS,
  type LogEntry,
  type LogRow,
  type Member,
  type NodeCard,
  PARTITIONS,
  type PlannedDelivery,
  type SharedEnd,
  type View,
} from '../../../src/cluster/shared.ts';

interface StoredNode {
  card: NodeCard;
  untilMs: number;
  beat: number;
}

interface StoredLease {
  node: string | undefined;
  life: string | undefined;
  /** Of the node (`lifeOf`). */
  key: string;
  epoch: number;
}

interface StoredRow {
  readonly row: Omit<LogRow, 'ageMs'>;
  readonly identity: string | undefined;
  readonly receivedMs: number;
}

interface StoredEnd {
  readonly end: Omit<SharedEnd, 'ageMs' | 'writtenAgeMs'>;
  readonly endedMs: number;
  readonly writtenMs: number | undefined;
}

interface StoredErrand {
  readonly errand: Omit<Errand, 'ageMs'>;
  readonly askedMs: number;
  isTaken: boolean;
}

/** The log, ends and errands of at least a day. The older half goes as a whole. */
interface Half {
  readonly log: StoredRow[];
  readonly ends: Map<string, StoredEnd>;
  readonly errands: Map<string, StoredErrand>;
}

const emptyHalf = (): Half => ({ log: [], ends: new Map(), errands: new Map() });

const copyOf = ({ log, ends, errands }: Half): Half => ({
  log: [...log],
  ends: new Map(ends),
  errands: new Map([...errands].map(([key, errand]) => [key, { ...errand }])),
});

const lifeOf = ({ node, life }: { readonly node: string | undefined; readonly life: string | undefined }) =>
  JSON.stringify([node, life]);

const FREE = { node: undefined, life: undefined, key: '' };

export class Tables {
  readonly cluster: string;
  readonly #nodes = new Map<string, StoredNode>();
  readonly #leases: StoredLease[] = Array.from({ length: PARTITIONS }, () => ({ ...FREE, epoch: 0 }));
  readonly #facts = new Map<string, { readonly fact: Fact; readonly untilMs: number | undefined }>();
  #factsVersion = 0;
  #seq = 0;
  #young = emptyHalf();
  #old = emptyHalf();
  #rolledMs: number;

  constructor(cluster: string, nowMs: number) {
    this.cluster = cluster;
    this.#rolledMs = nowMs;
  }

  /** An image of it, as a backup has one. */
  copy(): Tables {
    const copy = new Tables(this.cluster, this.#rolledMs);
    for (const [key, node] of this.#nodes) copy.#nodes.set(key, { ...node });
    for (const [partition, lease] of this.#leases.entries()) copy.#leases[partition] = { ...lease };
    for (const [key, fact] of this.#facts) copy.#facts.set(key, fact);
    copy.#factsVersion = this.#factsVersion;
    copy.#seq = this.#seq;
    copy.#young = copyOf(this.#young);
    copy.#old = copyOf(this.#old);
    return copy;
  }

  /** Whether other nodes should look. */
  stamp(card: NodeCard, nowMs: number, beat = 0): boolean {
    for (const stored of this.#nodes.values()) stored.untilMs = Math.min(stored.untilMs, nowMs + LEASE_MS);
    for (const [key, { card: other, untilMs }] of this.#nodes)
      if (other.node === card.node && other.life !== card.life && untilMs <= nowMs) this.#nodes.delete(key);
    const { card: before, beat: last = 0 } = this.#nodes.get(lifeOf(card)) ?? {};
    this.#nodes.set(lifeOf(card), {
      ...{ card: { ...card }, untilMs: nowMs + LEASE_MS, beat: Math.max(last, beat) },
    });
    if (nowMs - this.#rolledMs >= KEPT_MS) this.#roll(nowMs);
    return JSON.stringify(before) !== JSON.stringify(card);
  }

  #roll(nowMs: number): void {
    this.#old = this.#young;
    this.#young = emptyHalf();
    this.#rolledMs = nowMs;
    for (const [key, { untilMs }] of this.#nodes) if (nowMs - untilMs > KEPT_MS) this.#nodes.delete(key);
    for (const [key, { untilMs = Infinity }] of this.#facts) if (untilMs <= nowMs) this.#facts.delete(key);
  }

  /** Of its last renewal. */
  beatOf(card: NodeCard): number | undefined {
    return this.#nodes.get(lifeOf(card))?.beat;
  }

  view(nowMs: number): Omit<View, 'beat'> {
    return {
      cluster: this.cluster,
      members: Array.from(this.#nodes.values(), ({ card, untilMs }) => ({
        ...card,
        restMs: untilMs - nowMs,
      })),
      leases: this.#leases.map((lease, partition) => {
        const { node, life, epoch } = lease;
        return { partition, node, life, epoch, restMs: this.#untilMs(lease) - nowMs };
      }),
      seq: this.#seq,
      factsVersion: this.#factsVersion,
    };
  }

  #untilMs({ key }: StoredLease): number {
    return this.#nodes.get(key)?.untilMs ?? -Infinity;
  }

  claim(card: NodeCard, partitions: readonly number[], nowMs: number): Map<number, number> {
    this.stamp(card, nowMs);
    const epochs = new Map<number, number>();
    const { node, life } = card;
    const key = lifeOf(card);
    for (const partition of partitions) {
      const lease = this.#lease(partition);
      const isMine = lease.key === key;
      if (!isMine && this.#untilMs(lease) > nowMs) continue;
      if (!isMine) Object.assign(lease, { node, life, key, epoch: lease.epoch + 1 });
      epochs.set(partition, lease.epoch);
    }
    return epochs;
  }

  #lease(partition: number): StoredLease {
    const lease = this.#leases[partition];
    if (lease === undefined) throw new RangeError(`no partition ${partition}`);
    return lease;
  }

  /** Gives those that were given back. */
  release(card: NodeCard, epochs: ReadonlyMap<number, number>): readonly number[] {
    const key = lifeOf(card);
    const released = [...epochs].filter(([partition, epoch]) => {
      const lease = this.#lease(partition);
      return lease.key === key && lease.epoch === epoch;
    });
    for (const [partition] of released) Object.assign(this.#lease(partition), FREE);
    return released.map(([partition]) => partition);
  }

  leave(card: NodeCard): void {
    this.release(card, new Map(this.#leases.map(({ epoch }, partition) => [partition, epoch])));
    this.#nodes.delete(lifeOf(card));
  }

  /** Numbers in the order of the entries; which of them are new. */
  append(entries: readonly LogEntry[], nowMs: number): { seqs: number[]; added: number[] } {
    const added: number[] = [];
    const seqs = entries.map(({ windowMs, identity, ageMs, ...entry }) => {
      const receivedMs = nowMs - ageMs;
      const known = [...this.#old.log, ...this.#young.log].find(
        (stored) =>
          stored.row.key === entry.key ||
          (identity !== undefined &&
            stored.identity === identity &&
            Math.abs(stored.receivedMs - receivedMs) < windowMs),
      );
      if (known !== undefined) return known.row.seq;
      const row = { ...structuredClone(entry), seq: ++this.#seq };
      this.#young.log.push({ row, identity, receivedMs });
      added.push(row.seq);
      return row.seq;
    });
    return { seqs, added };
  }

  readAfter(seq: number, limit: number, nowMs: number): LogRow[] {
    return [...this.#old.log, ...this.#young.log]
      .filter(({ row }) => row.seq > seq)
      .slice(0, limit)
      .map((stored) => rowAt(stored, nowMs));
  }

  inherit(partitions: readonly number[], spanMs: number, nowMs: number) {
    const wanted = new Set(partitions);
    const isOf = ({ partition }: PlannedDelivery | SharedEnd): boolean => wanted.has(partition);
    const log = this.readAfter(0, Infinity, nowMs)
      .map((row) => ({ ...row, plan: row.plan.filter(isOf) }))
      .filter(({ plan, ageMs }) => plan.length > 0 && ageMs <= spanMs)
      .sort((a, b) => b.ageMs - a.ageMs || a.seq - b.seq);
    const ends = [...this.#old.ends.values(), ...this.#young.ends.values()]
      .map((stored) => endAt(stored, nowMs))
      .filter((end) => isOf(end) && end.ageMs <= spanMs)
      .sort((a, b) => b.ageMs - a.ageMs || (a.id < b.id ? -1 : 1));
    return { log, ends };
  }

  settle(ends: readonly SharedEnd[], nowMs: number): void {
    for (const end of latestOf(ends)) {
      const known = this.#ends(end.id).get(end.id)?.end;
      if (known === undefined || isOpen(known) ? this.#mayFree(end, known) : false) this.#put(end, nowMs);
    }
  }

  /** Takes back a claim of this number and holder, and no other. */
  #mayFree(end: SharedEnd, known: Omit<SharedEnd, 'ageMs'> | undefined): boolean {
    if (end.state !== 'free' || known === undefined) return true;
    return isSame(end, known) && known.claim === end.claim;
  }

  #ends(id: string): Map<string, StoredEnd> {
    return this.#old.ends.has(id) ? this.#old.ends : this.#young.ends;
  }

  #put({ ageMs, writtenAgeMs, ...end }: SharedEnd, nowMs: number): void {
    const writtenMs = writtenAgeMs === undefined ? undefined : nowMs - writtenAgeMs;
    this.#ends(end.id).set(end.id, { end: structuredClone(end), endedMs: nowMs - ageMs, writtenMs });
  }

  begin(claims: readonly Beginning[], nowMs: number): Set<string> {
    const mine = new Set<string>();
    for (const { isRepeatable, isByHand, ...claim } of claims) {
      const lease = this.#lease(claim.partition);
      if (lease.node !== claim.node || lease.epoch !== claim.epoch) continue;
      const known = this.#ends(claim.id).get(claim.id)?.end;
      if (!mayBegin(claim, known, { isRepeatable, isByHand })) continue;
      this.#put({ ...claim, state: 'begun' }, nowMs);
      mine.add(claim.id);
    }
    return mine;
  }

  remember(facts: readonly Fact[], nowMs: number): void {
    if (facts.length > 0) this.#factsVersion++;
    for (const fact of facts) {
      const key = JSON.stringify([fact.kind, fact.key]);
      const untilMs = fact.restMs === undefined ? undefined : nowMs + fact.restMs;
      if (fact.value === undefined) this.#facts.delete(key);
      else this.#facts.set(key, { fact: structuredClone(fact), untilMs });
    }
  }

  facts(nowMs: number): Fact[] {
    return [...this.#facts.values()]
      .filter(({ untilMs = Infinity }) => untilMs > nowMs)
      .map(({ fact, untilMs }) => ({
        ...fact,
        // After the clock was set back, not longer than it was to hold.
        ...(untilMs !== undefined && { restMs: Math.min(untilMs - nowMs, fact.restMs ?? 0) }),
      }));
  }

  members(nowMs: number): Member[] {
    return Array.from(this.#nodes.values(), ({ card, untilMs }) => ({ ...card, restMs: untilMs - nowMs }));
  }

  ask(errands: readonly Omit<Errand, 'ageMs'>[], nowMs: number): void {
    for (const errand of errands)
      if (!this.#old.errands.has(errand.key) && !this.#young.errands.has(errand.key))
        this.#young.errands.set(errand.key, { errand, askedMs: nowMs, isTaken: false });
  }

  takeErrands(life: string, nowMs: number): Errand[] {
    const taken = [...this.#old.errands.values(), ...this.#young.errands.values()].filter(
      ({ errand, isTaken }) => !isTaken && errand.to === life,
    );
    for (const stored of taken) stored.isTaken = true;
    return taken.map(({ errand, askedMs }) => ({ ...errand, ageMs: nowMs - askedMs }));
  }
}

const rowAt = ({ row, receivedMs }: StoredRow, nowMs: number): LogRow => ({
  ...row,
  ageMs: nowMs - receivedMs,
});

const endAt = ({ end, endedMs, writtenMs }: StoredEnd, nowMs: number): SharedEnd => ({
  ...end,
  ageMs: nowMs - endedMs,
  ...(writtenMs !== undefined && { writtenAgeMs: nowMs - writtenMs }),
});

const isOpen = ({ state }: Pick<SharedEnd, 'state'>): boolean => state === 'begun' || state === 'free';

type Claimed = Pick<SharedEnd, 'node' | 'epoch' | 'claim'>;

const lifeIn = ({ claim = 0 }: Claimed): number => Math.floor(claim / CLAIMS_OF_A_LIFE);

const isSame = (a: Claimed, b: Claimed): boolean =>
  a.node === b.node && a.epoch === b.epoch && lifeIn(a) === lifeIn(b);

function mayBegin(
  claim: SharedEnd,
  known: Omit<SharedEnd, 'ageMs'> | undefined,
  { isRepeatable, isByHand }: Pick<Beginning, 'isRepeatable' | 'isByHand'>,
): boolean {
  if (known === undefined) return true;
  const [number = 0, before = 0] = [claim.claim, known.claim];
  if (known.state === 'free') return !isSame(claim, known) || number > before;
  if (known.state !== 'begun') return isByHand;
  if (isSame(claim, known)) return number >= before;
  return isRepeatable && known.partition === claim.partition;
}

/** Of one id the first end, and without one the last. */
function latestOf(ends: readonly SharedEnd[]): Iterable<SharedEnd> {
  const byId = new Map<string, SharedEnd>();
  for (const end of ends) {
    const before = byId.get(end.id);
    if (before === undefined || isOpen(before)) byId.set(end.id, end);
  }
  return byId.values();
}
