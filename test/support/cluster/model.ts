/**
 * The contract `Shared` without a database, on a clock of the test: what `src/cluster/postgres` promises, and every way in
 * which it can fail. `test/cluster/conformance.ts` holds both to the same.
 */

import {
  type Beginning,
  BULK_MS,
  type Errand,
  type Fact,
  type Hint,
  type HintedRow,
  type Inheritance,
  type LogEntry,
  type LogRow,
  type Member,
  type NodeCard,
  PARTITIONS,
  QUICK_MS,
  type Shared,
  type SharedEnd,
  SharedError,
  type ToldRow,
  type View,
} from '../../../src/cluster/shared.ts';
import { type Clock, wait } from '../../../src/platform/clock.ts';
import { Tables } from './tables.ts';

interface Listener {
  readonly link: ModelLink;
  readonly hint: (hint: Hint) => void;
  readonly lost: () => void;
}

/** Larger rows come without their content, as in a NOTIFY. */
const HINT_BYTES = 7000;

export class SharedModel {
  readonly clock: Clock;
  tables: Tables;
  /** The database's clock less the truth. May be set: a jump. */
  aheadMs = 0;
  /** Called in the moment in which the database extends what a life holds, also when the answer is lost. */
  extended: (life: string, partitions: Iterable<number>, how: 'renewed' | 'claimed') => void = () =>
    undefined;
  /** The same for what is given back. */
  released: (life: string, partitions: Iterable<number>) => void = () => undefined;
  readonly #listeners = new Set<Listener>();
  #databases = 0;
  #isDown = false;

  constructor(clock: Clock) {
    this.clock = clock;
    this.tables = this.#empty();
  }

  #empty(): Tables {
    return new Tables(`database ${++this.#databases}`, this.nowMs());
  }

  nowMs(): number {
    return this.clock.monotonicMs() + this.aheadMs;
  }

  /** A node's way to it, with faults of its own. */
  connect(): ModelLink {
    return new ModelLink(this);
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  /** Down: every call of every node is refused at once, and hints are lost. */
  set isDown(isDown: boolean) {
    this.#isDown = isDown;
    if (!isDown) this.#tellLost(() => true);
  }

  /** An empty database is in its place. */
  replace(): void {
    this.tables = this.#empty();
    this.#tellLost(() => true);
  }

  /** It is in an earlier state. */
  setBack(tables: Tables): void {
    this.tables = tables;
    this.#tellLost(() => true);
  }

  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Each node gets it, after its own trip; whoever is cut off does not. */
  tell(hint: Hint): void {
    for (const listener of this.#listeners) {
      const { link } = listener;
      if (this.#isDown || link.fault !== undefined) continue;
      this.#soon(link.tripMs, () => {
        if (this.#listeners.has(listener) && link.fault === undefined) listener.hint(structuredClone(hint));
      });
    }
  }

  reconnected(link: ModelLink): void {
    this.#tellLost((other) => other === link);
  }

  #tellLost(isMeant: (link: ModelLink) => boolean): void {
    for (const listener of this.#listeners)
      if (isMeant(listener.link))
        this.#soon(listener.link.tripMs, () => {
          if (this.#listeners.has(listener)) listener.lost();
        });
  }

  #soon(delayMs: number, callback: () => void): void {
    if (delayMs > 0) this.clock.after(delayMs, callback);
    else queueMicrotask(callback);
  }
}

/**
 * `cut`: refused at once. `silent`: no answer until the deadline, and nothing happens. `mute`: it happens, and the answer is lost. `late`: so, and
 * it happens only after `lateMs`, whatever came meanwhile by another connection.
 */
export type LinkFault = 'cut' | 'silent' | 'mute' | 'late';

export class ModelLink implements Shared {
  /** One way. */
  tripMs = 0;
  lateMs = 0;
  readonly #model: SharedModel;
  #fault: LinkFault | undefined;
  #isClosed = false;

  constructor(model: SharedModel) {
    this.#model = model;
  }

  get fault(): LinkFault | undefined {
    return this.#fault;
  }

  set fault(fault: LinkFault | undefined) {
    this.#fault = fault;
    if (fault === undefined) this.#model.reconnected(this);
  }

  /** `work` happens after one trip, and its result is there after another. */
  async #call<Result>(limitMs: number, work: (tables: Tables, nowMs: number) => Result): Promise<Result> {
    const { clock } = this.#model;
    if (this.#isClosed) throw unreachable('it is closed');
    await this.#reach(limitMs);
    if (this.#fault === 'late') {
      const { tables } = this.#model;
      clock.after(this.lateMs, () => {
        // Those of a database that is gone have no answer that anybody hears.
        if (this.#model.tables === tables) work(tables, this.#model.nowMs());
      });
      return this.#late(limitMs);
    }
    if (this.tripMs > 0) {
      await wait(clock, this.tripMs);
      await this.#reach(limitMs);
    }
    // A new value in each call.
    const result = work(this.#model.tables, this.#model.nowMs());
    if (this.#fault === 'mute') return this.#late(limitMs);
    if (this.tripMs > 0) await wait(clock, this.tripMs);
    return result;
  }

  async #reach(limitMs: number): Promise<void> {
    if (this.#model.isDown || this.#fault === 'cut') throw unreachable('connection refused');
    if (this.#fault === 'silent') await this.#late(limitMs);
  }

  async #late(limitMs: number): Promise<never> {
    await wait(this.#model.clock, limitMs);
    throw unreachable(`no answer within ${limitMs} ms`);
  }

  renew(card: NodeCard, beat = 0): Promise<View> {
    return this.#call(QUICK_MS, (tables, nowMs) => {
      const before = tables.beatOf(card);
      if (tables.stamp(card, nowMs, beat)) this.#model.tell({ kind: 'leases' });
      const view = { ...tables.view(nowMs), beat: before };
      const own = view.leases.filter(({ life }) => life === card.life);
      this.#model.extended(
        card.life,
        own.map(({ partition }) => partition),
        'renewed',
      );
      return view;
    });
  }

  claim(card: NodeCard, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return this.#call(QUICK_MS, (tables, nowMs) => {
      const epochs = tables.claim(card, partitions, nowMs);
      this.#model.extended(card.life, epochs.keys(), 'claimed');
      return epochs;
    });
  }

  release(card: NodeCard, epochs: ReadonlyMap<number, number>): Promise<void> {
    return this.#call(QUICK_MS, (tables) => {
      this.#model.released(card.life, tables.release(card, epochs));
      this.#model.tell({ kind: 'leases' });
    });
  }

  leave(card: NodeCard): Promise<void> {
    return this.#call(QUICK_MS, (tables) => {
      tables.leave(card);
      this.#model.released(card.life, Array(PARTITIONS).keys());
      this.#model.tell({ kind: 'leases' });
    });
  }

  tell(rows: readonly ToldRow[]): void {
    const told = this.#call(QUICK_MS, () => {
      for (const row of rows) if (fits(row)) this.#model.tell({ kind: 'news', row });
    });
    told.catch(() => undefined);
  }

  append(entries: readonly LogEntry[]): Promise<readonly number[]> {
    return this.#call(BULK_MS, (tables, nowMs) => {
      const { seqs, added } = tables.append(entries, nowMs);
      for (const seq of added) {
        const [row] = tables.readAfter(seq - 1, 1, nowMs);
        this.#model.tell({ kind: 'log', seq, ...hinted(row) });
      }
      return seqs;
    });
  }

  readAfter(seq: number, limit: number): Promise<readonly LogRow[]> {
    return this.#call(BULK_MS, (tables, nowMs) => tables.readAfter(seq, limit, nowMs));
  }

  inherit(partitions: readonly number[], spanMs: number): Promise<Inheritance> {
    return this.#call(BULK_MS, (tables, nowMs) => tables.inherit(partitions, spanMs, nowMs));
  }

  settle(ends: readonly SharedEnd[]): Promise<void> {
    return this.#call(BULK_MS, (tables, nowMs) => tables.settle(ends, nowMs));
  }

  begin(ends: readonly Beginning[]): Promise<ReadonlySet<string>> {
    return this.#call(QUICK_MS, (tables, nowMs) => tables.begin(ends, nowMs));
  }

  remember(facts: readonly Fact[]): Promise<void> {
    return this.#call(BULK_MS, (tables, nowMs) => {
      tables.remember(facts, nowMs);
      if (facts.length > 0) this.#model.tell({ kind: 'facts' });
    });
  }

  facts(): Promise<readonly Fact[]> {
    return this.#call(BULK_MS, (tables, nowMs) => tables.facts(nowMs));
  }

  ask(errands: readonly Omit<Errand, 'ageMs'>[]): Promise<void> {
    return this.#call(BULK_MS, (tables, nowMs) => {
      tables.ask(errands, nowMs);
      for (const to of new Set(errands.map((errand) => errand.to))) this.#model.tell({ kind: 'errands', to });
    });
  }

  takeErrands(life: string): Promise<readonly Errand[]> {
    return this.#call(BULK_MS, (tables, nowMs) => tables.takeErrands(life, nowMs));
  }

  members(): Promise<readonly Member[]> {
    return this.#call(BULK_MS, (tables, nowMs) => tables.members(nowMs));
  }

  listen(hint: (hint: Hint) => void, lost: () => void): { stop(): Promise<void> } {
    const remove = this.#model.add({ link: this, hint, lost });
    this.#model.reconnected(this);
    return { stop: async () => remove() };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

function hinted(row: LogRow | undefined): { row?: HintedRow } {
  if (row === undefined || fits(row)) return row === undefined ? {} : { row };
  const { plan: _, ...rest } = row;
  return fits(rest) ? { row: rest } : {};
}

const fits = (row: object): boolean => Buffer.byteLength(JSON.stringify(row)) < HINT_BYTES;

const unreachable = (message: string): SharedError =>
  new SharedError('unreachable', `the database cannot be reached: ${message}`, 'Check that it runs.');
