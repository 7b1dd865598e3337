/**
 * The shared base of the local stand-ins for Discord, Telegram and a bot: a real HTTP server on loopback, a record
 * of what it accepted, and scripted faults for the next requests. A stand-in itself is one pure function from a
 * request to a reply.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../platform/clock.ts';
import { Arrivals } from './arrivals.ts';
import { type ListenOptions, listen, shut } from './loopback.ts';

export interface StandInOptions extends ListenOptions {
  /** False: no rate limits, for tests of throughput. Default: the platform's own. */
  readonly limits?: boolean;
  readonly clock?: Clock;
}

export interface StandInRequest {
  /** Monotonic; when the body was complete. */
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply<Item> {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes out as it is, anything else as JSON; absent = no body. */
  readonly body?: unknown;
  /** The accepted message, if any. */
  readonly received?: Item;
  /** A rate limit refused it. */
  readonly overLimit?: boolean;
}

/** Changes the next request instead of, or after, the platform's own behaviour. */
export interface ScriptedAnswer {
  /** Answers this, without looking at the request. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Never ends: nothing at all is answered, or the headers and half of the body. */
  readonly stall?: 'answer' | 'body';
  /** The connection is reset instead of an answer. */
  readonly reset?: boolean;
  /** Handles the request as usual first (it counts as received); only the answer is lost or replaced. */
  readonly accept?: boolean;
  /** Before anything of this answer is sent. */
  readonly delayMs?: number;
  /** Nothing of this answer is sent before it resolves. */
  readonly until?: Promise<unknown>;
}

export interface StandIn<Item> {
  readonly url: string;
  /** The accepted messages, in order. */
  readonly received: readonly Item[];
  /** Every request, refused or not. */
  readonly requests: readonly StandInRequest[];
  /** Every connection, by its number. */
  readonly connections: Arrivals<number>;
  onReceived(listener: (item: Item) => void): () => void;
  waitFor(count: number, timeoutMs?: number): Promise<readonly Item[]>;
  waitFor(fits: (item: Item) => boolean, timeoutMs?: number): Promise<Item>;
  /** How often a rate limit had to refuse: 0 for a polite client. Scripted 429s do not count. */
  readonly limitViolations: number;
  /** One is used up by each request, the first first. */
  readonly faults: ScriptedAnswer[];
  close(): Promise<void>;
}

/** More than any platform takes; larger bodies are cut off with 413. */
const LARGEST_BODY_BYTES = 8 * 1024 * 1024;

/** `what` names an item in the error of a wait that ran out. */
export async function startStandIn<Item>(
  what: string,
  handle: (request: StandInRequest) => Reply<Item>,
  options: StandInOptions,
): Promise<StandIn<Item>> {
  const clock = options.clock ?? systemClock;
  const arrivals = new Arrivals<Item>(what);
  const requests: StandInRequest[] = [];
  const connections = new Arrivals<number>('connection');
  const faults: ScriptedAnswer[] = [];
  let limitViolations = 0;

  const usual = (request: StandInRequest): Reply<Item> => {
    const reply = handle(request);
    if (reply.overLimit) limitViolations += 1;
    if (reply.received !== undefined) arrivals.add(reply.received);
    return reply;
  };
  const answer = (request: StandInRequest, response: ServerResponse) => {
    requests.push(request);
    const fault = faults.shift();
    if (!fault) return send(response, usual(request));
    const reply = fault.accept || !replaces(fault) ? usual(request) : undefined;
    const given = fault.status === undefined && reply ? reply : { ...fault, status: fault.status ?? 200 };
    const act = () => misbehave(response, fault, given);
    const later = () => (fault.delayMs === undefined ? act() : clock.after(fault.delayMs, act, false));
    if (fault.until === undefined) later();
    else void fault.until.then(later);
  };

  const server = createServer((request, response) => {
    // A client may hang up at any time; that is its business.
    response.on('error', () => {});
    readBody(request).then(
      (body) => answer(requestOf(request, body, clock.monotonicMs()), response),
      () => send(response, { status: 413 }),
    );
  });
  server.on('connection', () => connections.add(connections.all.length + 1));
  const address = await listen(server, options);
  return {
    url: `http://${address}`,
    received: arrivals.all,
    requests,
    connections,
    onReceived: (listener) => arrivals.on(listener),
    waitFor: arrivals.waitFor.bind(arrivals) as StandIn<Item>['waitFor'],
    get limitViolations() {
      return limitViolations;
    },
    faults,
    close: () => shut(server),
  };
}

/** Whether the request never reaches the platform. A mere delay changes nothing else. */
function replaces({ status, stall, reset }: ScriptedAnswer): boolean {
  return status !== undefined || stall !== undefined || reset === true;
}

function misbehave(response: ServerResponse, fault: ScriptedAnswer, reply: Reply<unknown>): void {
  if (fault.reset) {
    response.socket?.resetAndDestroy();
  } else if (fault.stall === 'body') {
    const payload = payloadOf(reply);
    response.writeHead(reply.status, { ...headersOf(reply), 'content-length': String(payload.length + 1) });
    response.flushHeaders();
    response.write(payload.subarray(0, Math.ceil(payload.length / 2)));
  } else if (fault.stall === undefined) {
    send(response, reply);
  }
}

function send(response: ServerResponse, reply: Reply<unknown>): void {
  const payload = payloadOf(reply);
  response.writeHead(reply.status, { ...headersOf(reply), 'content-length': String(payload.length) });
  response.end(payload);
}

function payloadOf({ body }: Reply<unknown>): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function headersOf({ body, headers }: Reply<unknown>): Record<string, string> {
  const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json';
  return { ...(body === undefined ? {} : { 'content-type': type }), ...headers };
}

function requestOf(request: IncomingMessage, body: string, atMs: number): StandInRequest {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { method = 'GET', headers } = request;
  return { atMs, method, path: url.pathname, query: url.searchParams, headers, body };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The value of a JSON body, or `undefined` when it is not one. */
export function jsonOf({ headers, body }: StandInRequest): unknown {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
