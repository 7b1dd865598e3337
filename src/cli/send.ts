/** `send`: one clearly marked sample to each destination, for real, with everything that a real delivery carries; prints what came back. */
import { isUnsure } from '../delivery/attempt.ts';
import { newsOf } from '../delivery/content.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { describeAttempt } from '../delivery/describe.ts';
import { compose } from '../delivery/message.ts';
import type { AttemptResult } from '../delivery/outcome.ts';
import type { CommonOptions } from '../destinations/common-options.ts';
import { PoolRegistry } from '../http/pool-registry.ts';
import { wrapCells } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { printable, printableJson } from '../platform/printable.ts';
import type { Redactor } from '../platform/secret.ts';
import { announcementFromFields, SAMPLE_TICKER, SAMPLE_TITLE } from './announcement-input.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import type { Io } from './io.ts';
import { type PlannedSample, planSend, reasonNotToSend, type SendRequest } from './send-plan.ts';

export interface SendOptions extends SendRequest {
  readonly json: boolean;
  /** Also to a destination that is a `dryRun` or paused. */
  readonly force?: boolean | undefined;
}

/** The result for one destination. */
interface Report {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly isFine: boolean;
}

export async function sendCommand(options: SendOptions, io: Io): Promise<ExitCode> {
  const plan = planSend(options, io);
  const reports: Report[] = [];
  // One after the other: a sample is no reason to come near a limit.
  for (const planned of plan.samples) {
    if (io.signal.aborted) break;
    const refusal = options.force ? undefined : reasonNotToSend(planned, plan, io);
    const report =
      refusal === undefined
        ? await sendOne(planned, plan.redact, io)
        : refused(planned, refusal, options.all === true);
    reports.push(report);
    if (!options.json) io.print(wrapCells(report.text, io.columns, '  '));
  }
  if (options.json) {
    const all = reports.map(({ json }) => json);
    const isOne = options.destinations.length === 1 && all.length === 1;
    io.print(printableJson(JSON.stringify(isOne ? all[0] : all)));
  }
  return reports.every(({ isFine }) => isFine) && !io.signal.aborted ? FINE : NOT_FINE;
}

function refused(
  { prepared: { name } }: PlannedSample,
  { sentence, code }: { readonly sentence: string; readonly code: string },
  isOneOfAll: boolean,
): Report {
  return {
    text: `${name}: not sent. ${sentence} [${code}]`,
    json: { destination: name, outcome: 'not_sent', reason: code, advice: sentence },
    // Who asks for all has not asked for this one.
    isFine: isOneOfAll && code === 'dry_run',
  };
}

async function sendOne(planned: PlannedSample, redact: Redactor, io: Io): Promise<Report> {
  const { prepared } = planned;
  const { name, options } = prepared;
  const { clock } = io;
  const sample = {
    type: 'test_announcement',
    publisher: 'sample',
    listingType: 'not_listing',
    ticker: SAMPLE_TICKER,
    title: SAMPLE_TITLE,
  };
  const announcement = announcementFromFields(sample, io);
  const deliveryId = `${announcement.id}-0`;
  const expiresAtMs = options.maxAge === false ? undefined : announcement.receivedMs + options.maxAge;
  const delivery: Delivery = {
    ...{ id: deliveryId, content: newsOf(announcement), destination: name, importance: 0, expiresAtMs },
    ...{ rule: planned.rule, template: planned.template },
    ticker: prepared.forEachTicker ? SAMPLE_TICKER : undefined,
  };
  let fault: string | undefined;
  // A sample in another form than the rule's would show nothing.
  const message = compose(delivery, { render: prepared.render, renderDefault: undefined }, (what) => {
    fault = what;
  });
  if (fault !== undefined) {
    const reason = printable(redact(fault));
    return {
      text: `${name}: not sent. Its template fails for the sample: ${reason}. Correct the template. [template_failed]`,
      json: { destination: name, outcome: 'not_sent', reason: 'template_failed', detail: reason },
      isFine: false,
    };
  }
  const destination = await prepared.open({
    clock,
    redact,
    version: io.version,
    pools: new PoolRegistry({ clock }),
  });
  const deadline = new AbortController();
  const limitMs = Math.min(options.timeout, (expiresAtMs ?? Number.POSITIVE_INFINITY) - clock.monotonicMs());
  const timer = clock.after(limitMs, () => deadline.abort(`within ${formatDuration(limitMs)} (timeout)`));
  const stop = () => deadline.abort();
  io.signal.addEventListener('abort', stop, { once: true });
  const startedMs = clock.monotonicMs();
  try {
    const result = await destination.send(message, {
      ...{ deliveryId, attempt: 1, plain: false, sample: true, expiresAtMs, signal: deadline.signal },
      leaving: () => undefined,
    });
    return reportOf(name, options, result, clock.monotonicMs() - startedMs);
  } finally {
    timer.cancel();
    io.signal.removeEventListener('abort', stop);
    await destination.close();
  }
}

function reportOf(name: string, options: CommonOptions, result: AttemptResult, tookMs: number): Report {
  const { outcome, status, detail } = result;
  const isFine = outcome.kind === 'delivered';
  const reason = 'reason' in outcome ? outcome.reason : undefined;
  const advice = describeAttempt(result, nextOf(result, options));
  const text = isFine ? advice.replace(/^D/, 'd') : `not delivered. ${advice}`;
  return {
    text: `${name}: ${text} (${formatDuration(tookMs)})`,
    json: {
      ...{ destination: name, outcome: outcome.kind, reason, status, detail },
      ...(isFine ? {} : { advice }),
      tookMs,
    },
    isFine,
  };
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
