/**
 * Asks the running bridge over HTTP, and says in words why there is no answer from it: nothing listens, another
 * program does, it hangs, or it wants a token.
 */
import { request } from 'undici';
import type { Remains } from '../config/remains.ts';
import { fitCells } from '../platform/cells.ts';
import { type Clock, withDeadline } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { printable } from '../platform/printable.ts';
import type { Redactor, Secret } from '../platform/secret.ts';
import { UserError, WRONG_USAGE } from './exit-codes.ts';

export interface DaemonAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: unknown;
}

export interface DaemonRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Given only to what asks for it, because another program may listen there. */
  readonly token: Secret | undefined;
  readonly redact: Redactor;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Ends the wait: Ctrl-C. */
  readonly signal: AbortSignal;
  /** Statuses that are answers of the bridge and not trouble. */
  readonly expected: readonly number[];
}

/** The status of 3,000 destinations is 2 MB; what sends more is not the bridge. */
const LARGEST_ANSWER = 32_000_000;

/** Of an answer that is not the bridge's, in cells. */
const LONGEST_QUOTE = 120;

/** Where the bridge answers: `url`, or from the config. Throws `UserError` when neither says. */
export function daemonAddress(url: string | undefined, server: Remains['server']): string {
  if (url !== undefined) {
    const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`;
    if (!URL.canParse(whole) || !/^https?:/i.test(whole))
      throw new UserError(
        `--url ${printable(url)} is not an address: give it as http://127.0.0.1:8787`,
        WRONG_USAGE,
      );
    return new URL(whole).origin;
  }
  if (server === false)
    throw new UserError(
      'The config has `server: false`, so the bridge cannot be reached over HTTP: see its log, reload it with SIGHUP, or enable `server` and restart it.',
    );
  if (server.port === 0)
    throw new UserError(
      'The config has `server.port: 0`: give the address that the bridge logged when it started (`url` in bridge.started) with --url.',
    );
  // A wildcard address is reached at this machine's loopback address.
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1', '[::]': '::1' }[server.host] ?? server.host;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${server.port}`;
}

interface Answer {
  readonly status: number;
  /** The content type; of a redirect, where to. */
  readonly type: string;
  readonly text: string;
}

/** Throws `UserError` for everything but an expected answer of the bridge. */
export async function askDaemon(address: string, asked: DaemonRequest): Promise<DaemonAnswer> {
  const answer = await withDeadline(asked.clock, asked.timeoutMs, async (deadline) => {
    const signal = AbortSignal.any([deadline, asked.signal]);
    try {
      const first = await exchange(address, asked, undefined, signal);
      return wantsToken(first) && asked.token !== undefined
        ? await exchange(address, asked, asked.token, signal)
        : first;
    } catch (error) {
      throw new UserError(noAnswer(address, error, deadline.aborted, asked));
    }
  });
  const { status } = answer;
  const body = asked.expected.includes(status) ? parse(answer.text) : undefined;
  if (body === undefined) throw new UserError(unexpected(address, answer, asked));
  return { status, body };
}

/** A page for a browser: the bridge refuses in plain text. */
const isPage = ({ type, text }: Answer) => type.includes('html') || /^\s*</.test(text);
const wantsToken = (answer: Answer) => answer.status === 401 && !isPage(answer);

async function exchange(
  address: string,
  { method, path, json }: DaemonRequest,
  token: Secret | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token.reveal()}` }),
    ...(json !== undefined && { 'content-type': 'application/json' }),
  };
  const body = json === undefined ? null : JSON.stringify(json);
  const answer = await request(new URL(path, address), { method, headers, body, signal });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LARGEST_ANSWER) break;
  }
  const type = [answer.headers['content-type']].flat()[0]?.split(';')[0] ?? 'no content type';
  const location = [answer.headers['location']].flat()[0];
  return { status: answer.statusCode, type: location === undefined ? type : `to ${location}`, text };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ELSEWHERE = 'Check `server` in the config, or give the address of the bridge with --url.';

function noAnswer(
  address: string,
  error: unknown,
  isTimeout: boolean,
  { timeoutMs, redact }: DaemonRequest,
): string {
  const name = error instanceof Error ? error.name : '';
  const code = error instanceof Error && 'code' in error ? String(error.code ?? name) : undefined;
  if (code === 'ECONNREFUSED')
    return `Nothing listens at ${address}: start the bridge with \`listing-bridge run\`, or give its address with --url. [ECONNREFUSED]`;
  if (isTimeout)
    return `${address} gave no complete answer within ${timeoutMs / 1000}s: either the bridge hangs, or another program listens there. [timeout]`;
  if (name === 'AbortError') return `Stopped waiting for ${address}.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The host name of ${address} cannot be resolved: correct --url or \`server.host\`. [${code}]`;
  if (name === 'HTTPParserError')
    return `The program that listens at ${address} does not speak HTTP/1.1, so it is not listing-bridge. ${ELSEWHERE} [not_http]`;
  if (code !== undefined && /^(ERR_SSL|EPROTO)/.test(code))
    return `The program that listens at ${address} does not speak TLS: listing-bridge serves plain HTTP, so write http:// in --url. [${code}]`;
  const reason = printable(redact(messageOf(error)));
  return `No answer from ${address} (${reason}): another program listens there, or the network fails. ${ELSEWHERE} [${code ?? 'network_error'}]`;
}

function unexpected(address: string, answer: Answer, { token, redact }: DaemonRequest): string {
  const { status, type, text } = answer;
  if (wantsToken(answer))
    return token === undefined
      ? `The bridge at ${address} requires a token: set \`server.token\` in the config that this command reads (-c). [HTTP 401]`
      : `The bridge at ${address} does not accept the token in the config: it has another \`server.token\` in force. Use that one, or let the bridge take up the config first (SIGHUP, or a restart). [HTTP 401]`;
  if (status === 403 && text.includes('server.token'))
    return `The bridge at ${address} has no \`server.token\` in force, so it accepts no commands over HTTP: set it in the config, and restart the bridge or send its process SIGHUP. [HTTP 403]`;
  if (status === 429)
    return `The bridge at ${address} refuses every token from this address for a while, because too many wrong ones came from it: look for \`login.failed\` in its log, and try again in a minute. [HTTP 429]`;
  if (status === 421)
    return `The bridge refuses the host name in ${address}: give its own address, such as http://127.0.0.1:8787, with --url. [HTTP 421]`;
  const quote = fitCells(redact(text).trim(), LONGEST_QUOTE);
  return `${address} answered HTTP ${status} (${printable(redact(type))})${quote === '' ? '' : `: ${quote}`}\nThat is not an answer of listing-bridge: another program listens there. ${ELSEWHERE} [HTTP ${status}]`;
}
