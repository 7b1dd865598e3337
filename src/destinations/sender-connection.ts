/** The connection of a destination's sender, by the options that all types have. */
import { HttpConnection } from '../http/connection.ts';
import type { DestinationOptions } from './common-options.ts';
import type { DestinationDeps } from './destination.ts';

/** One is there while the other is opened again. */
const SPARES = 2;

export const senderConnection = (
  origin: string,
  { concurrency, warm, proxy, tls }: Pick<DestinationOptions, 'concurrency' | 'warm' | 'proxy' | 'tls'>,
  { pools, clock }: Pick<DestinationDeps, 'pools' | 'clock'>,
  spares: number = SPARES,
): HttpConnection =>
  new HttpConnection(origin, {
    connections: concurrency,
    spares,
    warmMs: warm,
    way: { proxy, tls },
    pools,
    clock,
  });
