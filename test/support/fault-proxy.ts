/**
 * A stretch of network that breaks on command: a TCP proxy on loopback between the bridge and one receiver. A
 * fault applies to open connections too, and `pass` ends it, as on real networks.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Clock, systemClock, type Timer } from '../../src/platform/clock.ts';

export const NETWORK_FAULTS = ['reset', 'stall', 'truncate', 'half-open', 'drip'] as const;

/**
 * `reset`: every connection ends in a RST, new ones too. `stall`: bytes wait until it is over. `truncate`:
 * answers end after a few bytes. `half-open`: bytes vanish, and these connections stay dead for good.
 * `drip`: a byte a second.
 */
export type NetworkFault = (typeof NETWORK_FAULTS)[number];

/** Of an answer that is cut off. */
const KEPT_BYTES = 20;
const DRIP_MS = 1000;

export class FaultProxy implements AsyncDisposable {
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #target: URL;
  readonly #clock: Clock;
  readonly #pairs = new Set<Pair>();
  #fault: NetworkFault | undefined;
  #delayMs = 0;
  /** So far. */
  connections = 0;

  private constructor(target: URL, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
  }

  /** In front of the server of that URL. */
  static async start(targetUrl: string, clock = systemClock): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(targetUrl), clock);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The same URL, through here. */
  through(url: string): string {
    const via = new URL(url);
    // Listening on a port, so the address is not a pipe's name.
    via.port = String((this.#server.address() as AddressInfo).port);
    return via.href;
  }

  /** `undefined` ends the fault. */
  set fault(fault: NetworkFault | undefined) {
    this.#fault = fault;
    for (const pair of this.#pairs) pair.fault = fault;
  }

  get fault(): NetworkFault | undefined {
    return this.#fault;
  }

  /** Bytes that come from now on take so much longer, one way. */
  set delayMs(delayMs: number) {
    this.#delayMs = delayMs;
    for (const pair of this.#pairs) pair.delayMs = delayMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const pair of this.#pairs) pair.end();
    await once(this.#server, 'close');
  }

  #accept(near: Socket): void {
    this.connections++;
    const far = connect(Number(this.#target.port), this.#target.hostname);
    const pair = new Pair(near, far, this.#clock);
    this.#pairs.add(pair);
    near.on('close', () => this.#pairs.delete(pair));
    pair.delayMs = this.#delayMs;
    pair.fault = this.#fault;
  }
}

/** Two sockets that belong together, with what waits to go from one to the other. */
class Pair {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #clock: Clock;
  readonly #waiting = new Map<Socket, Buffer[]>();
  #fault: NetworkFault | undefined;
  #isDead = false;
  #answered = 0;
  delayMs = 0;
  readonly #onTheWay = new Map<Socket, Buffer[]>();
  #drip: Timer | undefined;

  constructor(near: Socket, far: Socket, clock: Clock) {
    this.#near = near;
    this.#far = far;
    this.#clock = clock;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => this.#forward(chunk, to));
      from.on('end', () => {
        if (!this.#isDead) to.end();
      });
      from.on('error', () => this.end());
      from.on('close', () => {
        if (!this.#isDead) this.end();
      });
    }
  }

  set fault(fault: NetworkFault | undefined) {
    this.#fault = fault;
    this.#answered = 0;
    this.#drip?.cancel();
    if (fault === 'reset') this.#reset();
    if (fault === 'half-open') this.#isDead = true;
    if (fault === 'drip') this.#dripOn();
    if (fault === undefined) this.#flush();
  }

  end(): void {
    this.#drip?.cancel();
    this.#near.destroy();
    this.#far.destroy();
  }

  #reset(): void {
    this.#near.resetAndDestroy();
    this.end();
  }

  #forward(chunk: Buffer, to: Socket): void {
    if (this.#isDead) return;
    switch (this.#fault) {
      case 'stall':
      case 'drip':
        this.#waiting.set(to, [...(this.#waiting.get(to) ?? []), chunk]);
        return;
      case 'truncate':
        return this.#truncate(chunk, to);
      default:
        this.#pass(chunk, to);
    }
  }

  /** In order, also when the way has become shorter. */
  #pass(chunk: Buffer, to: Socket): void {
    const onTheWay = this.#onTheWay.get(to) ?? [];
    if (this.delayMs === 0 && onTheWay.length === 0) return void to.write(chunk);
    this.#onTheWay.set(to, onTheWay);
    onTheWay.push(chunk);
    this.#clock.after(this.delayMs, () => {
      const first = onTheWay.shift();
      if (first !== undefined && !this.#isDead) to.write(first);
    });
  }

  #truncate(chunk: Buffer, to: Socket): void {
    if (to === this.#far) return void to.write(chunk);
    const part = chunk.subarray(0, KEPT_BYTES - this.#answered);
    this.#answered += part.length;
    to.write(part);
    if (this.#answered >= KEPT_BYTES) {
      to.end();
      this.#far.destroy();
    }
  }

  #dripOn(): void {
    this.#drip = this.#clock.after(DRIP_MS, () => {
      for (const [to, chunks] of this.#waiting) {
        const [first, ...rest] = chunks;
        if (first === undefined) continue;
        to.write(first.subarray(0, 1));
        this.#waiting.set(to, first.length > 1 ? [first.subarray(1), ...rest] : rest);
      }
      this.#dripOn();
    });
  }

  #flush(): void {
    if (this.#isDead) return;
    for (const [to, chunks] of this.#waiting) for (const chunk of chunks) to.write(chunk);
    this.#waiting.clear();
  }
}
