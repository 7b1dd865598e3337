/**
 * The one process that keeps time: it sends the frames and receives the requests, so no two clocks are
 * compared. A latency is the time from handing a frame to the feed's socket until the whole request was read.
 *
 * Its own code must not be cold when the subject is: before each lone measurement a few exchanges with itself
 * bring it up to speed.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import WebSocket from 'ws';
import { Feed } from './feed.ts';
import { nextSequence } from './frames.ts';
import { inTime } from './in-time.ts';
import { type Arrivals, Receiver } from './receiver.ts';
import { Subject, type SubjectKind } from './subject.ts';

const OWN_KEY = 'the meter itself';
const EXCHANGES = { first: 2000, again: 30 } as const;

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)));

export class Meter implements AsyncDisposable {
  readonly feed: Feed;
  readonly receiver: Receiver;
  readonly sinkUrl: string;
  readonly inTime = inTime;
  readonly #own: { readonly feed: WebSocket; readonly sink: Socket };
  readonly #subjects = new Set<Subject>();
  #keys = 0;

  static async open(): Promise<Meter> {
    const feed = await Feed.open();
    const receiver = new Receiver();
    const port = await receiver.listen();
    const own = {
      feed: new WebSocket(feed.url, { headers: { 'x-api-key': OWN_KEY } }),
      sink: connect(port, '127.0.0.1').setNoDelay(true),
    };
    await Promise.all([once(own.feed, 'open'), once(own.sink, 'connect')]);
    const meter = new Meter(feed, receiver, port, own);
    await meter.#exchangeWithItself(EXCHANGES.first);
    return meter;
  }

  private constructor(feed: Feed, receiver: Receiver, port: number, own: { feed: WebSocket; sink: Socket }) {
    this.feed = feed;
    this.receiver = receiver;
    this.sinkUrl = `http://127.0.0.1:${port}`;
    this.#own = own;
    own.sink.resume();
    own.feed.on('message', (data: Buffer) => {
      const head = `POST /hook HTTP/1.1\r\nhost: x\r\ncontent-length: ${data.length}\r\n\r\n`;
      own.sink.write(Buffer.concat([Buffer.from(head), data]));
    });
  }

  get hookUrl(): string {
    return `${this.sinkUrl}/hook`;
  }

  /** Resolves when it has connected to the feed. */
  async start(kind: SubjectKind): Promise<Subject> {
    const key = `dsk_${(++this.#keys).toString(16).padStart(64, '0')}`;
    const subject = new Subject(kind, key, this.feed.url);
    this.#subjects.add(subject);
    const dial = kind.dial?.(() => subject.logged()) ?? this.feed.dialled(key);
    subject.announce = await this.inTime(dial, subject);
    subject.connectedMs = kind.dial ? performance.now() : await this.feed.connected(key);
    subject.lastMs = subject.connectedMs;
    return subject;
  }

  async stop(...subjects: readonly Subject[]): Promise<void> {
    for (const subject of subjects) this.#subjects.delete(subject);
    await Promise.all(subjects.map((subject) => subject.stop()));
  }

  /** Its own code shall be warm for what comes next. */
  warmUp(): Promise<void> {
    return this.#exchangeWithItself(EXCHANGES.again);
  }

  /** One announcement to a subject that may have been silent for long, alone on the machine. `requests`: how many it becomes. */
  async lone(subject: Subject, receiver = this.receiver, requests = 1): Promise<number> {
    await this.warmUp();
    return this.one(subject, receiver, requests);
  }

  async one(subject: Subject, receiver = this.receiver, requests = 1): Promise<number> {
    return (await this.#announced(subject, receiver, requests)).lastMs;
  }

  /** One announcement that becomes many requests: how long until the first, and until the last. */
  async wide(subject: Subject, receiver: Receiver, requests: number): Promise<Arrivals> {
    await this.warmUp();
    return this.#announced(subject, receiver, requests);
  }

  async #announced(subject: Subject, receiver: Receiver, requests: number): Promise<Arrivals> {
    const sequence = nextSequence();
    const arrivals = receiver.arrivals(sequence, requests);
    const sentMs = subject.announce(sequence);
    const { firstMs, hundredthMs, lastMs } = await this.inTime(arrivals, subject);
    subject.lastMs = performance.now();
    return {
      firstMs: firstMs - sentMs,
      hundredthMs: hundredthMs - sentMs,
      lastMs: lastMs - sentMs,
    };
  }

  /** `count` announcements at a steady rate; the latency of each. */
  async steady(subject: Subject, perSecond: number, count: number): Promise<number[]> {
    const latencies: Promise<number>[] = [];
    const beginMs = performance.now();
    for (let n = 0; n < count; n++) {
      const sequence = nextSequence();
      const arrival = this.receiver.arrival(sequence);
      const sentMs = subject.announce(sequence);
      latencies.push(arrival.then((arrivedMs) => arrivedMs - sentMs));
      await pause(beginMs + ((n + 1) * 1000) / perSecond - performance.now());
    }
    const all = await this.inTime(Promise.all(latencies), subject);
    subject.lastMs = performance.now();
    return all;
  }

  async #exchangeWithItself(times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      const sequence = nextSequence();
      const arrival = this.receiver.arrival(sequence);
      this.feed.announce(OWN_KEY, sequence);
      await arrival;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(...this.#subjects);
    this.#own.feed.terminate();
    this.#own.sink.destroy();
    this.feed[Symbol.dispose]();
    this.receiver[Symbol.dispose]();
  }
}
