/** Ways in which the service refuses and ends connections, named by its own words (docs/feed-protocol.md). */
import { every, type Fault, type FaultStage, until } from './fault.ts';

/** Word → what the body holds beside it. */
const REFUSALS_429: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['connection_rate_limit_exceeded', { retry_after_s: 20 }],
  ['per_ip_concurrent_limit_reached', {}],
  ['per_ip_connection_limit_reached', {}],
  ['max_distinct_ips_reached', {}],
  ['absolute_connection_cap_reached', {}],
  ['connection_cooldown', { retry_after_s: 5 }],
  ['max_connections_reached', { limit: 1, current: 1 }],
];

/** Name, status, body, for all handshakes. */
const REFUSALS: readonly (readonly [string, number, Readonly<Record<string, unknown>>])[] = [
  ...REFUSALS_429.map(([error, more]) => [error, 429, { error, ...more }] as const),
  ['no_key', 401, { error: 'missing_api_key' }],
  ['key_refused', 403, { error: 'invalid_api_key' }],
  ['bad_request', 400, { error: 'bad_request' }],
  ['server_error', 503, { error: 'maintenance' }],
];

export const REFUSING_FAULTS: readonly Fault[] = REFUSALS.map(([name, status, body]) => ({
  name,
  description: `refuses every handshake: ${status} ${String(body['error'])}`,
  apply: ({ server, signal }: FaultStage) => until(signal, server.refuseAlways(status, body)),
}));

/** Close code and reason, again and again. */
const CLOSES: readonly (readonly [string, number])[] = [
  ['key_invalidated', 1000],
  ['key_revoked', 1000],
  ['too_slow', 1008],
  ['rate_limit_exceeded', 1008],
  ['frame_too_large', 1009],
];

export const CLOSING_FAULTS: readonly Fault[] = [
  ...CLOSES.map(([name, code]) => ({
    name,
    description: `closes every connection with ${code} ${name}, again and again`,
    apply: (stage: FaultStage) =>
      every(stage, () => {
        if (stage.server.clients.length === 0) return undefined;
        stage.server.drop(code, name);
        return `closed every connection: ${code} ${name}`;
      }),
  })),
  {
    name: 'connection_unstable',
    description: 'welcomes and cuts the connection at once, every time',
    apply: ({ server, signal }) =>
      until(
        signal,
        server.arrivals.on(() => server.terminateAll()),
      ),
  },
];
