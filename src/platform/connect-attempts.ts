/**
 * A TCP connection to a name that has several addresses: the first address that answers wins (RFC 8305, "Happy
 * Eyeballs"). Node's own way gives each address 250 ms and then gives it up for good, so a host 300 ms away is
 * never reached when its other address has no route. Here an attempt goes on while the next one begins, and only
 * the limit of the whole ends it.
 */
import { lookup as systemLookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { Clock, Timer } from './clock.ts';
import { formatDuration } from './duration.ts';

/** Until the next address is tried too. The delay that RFC 8305 §5 recommends. */
const NEXT_ADDRESS_AFTER_MS = 250;
/** As many as can have their turn within the shortest limit of a connect; most of a large pool are well. */
const MOST_ADDRESSES = 32;

export interface Reach {
  /** Name or address; without the brackets of an IPv6 address in a URL. */
  readonly host: string;
  readonly port: number;
  /** Asked for all addresses; `undefined`: the system's. */
  readonly lookup: LookupFunction | undefined;
  /** For the whole: name resolution and every address. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** `error.code` is the system's; at the limit `ETIMEDOUT`, or `EAI_AGAIN` while the name is not resolved. Its message names each address and what became of it. */
export type Reached = (error: NodeJS.ErrnoException | null, socket: Socket | null) => void;

interface Address {
  readonly address: string;
  readonly family: number;
}

/** Calls back once, later, unless it is cancelled first by what it returns. Nothing is sent to an address that loses. */
export function connectFirst(reach: Reach, callback: Reached): () => void {
  const attempts = new Attempts(reach, callback);
  return () => attempts.cancel();
}

class Attempts {
  readonly #reach: Reach;
  readonly #callback: Reached;
  readonly #underWay = new Map<Socket, Address>();
  readonly #failures: NodeJS.ErrnoException[] = [];
  readonly #limit: Timer;
  #waiting: Address[] = [];
  #next: Timer | undefined;
  #isOver = false;

  constructor(reach: Reach, callback: Reached) {
    this.#reach = reach;
    this.#callback = callback;
    this.#limit = reach.clock.after(reach.timeoutMs, () => this.#end(this.#timedOut(), null), false);
    this.#resolve();
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#limit.cancel();
    this.#next?.cancel();
    for (const socket of this.#underWay.keys()) socket.destroy();
  }

  #resolve(): void {
    const { host, lookup = systemLookup as LookupFunction } = this.#reach;
    const family = isIP(host);
    if (family !== 0) return this.#begin([{ address: host, family }]);
    lookup(host, { all: true }, (error, found, foundFamily) => {
      if (this.#isOver) return;
      if (error !== null) return this.#end(error, null);
      this.#begin(Array.isArray(found) ? found : [{ address: String(found), family: foundFamily ?? 4 }]);
    });
  }

  #begin(addresses: readonly Address[]): void {
    this.#waiting = interleaved(addresses).slice(0, MOST_ADDRESSES);
    this.#try();
  }

  #try(): void {
    this.#next?.cancel();
    const address = this.#waiting.shift();
    if (address === undefined) {
      if (this.#underWay.size === 0) this.#end(this.#allFailed(), null);
      return;
    }
    const { port, clock } = this.#reach;
    const socket = connect({ host: address.address, port, family: address.family, autoSelectFamily: false });
    this.#underWay.set(socket, address);
    // It stays: a connection that is cut at the very moment of its success must not end the process.
    socket.on('error', (error) => this.#failed(socket, error));
    socket.once('connect', () => this.#won(socket));
    if (this.#waiting.length > 0) this.#next = clock.after(NEXT_ADDRESS_AFTER_MS, () => this.#try(), false);
  }

  #failed(socket: Socket, error: NodeJS.ErrnoException): void {
    if (!this.#underWay.delete(socket) || this.#isOver) return;
    this.#failures.push(error);
    this.#try();
  }

  #won(socket: Socket): void {
    if (!this.#underWay.delete(socket) || this.#isOver) return;
    this.#end(null, socket);
  }

  #end(error: NodeJS.ErrnoException | null, socket: Socket | null): void {
    if (this.#isOver) return;
    this.cancel();
    this.#callback(error, socket);
  }

  #timedOut(): Error {
    const within = formatDuration(this.#reach.timeoutMs);
    const silent = [...this.#underWay.values()].map(({ address }) => `${address} did not answer`);
    const said = [...silent, ...this.#failures.map(({ message }) => message)].join(', ');
    return said === ''
      ? withCode('EAI_AGAIN', `the name ${this.#reach.host} was not resolved within ${within}`)
      : withCode('ETIMEDOUT', `no connection within ${within}: ${said}`);
  }

  #allFailed(): Error {
    const [first] = this.#failures;
    if (first === undefined) return withCode('ENOTFOUND', `${this.#reach.host} has no address`);
    if (this.#failures.length === 1) return first;
    return withCode(first.code ?? '', this.#failures.map(({ message }) => message).join(', '));
  }
}

/** The two families in turn, beginning with the one that the resolver prefers (RFC 8305 §4). */
function interleaved(addresses: readonly Address[]): Address[] {
  const preferred = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  return Array.from({ length: Math.max(preferred.length, others.length) }, (_, index) =>
    [preferred[index], others[index]].filter((address) => address !== undefined),
  ).flat();
}

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
