/**
 * A stand-in for a trading bot's webhook: demands a `webhook-id`, checks the Standard Webhooks signature
 * when it has a secret, and answers `{"ok":true}` whatever the path.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import {
  jsonOf,
  type Reply,
  type StandIn,
  type StandInOptions,
  type StandInRequest,
  startStandIn,
} from './stand-in.ts';

export interface BotServerOptions extends StandInOptions {
  /** `whsec_…`; without it, signatures are not looked at. */
  readonly secret?: string;
}

export interface BotItem {
  readonly atMs: number;
  /** `webhook-id`. */
  readonly id: string;
  /** This id came before: a retry, or a double. */
  readonly repeat: boolean;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The value of a JSON body; `undefined` for anything else. */
  readonly body: unknown;
  readonly text: string;
}

export type BotServer = StandIn<BotItem>;

export function startBotServer(options: BotServerOptions = {}): Promise<BotServer> {
  const verifier = options.secret === undefined ? undefined : new Webhook(options.secret);
  const ids = new Set<string>();

  const handle = (request: StandInRequest): Reply<BotItem> => {
    const { atMs, method, path, headers, body: text } = request;
    // A GET or OPTIONS only opens the connection early.
    if (method === 'GET' || method === 'OPTIONS' || method === 'HEAD') return { status: 204 };
    if (!['POST', 'PUT', 'PATCH'].includes(method)) return refusal(405, 'method not allowed');
    const id = headers['webhook-id'];
    if (typeof id !== 'string' || id === '') return refusal(400, 'webhook-id is missing');
    const flaw = verifier && signatureFlaw(verifier, request);
    if (flaw !== undefined) return refusal(401, flaw);
    const received = { atMs, id, repeat: ids.has(id), method, path, headers, body: jsonOf(request), text };
    ids.add(id);
    return { status: 200, body: { ok: true }, received };
  };
  return startStandIn('bot request', handle, options);
}

function refusal(status: number, error: string): Reply<BotItem> {
  return { status, body: { ok: false, error } };
}

function signatureFlaw(verifier: Webhook, { headers, body }: StandInRequest): string | undefined {
  const text = (name: string) => String(headers[name] ?? '');
  const signed = {
    'webhook-id': text('webhook-id'),
    'webhook-timestamp': text('webhook-timestamp'),
    'webhook-signature': text('webhook-signature'),
  };
  try {
    verifier.verify(body, signed, { jsonParse: false });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'signature refused';
  }
}
