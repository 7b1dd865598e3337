/**
 * Mutes hold on all nodes. Of each muted thing every node has a register: until when it is muted, or that this was lifted, under a
 * number that rises with each change. The greater number is right, whoever brings it, so neither a restart, nor an empty database,
 * nor a node that was away brings back what was lifted. A register is kept for as long as any state of it could still hold somewhere.
 */
import { type Mute, type Muted, type MuteWish, mutedKey } from '../mutes/mute.ts';
import type { Memory } from '../outbox/learnt.ts';
import type { Clock } from '../platform/clock.ts';
import type { Fact } from './shared.ts';

export const MUTE = 'mute';

/** In the memory of the store. */
const KEPT = 'mutes';

/** More than times differ by that were converted; less than anybody changes a mute by. */
const SAME_MS = 500;

/** The mutes in the store of this node. */
export interface LocalMutes {
  /** Those in force. */
  now(): readonly Mute[];
  /** They are in the store, and in force, when it resolves; `false`: the store did not take them. */
  change(lifted: readonly number[], made: readonly MuteWish[]): Promise<boolean>;
}

export interface MuteRegistersDeps {
  readonly node: string;
  readonly clock: Clock;
  readonly memory: Pick<Memory, 'recall' | 'hear'>;
  readonly mutes: LocalMutes;
  /** To all nodes; `untilMs`: monotonic. */
  tell(key: string, value: string, untilMs: number): void;
}

/** Times are monotonic ms of this node. */
interface Register extends Muted {
  readonly number: number;
  /** That made this change. */
  readonly node: string;
  /** `undefined`: lifted. */
  readonly untilMs: number | undefined;
  /** Until then somebody may have an earlier state. */
  readonly keptUntilMs: number;
  readonly reason: string | undefined;
}

/** As a fact: what is left of the mute is what is left of the fact, less `beyondMs`; `null`: lifted. */
type Told = Pick<Register, 'kind' | 'name' | 'number' | 'node'> & {
  readonly beyondMs: number | null;
  readonly reason?: string;
};

export class MuteRegisters {
  readonly #deps: MuteRegistersDeps;
  readonly #registers: Map<string, Register>;
  /** Numbers that others have told. */
  readonly #told = new Map<string, number>();
  /** The store does not have them as the register says: whatever it has is no wish of anybody. */
  readonly #behind = new Set<string>();
  #isChanging = false;
  /** Before that nobody knows what is older. */
  #hasHeard = false;

  constructor(deps: MuteRegistersDeps) {
    this.#deps = deps;
    const kept = JSON.parse(deps.memory.recall(KEPT) ?? '[]') as Register[];
    this.#registers = new Map(kept.map((register) => [mutedKey(register), register]));
  }

  /** Somebody has made or lifted mutes here. */
  changed(): void {
    if (!this.#hasHeard || this.#isChanging) return;
    const nowMs = this.#forget();
    const there = new Map(this.#deps.mutes.now().map((mute) => [mutedKey(mute), mute]));
    for (const [key, mute] of there)
      if (!this.#behind.has(key) && !isAsIn(this.#registers.get(key), mute)) this.#wish(mute, mute.untilMs);
    for (const [key, register] of this.#registers)
      if (!there.has(key) && !this.#behind.has(key) && isMuted(register, nowMs))
        this.#wish({ ...register, reason: undefined }, undefined);
    this.#keep();
  }

  /** All facts there are, as of now. */
  async heard(facts: readonly Fact[]): Promise<void> {
    const nowMs = this.#forget();
    const theirs = facts.flatMap((fact) => registerOf(fact, nowMs));
    this.#told.clear();
    for (const register of theirs) this.#told.set(mutedKey(register), register.number);
    this.#hasHeard = true;
    this.changed();
    for (const register of theirs) this.#take(register);
    for (const [key, register] of this.#registers)
      if (register.number > (this.#told.get(key) ?? 0)) this.#tell(key, register);
    this.#keep();
    await this.follow();
  }

  #take(register: Register): void {
    const key = mutedKey(register);
    const mine = this.#registers.get(key);
    if (mine !== undefined && !isLater(register, mine)) return;
    const keptUntilMs = Math.max(register.keptUntilMs, mine?.keptUntilMs ?? 0);
    this.#registers.set(key, { ...register, keptUntilMs });
    this.#behind.add(key);
  }

  #wish({ kind, name, reason }: Muted & Pick<Mute, 'reason'>, untilMs: number | undefined): void {
    const key = mutedKey({ kind, name });
    const before = this.#registers.get(key);
    const register: Register = {
      ...{ kind, name, reason, untilMs, node: this.#deps.node },
      number: Math.max(before?.number ?? 0, this.#told.get(key) ?? 0) + 1,
      keptUntilMs: Math.max(untilMs ?? 0, before?.keptUntilMs ?? 0),
    };
    this.#registers.set(key, register);
    this.#tell(key, register);
  }

  #tell(key: string, { kind, name, number, node, untilMs, keptUntilMs, reason }: Register): void {
    const beyondMs = untilMs === undefined ? null : keptUntilMs - untilMs;
    const told: Told = { kind, name, number, node, beyondMs, ...(reason !== undefined && { reason }) };
    this.#deps.tell(key, JSON.stringify(told), keptUntilMs);
  }

  /** Brings the store to what the registers say; what fails is to be tried again. */
  async follow(): Promise<void> {
    if (this.#isChanging || this.#behind.size === 0) return;
    this.#isChanging = true;
    const nowMs = this.#deps.clock.monotonicMs();
    const there = new Map(this.#deps.mutes.now().map((mute) => [mutedKey(mute), mute]));
    const keys = [...this.#behind];
    const [lifted, made]: [number[], MuteWish[]] = [[], []];
    for (const key of keys) {
      const [register, mute] = [this.#registers.get(key), there.get(key)];
      if (isAsIn(register, mute)) continue;
      const untilMs = register !== undefined && isMuted(register, nowMs) ? register.untilMs : undefined;
      // A mute in the store is only ever made longer.
      if (mute !== undefined && (untilMs === undefined || untilMs < mute.untilMs)) lifted.push(mute.id);
      if (register !== undefined && untilMs !== undefined) made.push({ ...register, untilMs });
    }
    const isDone = lifted.length + made.length === 0 || (await this.#deps.mutes.change(lifted, made));
    if (isDone) for (const key of keys) this.#behind.delete(key);
    this.#isChanging = false;
    if (isDone) this.changed();
  }

  #forget(): number {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const [key, { keptUntilMs }] of this.#registers)
      if (keptUntilMs <= nowMs) {
        this.#registers.delete(key);
        this.#behind.delete(key);
      }
    return nowMs;
  }

  #keep(): void {
    this.#deps.memory.hear(KEPT, JSON.stringify([...this.#registers.values()]));
  }
}

const isMuted = ({ untilMs }: Register, nowMs: number): boolean => untilMs !== undefined && untilMs > nowMs;

const isAsIn = (register: Register | undefined, mute: Mute | undefined): boolean =>
  mute === undefined
    ? register?.untilMs === undefined
    : register?.untilMs !== undefined && Math.abs(register.untilMs - mute.untilMs) < SAME_MS;

const isLater = (one: Register, other: Register): boolean =>
  one.number > other.number || (one.number === other.number && one.node > other.node);

function registerOf({ kind, value, restMs }: Fact, nowMs: number): Register[] {
  if (kind !== MUTE || value === undefined || restMs === undefined) return [];
  const { beyondMs, reason, ...told } = JSON.parse(value) as Told;
  const keptUntilMs = nowMs + restMs;
  const untilMs = beyondMs === null ? undefined : keptUntilMs - beyondMs;
  return [{ ...told, reason, keptUntilMs, untilMs }];
}
