/**
 * A source that sends JSON of a form of its own over a WebSocket, as a feed of `type: websocket` reads it: it wants certain
 * headers, a greeting, word for word, and now and then a sign of life. Strict: who greets in another way is thrown out.
 */
import { isDeepStrictEqual } from 'node:util';
import type { WebSocket } from 'ws';
import { type Clock, systemClock } from '../platform/clock.ts';
import { Arrivals } from './arrivals.ts';
import type { Admitted, Knock, RefusedHandshake } from './feed-admission.ts';
import { FeedDoor } from './feed-door.ts';
import type { ClientClose, ClientMessage, Handshake } from './feed-records.ts';
import type { ListenOptions } from './loopback.ts';

export interface JsonFeedOptions extends ListenOptions {
  /** Must be there, names in lower case; without one the answer is 401. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Must be in the query. */
  readonly query?: Readonly<Record<string, string>>;
  /** Must be the first messages, in this order: a text, or a tree that comes as JSON. */
  readonly hello?: readonly unknown[];
  readonly clock?: Clock;
}

export interface JsonFeedBehaviour {
  /** Of the WebSocket protocol. */
  answersPings: boolean;
  /** The `Date` of its answers to handshakes. */
  date: string | undefined;
  /** To a message after the greeting. */
  answer: (text: string) => string | undefined;
}

export async function startJsonFeedServer(options: JsonFeedOptions = {}): Promise<JsonFeedServer> {
  const server = new JsonFeedServer(options);
  await server.listen();
  return server;
}

export class JsonFeedServer implements AsyncDisposable {
  readonly behaviour: JsonFeedBehaviour = { answersPings: true, date: undefined, answer: () => undefined };
  readonly handshakes = new Arrivals<Handshake>('handshake');
  /** Those who have greeted, by number. */
  readonly greeted = new Arrivals<number>('greeting');
  readonly messages = new Arrivals<ClientMessage>('client message');
  readonly pings = new Arrivals<number>('ping');
  readonly closes = new Arrivals<ClientClose>('close');
  readonly #options: JsonFeedOptions;
  readonly #clock: Clock;
  readonly #door: FeedDoor;
  readonly #sockets = new Set<WebSocket>();
  #address = '';
  #lastId = 0;

  constructor(options: JsonFeedOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#door = new FeedDoor({
      admission: {
        decide: (knock) => this.#decide(knock),
        enter: () => undefined,
        leave: () => undefined,
      },
      clock: this.#clock,
      later: (act) => act(),
      compresses: () => false,
      headers: () => (this.behaviour.date === undefined ? [] : [`Date: ${this.behaviour.date}`]),
      onHandshake: (handshake) => this.handshakes.add(handshake),
      onEnter: (socket) => this.#enter(socket),
    });
  }

  async listen(): Promise<void> {
    this.#address = await this.#door.open(this.#options);
  }

  get url(): string {
    return `ws://${this.#address}`;
  }

  /** To everyone who is connected, as JSON. */
  send(value: unknown): void {
    this.sendRaw(JSON.stringify(value));
  }

  sendRaw(payload: string | Buffer): void {
    for (const socket of this.#sockets) socket.send(payload);
  }

  /** In good form. */
  drop(code = 1001, reason = ''): void {
    for (const socket of this.#sockets) socket.close(code, reason);
  }

  /** Without a word: the client sees 1006. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** The next handshake gets this answer. */
  refuseNext(
    status: number,
    body: RefusedHandshake['body'] = '',
    headers: Readonly<Record<string, string>> = {},
  ): void {
    this.#door.refuseNext({ status, body, headers });
  }

  async close(): Promise<void> {
    this.cut();
    await this.#door.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #decide({ url, headers, ip }: Knock): RefusedHandshake | Admitted {
    const { headers: wantedHeaders = {}, query = {} } = this.#options;
    const given = new URL(url, 'ws://localhost').searchParams;
    const isKnown =
      Object.entries(wantedHeaders).every(([name, value]) => headers[name] === value) &&
      Object.entries(query).every(([name, value]) => given.get(name) === value);
    return isKnown ? { key: '', ip, cex: undefined } : { status: 401, body: { message: 'who are you?' } };
  }

  #enter(socket: WebSocket): void {
    const id = ++this.#lastId;
    const expected = [...(this.#options.hello ?? [])];
    this.#sockets.add(socket);
    // ws closes the socket itself after an error; without a listener it would throw.
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      this.#sockets.delete(socket);
      this.closes.add({ client: id, atMs: this.#clock.monotonicMs(), code, reason: reason.toString() });
    });
    socket.on('ping', (data) => {
      if (this.behaviour.answersPings) socket.pong(data);
      this.pings.add(id);
    });
    socket.on('message', (data) => {
      const text = String(data);
      const isGreeting = expected.length > 0;
      if (isGreeting && !isSaid(text, expected.shift())) socket.close(1008, 'login failed');
      else if (isGreeting && expected.length === 0) this.greeted.add(id);
      const answer = isGreeting ? undefined : this.behaviour.answer(text);
      if (answer !== undefined) socket.send(answer);
      this.messages.add({ client: id, atMs: this.#clock.monotonicMs(), text });
    });
    if (expected.length === 0) this.greeted.add(id);
  }
}

function isSaid(text: string, expected: unknown): boolean {
  if (typeof expected === 'string') return text === expected;
  try {
    return isDeepStrictEqual(JSON.parse(text), expected);
  } catch {
    return false;
  }
}
