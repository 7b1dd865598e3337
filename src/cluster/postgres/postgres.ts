/**
 * The shared state of all nodes, in PostgreSQL. Five connections at most, each for calls that may wait for each other: leases, claims
 * before a send, the log, everything else, and hints.
 */
import type { Client } from 'pg';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Secret } from '../../platform/secret.ts';
import {
  type Beginning,
  BULK_MS,
  type Errand,
  type Fact,
  type Hint,
  type Inheritance,
  type LogEntry,
  type LogRow,
  type Member,
  type NodeCard,
  QUICK_MS,
  type Shared,
  type SharedEnd,
  SharedError,
  type ToldRow,
  type View,
} from '../shared.ts';
import { type Address, addressOf } from './address.ts';
import { DatabaseTime } from './database-time.ts';
import { begin, inheritedEnds, settle } from './ends.ts';
import { ask, takeErrands } from './errands.ts';
import { facts, remember } from './facts.ts';
import { CHANNEL } from './hints.ts';
import { Patience } from './keep.ts';
import { Line } from './line.ts';
import { Listener } from './listener.ts';
import { append, inherited, readAfter } from './log.ts';
import { claim, leave, members, release, renew } from './members.ts';
import { refusePooler } from './pooler.ts';
import { NODE_NAME, prepare, UNJOINED } from './session.ts';
import { tell } from './tell.ts';
import { turn } from './turn.ts';

export interface PostgresDeps {
  readonly url: Secret;
  /** As the server shows it. */
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  /** For commands: it is no node, and the tables stay as they are. */
  readonly onlyLooks?: boolean;
}

export class PostgresShared implements Shared {
  readonly #address: Address;
  readonly #deps: PostgresDeps;
  readonly #time = new DatabaseTime();
  readonly #leases: Line;
  readonly #claims: Line;
  readonly #log: Line;
  readonly #rest: Line;
  readonly #listeners = new Set<Listener>();
  /** Of the last renewal. */
  failure: SharedError | undefined;
  /** Of the last that listens. */
  #hints: Line | undefined;
  readonly #echoChannel: string;
  #echoed: ((hint: Hint | undefined) => void) | undefined;
  readonly #patience = new Patience();
  #hasSessions = false;
  #isTurning = false;

  /** Nothing is connected before the first call. Throws `SharedError` (`refused`) when the URL is none. */
  constructor(deps: PostgresDeps) {
    this.#deps = deps;
    this.#address = addressOf(deps.url);
    this.#echoChannel = `${CHANNEL}_${Math.floor(deps.random() * 2 ** 48).toString(36)}`;
    this.#leases = this.#line(QUICK_MS);
    this.#claims = this.#line(QUICK_MS);
    this.#log = this.#line(BULK_MS);
    this.#rest = this.#line(BULK_MS);
  }

  #line(limitMs: number): Line {
    const { clock } = this.#deps;
    return new Line(
      {
        address: this.#address,
        clock,
        applicationName: UNJOINED,
        prepare: (client) => this.#prepare(client, limitMs),
      },
      limitMs,
    );
  }

  async #prepare(client: Client, limitMs: number): Promise<void> {
    const { clock } = this.#deps;
    const sentMs = clock.monotonicMs();
    const { nowMs } = await prepare(client, {
      ...{ name: this.#address.name, limitMs, applicationName: applicationName(this.#deps.node) },
      assertSessions: (first) => this.#assertSessions(first),
      onlyLooks: this.#deps.onlyLooks ?? false,
    });
    this.#time.add(sentMs, clock.monotonicMs(), nowMs);
  }

  /** Once: nobody puts a pooler in front of a database that is in use. */
  async #assertSessions(client: Client): Promise<void> {
    if (this.#hasSessions) return;
    const { clock } = this.#deps;
    const second = new Line(
      {
        address: this.#address,
        clock,
        applicationName: UNJOINED,
        prepare: async () => undefined,
      },
      QUICK_MS,
    );
    try {
      await second.run((other) => refusePooler(client, other, this.#address.name, clock));
    } finally {
      await second.close();
    }
    this.#hasSessions = true;
  }

  async renew(card: NodeCard, beat = 0): Promise<View> {
    const { clock } = this.#deps;
    let sentMs = 0;
    const renewed = this.#leases.run((client) => {
      sentMs = clock.monotonicMs();
      return renew(client, card, beat);
    });
    const { view, nowMs, keeping } = await renewed.catch((error: unknown) => {
      if (error instanceof SharedError) this.failure = error;
      throw error;
    });
    this.failure = undefined;
    this.#time.add(sentMs, clock.monotonicMs(), nowMs);
    if (this.#patience.isOver(keeping, clock.monotonicMs())) await this.#turn();
    return view;
  }

  /** Of no hurry: the next renewal tries again. */
  async #turn(): Promise<void> {
    if (this.#isTurning) return;
    this.#isTurning = true;
    try {
      await this.#rest.run(turn);
    } catch {
      // The call that needs the database next says why.
    }
    this.#isTurning = false;
  }

  claim(card: NodeCard, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return this.#leases.run((client) => claim(client, card, partitions));
  }

  release(card: NodeCard, epochs: ReadonlyMap<number, number>): Promise<void> {
    return this.#leases.run((client) => release(client, card, epochs));
  }

  leave(card: NodeCard): Promise<void> {
    return this.#leases.run((client) => leave(client, card));
  }

  tell(rows: readonly ToldRow[]): void {
    this.#tell(rows, CHANNEL).catch(() => undefined);
  }

  /** Over the connection of the hints, where nothing else is on its way. */
  #tell(rows: readonly ToldRow[], channel: string): Promise<void> {
    return this.#aged(this.#hints ?? this.#log, (client, waitedMs, nowMs) =>
      tell(client, rows, waitedMs, this.#time.at(nowMs), channel),
    );
  }

  /**
   * The ways of `tell`, of a hint and of a claim, for the rehearsal: nobody else hears of it, and nothing is claimed. `heard`: called once, with
   * nothing where it does not come back in time. One at a time.
   */
  echo(row: ToldRow, heard: (row: ToldRow | undefined) => void): void {
    const end = (hint: Hint | undefined) => {
      timer.cancel();
      this.#echoed = undefined;
      heard(hint?.kind === 'news' ? hint.row : undefined);
    };
    const timer = this.#deps.clock.after(ECHO_MS, () => end(undefined), false);
    this.#echoed = end;
    this.#tell([row], this.#echoChannel).catch(() => undefined);
    this.#claims.run((client) => begin(client, [], 0)).catch(() => undefined);
  }

  async append(entries: readonly LogEntry[]): Promise<readonly number[]> {
    if (entries.length === 0) return [];
    return await this.#aged(this.#log, (client, waitedMs, nowMs) =>
      append(client, entries, waitedMs, this.#time.at(nowMs)),
    );
  }

  /** Ages were true when the call came; a connection may have to be made first. */
  #aged<Result>(
    line: Line,
    work: (client: Client, waitedMs: number, nowMs: number) => Promise<Result>,
  ): Promise<Result> {
    const { clock } = this.#deps;
    const calledMs = clock.monotonicMs();
    return line.run((client) => {
      const nowMs = clock.monotonicMs();
      return work(client, nowMs - calledMs, nowMs);
    });
  }

  readAfter(seq: number, limit: number): Promise<readonly LogRow[]> {
    return this.#log.run((client) => readAfter(client, seq, limit));
  }

  inherit(partitions: readonly number[], spanMs: number): Promise<Inheritance> {
    return this.#rest.run(async (client) => {
      // In this order: an end that comes between the two is seen, and its row too.
      const [log, ends] = await Promise.all([
        inherited(client, partitions, spanMs),
        inheritedEnds(client, partitions, spanMs),
      ]);
      return { log, ends };
    });
  }

  async settle(ends: readonly SharedEnd[]): Promise<void> {
    if (ends.length === 0) return;
    await this.#aged(this.#rest, (client, waitedMs) => settle(client, ends, waitedMs));
  }

  async begin(ends: readonly Beginning[]): Promise<ReadonlySet<string>> {
    if (ends.length === 0) return new Set();
    return await this.#aged(this.#claims, (client, waitedMs) => begin(client, ends, waitedMs));
  }

  async remember(some: readonly Fact[]): Promise<void> {
    if (some.length > 0) await this.#rest.run((client) => remember(client, some));
  }

  facts(): Promise<readonly Fact[]> {
    return this.#rest.run(facts);
  }

  async ask(errands: readonly Omit<Errand, 'ageMs'>[]): Promise<void> {
    if (errands.length > 0) await this.#rest.run((client) => ask(client, errands));
  }

  takeErrands(life: string): Promise<readonly Errand[]> {
    return this.#rest.run((client) => takeErrands(client, life));
  }

  members(): Promise<readonly Member[]> {
    return this.#rest.run(members);
  }

  listen(hint: (hint: Hint) => void, lost: () => void): { stop(): Promise<void> } {
    const { clock, random } = this.#deps;
    const line = this.#line(QUICK_MS);
    this.#hints = line;
    const echo = { channel: this.#echoChannel, heard: (one: Hint | undefined) => this.#echoed?.(one) };
    const listener = new Listener({ line, clock, random, hint, lost, echo });
    this.#listeners.add(listener);
    return {
      stop: async () => {
        this.#listeners.delete(listener);
        if (this.#hints === line) this.#hints = undefined;
        await listener.stop();
      },
    };
  }

  async close(): Promise<void> {
    const lines = [this.#leases, this.#claims, this.#log, this.#rest];
    await Promise.all([
      ...lines.map((line) => line.close()),
      ...Array.from(this.#listeners, (listener) => listener.stop()),
    ]);
  }
}

/** A rehearsal waits no longer. */
const ECHO_MS = 1000;

/** Longer ones are cut. https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-APPLICATION-NAME */
const LONGEST_NAME = 63;

const applicationName = (node: string): string =>
  `${NODE_NAME}${node}`.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_NAME);
