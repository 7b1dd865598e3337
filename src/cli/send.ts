/** `send`: one clearly marked sample, for real, to one destination; says what came back and how long it took. */
import { HttpPools } from '../destinations/http-pools.ts';
import { prepareDestinations } from '../destinations/prepared.ts';
import { formatDuration } from '../platform/duration.ts';
import { printable } from '../platform/printable.ts';
import { orNearest } from '../platform/suggest.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE, UserError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { announcementFromFields, SAMPLE_TICKER, SAMPLE_TITLE } from './sample.ts';

export interface SendOptions {
  readonly config: string;
  readonly destination: string;
  readonly json: boolean;
}

export async function sendCommand(options: SendOptions, io: Io): Promise<ExitCode> {
  const { config, redact } = requireConfig(options.config, io);
  const { clock } = io;
  const found = prepareDestinations({ ...config, rules: [] }).find(
    ({ name }) => name === options.destination,
  );
  if (found === undefined)
    throw new UserError(unknownDestination(options.destination, Object.keys(config.destinations)));

  const sample = {
    type: 'test_announcement',
    publisher: 'sample',
    listingType: 'not_listing',
    ticker: SAMPLE_TICKER,
    title: SAMPLE_TITLE,
  };
  const announcement = announcementFromFields(sample, io);
  const ticker = found.forEachTicker ? SAMPLE_TICKER : undefined;
  const deliveryId = `${announcement.id}-0`;
  const message = found.render({
    id: deliveryId,
    announcement,
    destination: found.name,
    rule: 'sample',
    template: undefined,
    ticker,
    importance: 0,
    expiresAtMs: undefined,
  });
  const destination = await found.open({
    clock,
    redact,
    version: io.version,
    pools: new HttpPools({ clock }),
  });
  const deadline = new AbortController();
  const timer = clock.after(found.options.timeout, () => deadline.abort());
  io.signal.addEventListener('abort', () => deadline.abort(), { once: true });
  const startedMs = clock.monotonicMs();
  const result = await destination.send(message, {
    deliveryId,
    attempt: 1,
    plain: false,
    expiresAtMs: undefined,
    signal: deadline.signal,
    leaving: () => undefined,
  });
  const tookMs = clock.monotonicMs() - startedMs;
  timer.cancel();
  await destination.close();

  const { outcome, status, detail } = result;
  const delivered = outcome.kind === 'delivered';
  const reason = 'reason' in outcome ? outcome.reason : undefined;
  if (options.json)
    io.print(
      JSON.stringify({ destination: found.name, outcome: outcome.kind, reason, status, detail, tookMs }),
    );
  else {
    const words = [outcome.kind, reason, status === undefined ? undefined : `HTTP ${status}`, detail].filter(
      (word) => word !== undefined,
    );
    io.print(`${found.name}: ${words.join(', ')} (${formatDuration(tookMs)})`);
  }
  return delivered ? FINE : NOT_FINE;
}

function unknownDestination(name: string, known: readonly string[]): string {
  return `no destination ${printable(name)} in the config${orNearest(name, known)}; there is: ${known.join(', ')}`;
}
