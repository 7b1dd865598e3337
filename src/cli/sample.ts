/** One sample for one destination: a real request with everything that a real delivery carries, and its result in words. */
import type { Announcement } from '../announcement.ts';
import { isUnsure } from '../delivery/attempt.ts';
import { newsOf } from '../delivery/content.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { describeAttempt } from '../delivery/describe.ts';
import { compose, NoSymbol } from '../delivery/message.ts';
import type { AttemptResult } from '../delivery/outcome.ts';
import type { CommonOptions } from '../destinations/common-options.ts';
import type { PreparedDestination } from '../destinations/prepared.ts';
import { PoolRegistry } from '../http/pool-registry.ts';
import { formatDuration } from '../platform/duration.ts';
import { printable } from '../platform/printable.ts';
import type { Redactor } from '../platform/secret.ts';
import type { Io } from './io.ts';

export interface Sample {
  readonly prepared: PreparedDestination;
  readonly delivery: Delivery;
}

/** The result of one sample, in words and as data. */
export interface SampleReport {
  /** `good`: it has arrived; `bad`: it has not; `warning`: nothing was sent. */
  readonly mark: 'good' | 'bad' | 'warning';
  /** `delivered in 25ms. [HTTP 200]`; `not delivered. Nothing listens at …: start … [unreachable; run would retry]`. Without the name. */
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** As the destination reported it; absent: nothing was tried. */
  readonly result?: AttemptResult;
}

type SampleIo = Pick<Io, 'clock' | 'random' | 'signal' | 'version'>;

/** The sample `announcement` for a destination, in the form that `rule` chooses, or in its own. `ordinal`: a different one for each destination. */
export function sampleFor(
  prepared: PreparedDestination,
  announcement: Announcement,
  { rule = 'sample', template, ordinal = 0 }: SampleForm,
): Sample {
  const { name, forEachTicker } = prepared;
  const delivery: Delivery = {
    ...{ id: `${announcement.id}-${ordinal}`, content: newsOf(announcement), destination: name },
    ...{ rule, template, ticker: forEachTicker ? announcement.tickers[0] : undefined, importance: 0 },
    expiresAtMs: undefined,
  };
  return { prepared, delivery };
}

interface SampleForm {
  readonly rule?: string;
  readonly template?: string | undefined;
  readonly ordinal?: number;
}

/** Never throws for anything that the template, the receiver or the network can do. Its `maxAge` begins now. */
export async function sendSample(
  { prepared, delivery }: Sample,
  redact: Redactor,
  io: SampleIo,
): Promise<SampleReport> {
  let fault: string | undefined;
  // A sample in another form than the real one would show nothing.
  const message = compose(delivery, { render: prepared.render, renderDefault: undefined }, (what) => {
    fault = what;
  });
  if (fault !== undefined) {
    const detail = printable(redact(fault));
    const sentence = `Its template fails for the sample: ${detail}. Correct the template.`;
    return notSent(prepared.name, sentence, 'template_failed', detail);
  }
  if (message instanceof NoSymbol) {
    const sentence = `Its template looks up the ticker of the sample, and ${message.message}: no request is made.`;
    return notSent(prepared.name, `${sentence} Give one that is, with --ticker.`, 'no_symbol');
  }
  const { result, tookMs } = await request(prepared, delivery.id, message, redact, io);
  return reportOf({ prepared, delivery }, result, tookMs);
}

/** A sample that was not tried, and why. */
export function notSent(
  destination: string,
  sentence: string,
  code: string,
  detail: string | undefined = undefined,
): SampleReport {
  return {
    text: `not sent. ${sentence} [${code}]`,
    json: { destination, outcome: 'not_sent', reason: code, detail, advice: sentence },
    mark: 'warning',
  };
}

async function request(
  { options, open }: PreparedDestination,
  deliveryId: string,
  message: unknown,
  redact: Redactor,
  { clock, version, signal }: SampleIo,
): Promise<{ readonly result: AttemptResult; readonly tookMs: number }> {
  const { timeout, maxAge } = options;
  // Loads the library of a platform, which is no part of a delivery.
  const destination = await open({ clock, redact, version, pools: new PoolRegistry({ clock }) });
  const startedMs = clock.monotonicMs();
  const expiresAtMs = maxAge === false ? undefined : startedMs + maxAge;
  const deadline = new AbortController();
  const limitMs = maxAge === false ? timeout : Math.min(timeout, maxAge);
  const timer = clock.after(limitMs, () => deadline.abort(`within ${formatDuration(limitMs)} (timeout)`));
  const stop = () => deadline.abort('before the interruption');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const result = await destination.send(message, {
      ...{ deliveryId, attempt: 1, plain: false, sample: true, expiresAtMs, signal: deadline.signal },
      leaving: () => undefined,
    });
    return { result, tookMs: clock.monotonicMs() - startedMs };
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', stop);
    await destination.close();
  }
}

function reportOf(
  { prepared: { name, options }, delivery }: Sample,
  result: AttemptResult,
  tookMs: number,
): SampleReport {
  const { outcome, status, detail } = result;
  const { ticker, rule } = delivery;
  const json = { destination: name, ticker, rule, outcome: outcome.kind, status, detail, tookMs };
  if (outcome.kind === 'delivered') {
    const text = `delivered in ${formatDuration(tookMs)}.${status === undefined ? '' : ` [HTTP ${status}]`}`;
    return { mark: 'good', text, json, result };
  }
  const advice = describeAttempt(result, nextOf(result, options));
  const { reason } = outcome;
  return { text: `not delivered. ${advice}`, json: { ...json, reason, advice }, mark: 'bad', result };
}

/** How a running bridge would react to such an answer. */
function nextOf({ outcome }: AttemptResult, options: CommonOptions): string | undefined {
  if (isUnsure({ outcome }) && options.onAmbiguous === 'drop') return 'run would not send it again';
  switch (outcome.kind) {
    case 'delivered':
      return undefined;
    case 'retry':
    case 'ambiguous':
      return 'run would retry';
    case 'reject':
      return {
        message: 'run would not retry',
        destination: 'run would suspend it',
        unclear: 'run would retry',
      }[outcome.scope];
    default:
      return outcome satisfies never;
  }
}
