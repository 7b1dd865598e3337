/**
 * One fetch of a table: a GET that asks for what is new, through redirects, unpacked, read and packed. It runs on the
 * thread of the tables (`thread.ts`), and at `check --online`. Throws nothing: a fault is a result.
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { buildConnector } from 'undici';
import { connectionAdvice } from '../http/advice.ts';
import { racingConnector } from '../http/connector.ts';
import { rememberingLookup } from '../http/lookup.ts';
import { farEndWallMs, retryAfterMs } from '../http/retry-after.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import { messageOf } from '../platform/message-of.ts';
import { printable } from '../platform/printable.ts';
import { Secret } from '../platform/secret.ts';
import { TableFault } from './fault.ts';
import type { Validators } from './kept.ts';
import { PackedTable } from './packed.ts';
import { MOST_BYTES, type ReadOptions, readTable } from './read.ts';
import type { OddRows } from './remarks.ts';

/** Plain data: it goes to a thread. */
export interface FetchTask {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly proxy: string | undefined;
  readonly tls: { readonly insecure: boolean; readonly authority?: string | undefined };
  readonly read: ReadOptions;
  /** Of the rows that are there; absent: there are none. */
  readonly validators?: Validators | undefined;
  /** Fewer rows than this are kept out. */
  readonly leastRows: number;
}

export interface FreshRows extends Validators, OddRows {
  readonly kind: 'rows';
  readonly bytes: ArrayBuffer;
  readonly asOfMs: number;
}

export type Fetched =
  | FreshRows
  /** The server says that the rows are those that are there. */
  | { readonly kind: 'unchanged'; readonly asOfMs: number }
  | {
      readonly kind: 'failed';
      /** For a person, without secrets but those that the server itself repeats. */
      readonly fault: string;
      /** The server's wish. */
      readonly retryAfterMs?: number | undefined;
      /** It has rows, and too few of them. */
      readonly isShrunk?: true;
    };

const MOST_REDIRECTS = 3;
const LONGEST_FAULT = 300;

/** `stop`: ends it before its time. */
export async function fetchTable(
  task: FetchTask,
  clock: Clock = systemClock,
  stop?: AbortSignal,
): Promise<Fetched> {
  const cut = new AbortController();
  const timer = clock.after(task.timeoutMs, () => cut.abort(), true);
  try {
    return await follow(task, clock, stop === undefined ? cut.signal : AbortSignal.any([cut.signal, stop]));
  } catch (error) {
    if (cut.signal.aborted) return failed(`no whole answer within ${formatDuration(task.timeoutMs)}`);
    return failed(error instanceof TableFault ? faultInWords(error) : messageOf(error));
  } finally {
    timer.cancel();
  }
}

const failed = (fault: string) =>
  ({ kind: 'failed', fault: printable(fault).slice(0, LONGEST_FAULT) }) as const;

const faultInWords = ({ message, hint }: TableFault) =>
  hint === undefined ? message : `${message} (${hint})`;

async function follow(task: FetchTask, clock: Clock, signal: AbortSignal): Promise<Fetched> {
  let url = new URL(task.url);
  for (let redirects = 0; ; redirects++) {
    const answer = await get(url, task, clock, signal);
    const { statusCode: status = 0, headers } = answer;
    const { location } = headers;
    if (status < 300 || status > 399 || status === 304 || location === undefined)
      return outcome(answer, task, url, clock);
    answer.destroy();
    if (redirects === MOST_REDIRECTS) return failed(`redirects more than ${MOST_REDIRECTS} times`);
    if (!URL.canParse(location, url.href)) return failed('redirects to what is no address');
    const next = new URL(location, url);
    const isDowngrade = url.protocol === 'https:' && next.protocol !== 'https:';
    if (isDowngrade || !/^https?:$/.test(next.protocol))
      return failed(
        `redirects to ${next.protocol}//${next.host}, which is not encrypted: write that address if it is right`,
      );
    url = next;
  }
}

async function outcome(answer: IncomingMessage, task: FetchTask, url: URL, clock: Clock): Promise<Fetched> {
  const { statusCode: status = 0, headers } = answer;
  const asOfMs = clock.wallMs();
  if (status === 304) {
    answer.resume();
    return task.validators === undefined
      ? failed('answers 304 (not modified) to a request that did not ask for it')
      : { kind: 'unchanged', asOfMs };
  }
  if (status !== 200) {
    answer.destroy();
    const wish = retryAfterMs(headers['retry-after'], farEndWallMs(headers, asOfMs));
    return { ...failed(`answers ${status} ${answer.statusMessage ?? ''}`.trim()), retryAfterMs: wish };
  }
  const text = new TextDecoder().decode(await wholeBody(answer));
  const { rows, duplicates, unusable } = readTable(text, task.read, url.pathname, headers['content-type']);
  if (rows.size < task.leastRows)
    return { ...failed(`has only ${rows.size} rows, less than half of those before`), isShrunk: true };
  return {
    kind: 'rows',
    bytes: PackedTable.of(rows).bytes,
    asOfMs,
    ...{ duplicates, unusable },
    ...(headers.etag !== undefined && { etag: headers.etag }),
    ...(headers['last-modified'] !== undefined && { lastModified: headers['last-modified'] }),
  };
}

/** Headers of the config go to the address of the config alone: they may hold a key. */
function get(url: URL, task: FetchTask, clock: Clock, signal: AbortSignal): Promise<IncomingMessage> {
  const isOwn = url.origin === new URL(task.url).origin;
  const { etag, lastModified } = task.validators ?? {};
  const headers = {
    accept: '*/*',
    'accept-encoding': 'gzip, deflate, br',
    'user-agent': task.userAgent,
    ...(isOwn && task.headers),
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const connect = connectorFor(task, clock);
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const pending: ClientRequest = start(url, {
    // No agent: it would connect by itself, past the proxy and the authority.
    ...{ method: 'GET', headers, signal },
    createConnection: (_, callback) => {
      const { hostname, port, protocol, host } = url;
      connect({ hostname, port, protocol, host }, (error, socket) => {
        // Of a failed handshake there is no socket, not even `null`.
        if (socket) callback(null, socket);
        else callback(error ?? new Error('no connection'), undefined as never);
      });
      return undefined;
    },
  });
  pending.on('response', resolve);
  pending.on('error', (error) => reject(inWords(error, url)));
  pending.end();
  return promise;
}

/** As for a destination: what to do about it too. */
function inWords(error: Error, { origin }: URL): Error {
  const detail = messageOf(error);
  const code = 'code' in error ? String(error.code) : '';
  const farEnd = { origin, key: 'url', receiver: 'its server' };
  const advice = connectionAdvice({ kind: 'unreachable', code, detail }, farEnd);
  return advice === undefined ? error : new TableFault(advice);
}

function connectorFor({ proxy, tls }: FetchTask, clock: Clock): buildConnector.connector {
  const way = { tls, proxy: proxy === undefined ? (false as const) : new Secret(proxy) };
  return racingConnector(clock, rememberingLookup(clock), way);
}

/** Unpacked. Rejects for what is cut, damaged or longer than `MOST_BYTES`. */
async function wholeBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpacked(answer)) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MOST_BYTES) {
      answer.destroy();
      throw new TableFault('the answer is larger than 20 MB');
    }
    chunks.push(bytes);
  }
  if (!answer.complete) throw new TableFault('the answer ends too soon');
  return Buffer.concat(chunks);
}

function unpacked(answer: IncomingMessage): Readable {
  const coding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  switch (coding) {
    case 'identity':
    case '':
      return answer;
    case 'gzip':
    case 'x-gzip':
      return piped(answer, createGunzip());
    case 'deflate':
      return piped(answer, createInflate());
    case 'br':
      return piped(answer, createBrotliDecompress());
    default:
      throw new TableFault(`the answer is packed as ${coding}, which cannot be unpacked here`);
  }
}

/** A break on either side ends both. */
function piped(answer: IncomingMessage, unpack: ReturnType<typeof createGunzip>): Readable {
  answer.on('error', (error) => unpack.destroy(error));
  answer.on('aborted', () => unpack.destroy(new TableFault('the answer ends too soon')));
  unpack.on('close', () => answer.destroy());
  return answer.pipe(unpack);
}
