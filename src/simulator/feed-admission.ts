/**
 * Who may connect to the feed: the service's refusals, decided from an upgrade request alone.
 * Time is handed in; nothing here touches a socket. Refused attempts do not count as connections.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { SlidingWindow } from './rate-windows.ts';

export interface AdmissionLimits {
  /** Same key and IP: no sooner than this after its last connect. 0 = off. */
  readonly cooldownMs: number;
  /** New connections of one IP in any minute; Infinity = off. */
  readonly connectionsPerMinute: number;
  /** Open at once for one key and IP. */
  readonly connectionsPerKey: number;
  /** Open at once for one IP, whatever the key. */
  readonly connectionsPerIp: number;
}

export const ADMISSION_LIMITS: AdmissionLimits = {
  cooldownMs: 5000,
  connectionsPerMinute: 10,
  connectionsPerKey: 5,
  connectionsPerIp: 20,
};

export interface Knock {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly ip: string;
}

export interface RefusedHandshake {
  readonly status: number;
  /** An object is sent as JSON. */
  readonly body: string | Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Admitted {
  readonly key: string;
  readonly ip: string;
  /** The exchanges that `?cex=` requested; absent = all. */
  readonly cex: readonly string[] | undefined;
}

const KEY = /^dsk_[0-9a-f]{64}$/i;
const MINUTE_MS = 60_000;

export class Admission {
  /** Revoked and expired keys. */
  readonly badKeys = new Set<string>();
  readonly #limits: AdmissionLimits;
  readonly #connectedMs = new Map<string, number>();
  readonly #perMinute = new Map<string, SlidingWindow>();
  readonly #open: Admitted[] = [];

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  decide({ url, headers, ip }: Knock, nowMs: number): RefusedHandshake | Admitted {
    const query = new URL(url, 'ws://localhost').searchParams;
    if (query.has('api_key')) return refusal(401, 'api_key_in_query_not_supported');
    const key = headers['x-api-key'];
    if (typeof key !== 'string' || key === '') return refusal(401, 'missing_api_key');
    if (!KEY.test(key) || this.badKeys.has(key)) return refusal(403, 'invalid_api_key');
    const cex = query.get('cex');
    const named = cex?.split(',').map((name) => name.trim().toLowerCase());
    const admitted = { key, ip, cex: named?.filter((name) => name !== '') };
    return this.#overLimit(admitted, nowMs) ?? admitted;
  }

  /** The upgrade succeeded. */
  enter(admitted: Admitted, nowMs: number): void {
    this.#connectedMs.set(pairOf(admitted), nowMs);
    this.#minuteOf(admitted.ip).take(nowMs);
    this.#open.push(admitted);
  }

  leave(admitted: Admitted): void {
    const index = this.#open.indexOf(admitted);
    if (index >= 0) this.#open.splice(index, 1);
  }

  #overLimit(admitted: Admitted, nowMs: number): RefusedHandshake | undefined {
    const { cooldownMs, connectionsPerKey, connectionsPerIp } = this.#limits;
    const sameIp = this.#open.filter(({ ip }) => ip === admitted.ip);
    if (sameIp.length >= connectionsPerIp) return refusal(429, 'per_ip_concurrent_limit_reached');
    const sameKey = sameIp.filter(({ key }) => key === admitted.key);
    if (sameKey.length >= connectionsPerKey) return refusal(429, 'per_ip_connection_limit_reached');
    const readyMs = (this.#connectedMs.get(pairOf(admitted)) ?? Number.NEGATIVE_INFINITY) + cooldownMs;
    if (nowMs < readyMs)
      return refusal(429, 'connection_cooldown', { retry_after_s: Math.ceil((readyMs - nowMs) / 1000) });
    if (this.#minuteOf(admitted.ip).waitMs(nowMs) > 0) return refusal(429, 'connection_rate_limit_exceeded');
    return undefined;
  }

  #minuteOf(ip: string): SlidingWindow {
    let minute = this.#perMinute.get(ip);
    if (!minute) {
      minute = new SlidingWindow(this.#limits.connectionsPerMinute, MINUTE_MS);
      this.#perMinute.set(ip, minute);
    }
    return minute;
  }
}

function pairOf({ key, ip }: Admitted): string {
  return `${ip} ${key}`;
}

function refusal(
  status: number,
  error: string,
  more: Readonly<Record<string, unknown>> = {},
): RefusedHandshake {
  return { status, body: { error, ...more } };
}
