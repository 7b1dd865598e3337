/**
 * A bridge whose database cannot carry a cluster sends from its own store, as long as it is provably the only one that can: nobody can be a node
 * there, and no other bridge is alone there. The proof is a lock among bridges that are alone, and no lease: it is looked at each second, holds
 * as long as a lease would, and whoever gets the lock waits until the tenure of the one before is over. See docs/decisions/cluster-alone.md.
 */
import type { LaneSet } from '../lane-set.ts';
import { type Clock, type Timer, wait } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { TENURE_MS } from './holdings.ts';
import { LEASE_MS, QUICK_MS, RENEW_MS, SharedError } from './shared.ts';
import type { Tenures } from './tenures.ts';

/** Whether this bridge is the only one, by a database that cannot carry a cluster. */
export interface Solitude {
  /**
   * Proven at a moment after the call. Gives the number of the session that holds the lock: between two of them, another bridge may have had it.
   * `sends`: it does already; one that only waits gives way to any other. Rejects with `SharedError`.
   */
  prove(sends: boolean): Promise<number>;
  /** The lock is free. */
  close(): Promise<void>;
}

export interface AloneDeps {
  /** A new one each time. */
  readonly solitude: () => Solitude;
  readonly clock: Clock;
  readonly random: Random;
  readonly tenures: Tenures;
  readonly lanes: Pick<LaneSet, 'running' | 'refill'>;
  /** For the first time: what was read before is queued now. */
  begins(): void;
  /** Announcements go to the destinations whose tenure is open. */
  route(): void;
  /** It begins or ends. */
  changed(isOn: boolean): void;
}

/** Between two looks at what is on the wire. */
const LOOK_MS = 20;

export class Alone {
  readonly #deps: AloneDeps;
  #timer: Timer | undefined;
  #solitude: Solitude | undefined;
  #isRunning = false;
  #session: number | undefined;
  /** Nothing is sent sooner; monotonic ms. */
  #fromMs = Number.POSITIVE_INFINITY;
  #hasBegun = false;
  #isOn = false;
  #failure: SharedError | undefined;

  constructor(deps: AloneDeps) {
    this.#deps = deps;
  }

  /** It has sent, and no database knows of it. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** It sends. */
  get isOn(): boolean {
    return this.#isOn && !this.#isOver;
  }

  /** Of the last proof. */
  get failure(): SharedError | undefined {
    return this.#failure;
  }

  /** Tries to prove it from now on. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#solitude = this.#deps.solitude();
    void this.#look(this.#solitude);
  }

  /** Nothing leaves any more. Resolves when nothing is on the wire, or after a moment. */
  async end(): Promise<void> {
    this.#isRunning = false;
    this.#timer?.cancel();
    if (this.#hasBegun) await this.#fence();
    await this.#solitude?.close();
    this.#solitude = undefined;
  }

  async #look(solitude: Solitude): Promise<void> {
    const { clock, random } = this.#deps;
    const sentMs = clock.monotonicMs();
    try {
      const session = await solitude.prove(this.isOn);
      if (this.#isRunning) this.#proven(session, sentMs);
      this.#failure = undefined;
    } catch (error) {
      if (!(error instanceof SharedError)) throw error;
      this.#failure = error;
      this.#session = undefined;
    }
    if (!this.#isRunning) return;
    this.#tellIfOver();
    // Two that gave way to each other do not meet again.
    const delayMs = this.#session === undefined ? RENEW_MS * (1 + random()) : RENEW_MS;
    this.#timer = clock.after(
      Math.max(0, sentMs + delayMs - clock.monotonicMs()),
      () => void this.#look(solitude),
    );
  }

  #proven(session: number, sentMs: number): void {
    const { clock } = this.#deps;
    if (session !== this.#session) {
      this.#fromMs = clock.monotonicMs() + LEASE_MS;
      // The connections are there when it begins to send.
      this.#deps.tenures.keepAll();
    }
    this.#session = session;
    if (sentMs >= this.#fromMs) this.#extend(sentMs);
  }

  #extend(sentMs: number): void {
    const { tenures, lanes, begins, route, changed } = this.#deps;
    const wasOver = this.#isOver;
    for (const tenure of tenures.all) {
      tenure.untilMs = Math.max(tenure.untilMs, sentMs + TENURE_MS);
      tenure.isOpen = true;
      tenure.claims = undefined;
    }
    if (!wasOver) return;
    if (!this.#hasBegun) begins();
    this.#hasBegun = true;
    this.#isOn = true;
    changed(true);
    route();
    lanes.refill();
  }

  get #isOver(): boolean {
    return this.#deps.tenures.at(0).isOver;
  }

  #tellIfOver(): void {
    if (!this.#isOn || !this.#isOver) return;
    this.#isOn = false;
    this.#deps.changed(false);
  }

  async #fence(): Promise<void> {
    const { tenures, lanes, clock, route } = this.#deps;
    for (const tenure of tenures.all) tenure.isOpen = false;
    route();
    for (const { lane } of lanes.running()) {
      lane.recall();
      lane.surrender();
    }
    const isBusy = () => lanes.running().some(({ lane }) => lane.status.inFlight > 0);
    for (const endMs = clock.monotonicMs() + QUICK_MS; clock.monotonicMs() < endMs && isBusy(); )
      await wait(clock, LOOK_MS);
    for (const tenure of tenures.all) tenure.untilMs = Number.NEGATIVE_INFINITY;
    this.#tellIfOver();
    this.#hasBegun = false;
  }
}
