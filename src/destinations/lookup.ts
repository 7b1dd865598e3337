/**
 * Name resolution that is done ahead: an address found lately is used again at once, and an old one is
 * better than none while the resolver is down. Every spare connection asks anew when the memory is stale,
 * so that no announcement waits for DNS.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../platform/clock.ts';

/** Shorter than the life of a spare connection, so that each new one asks. */
const FRESH_MS = 20_000;

type Addresses = readonly { readonly address: string; readonly family: number }[];

/** For the connections to one host. `lookup` is asked for all addresses. */
export function rememberingLookup(
  clock: Clock,
  lookup: LookupFunction = systemLookup as LookupFunction,
): LookupFunction {
  let found: { readonly addresses: Addresses; readonly atMs: number } | undefined;
  return (hostname, options, callback) => {
    const give = (addresses: Addresses) => {
      const [first] = addresses;
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    };
    if (found !== undefined && clock.monotonicMs() - found.atMs < FRESH_MS) {
      const { addresses } = found;
      // A lookup answers later, always.
      return queueMicrotask(() => give(addresses));
    }
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error === null && Array.isArray(addresses) && addresses.length > 0) {
        found = { addresses, atMs: clock.monotonicMs() };
        give(addresses);
      } else if (found !== undefined) give(found.addresses);
      else callback(error ?? new Error(`${hostname} has no address`), '', 0);
    });
  };
}
