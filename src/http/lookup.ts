/**
 * Name resolution that is done ahead: an address found lately is used again at once, and an old one is
 * better than none while the resolver is down, which shows as silence more often than as an error. Every spare
 * connection asks again when the memory is stale, so that no announcement waits for DNS.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../platform/clock.ts';

/** Shorter than the life of a spare connection, so that each new one asks. */
const FRESH_MS = 20_000;

/** How long to wait for a resolver that need not be waited for: most answer within a tenth of it. */
const PATIENCE_MS = 250;

type Addresses = readonly { readonly address: string; readonly family: number }[];
type Answer = { readonly addresses: Addresses } | { readonly error: NodeJS.ErrnoException };

/** For the connections to one host. `lookup` is called for all addresses. */
export function rememberingLookup(
  clock: Clock,
  lookup: LookupFunction = systemLookup as LookupFunction,
): LookupFunction {
  let found: { readonly addresses: Addresses; readonly atMs: number } | undefined;
  /** The question under way that nobody waits for: each more would take another of the few threads that there are. */
  let asked: Promise<Answer> | undefined;

  const ask = (hostname: string, options: Parameters<LookupFunction>[1]): Promise<Answer> =>
    new Promise((resolve) =>
      lookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error === null && Array.isArray(addresses) && addresses.length > 0) {
          found = { addresses, atMs: clock.monotonicMs() };
          resolve(found);
        } else if (found !== undefined) resolve(found);
        else resolve({ error: error ?? new Error(`${hostname} has no address`) });
      }),
    );

  return (hostname, options, callback) => {
    const give = (answer: Answer) => {
      if ('error' in answer) return callback(answer.error, '', 0);
      const { addresses } = answer;
      const [first] = addresses;
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    };
    const known = found;
    // A lookup answers later, always.
    if (known !== undefined && clock.monotonicMs() - known.atMs < FRESH_MS)
      return queueMicrotask(() => give(known));
    if (known === undefined) return void ask(hostname, options).then(give);
    asked ??= ask(hostname, options).finally(() => {
      asked = undefined;
    });
    const { promise: tooLong, resolve } = Promise.withResolvers<Answer>();
    const patience = clock.after(PATIENCE_MS, () => resolve(known), false);
    void Promise.race([asked, tooLong]).then((answer) => {
      patience.cancel();
      give(answer);
    });
  };
}
