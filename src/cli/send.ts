/** `send`: clearly marked samples, for real, with everything that a real delivery carries; prints the results in the order of the plan. */

import { saysSample } from '../destinations/sample-mark.ts';
import { formatDuration } from '../platform/duration.ts';
import { printableJson } from '../platform/printable.ts';
import { isRecord } from '../platform/wire-values.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import type { Io } from './io.ts';
import { heading, resultLine } from './lines.ts';
import { notSent, type SampleReport, sendSample } from './sample.ts';
import { planAs } from './send-as.ts';
import { type Past, withPast } from './send-past.ts';
import { type PlannedSample, planSend, requireUsage, type SendPlan, type SendRequest } from './send-plan.ts';
import { SampleTurns } from './send-turns.ts';

export interface SendOptions extends SendRequest {
  readonly json: boolean;
  /** Also to a destination that is a `dryRun` or paused. */
  readonly force?: boolean | undefined;
}

/** The result of one sample; `undefined`: the person stopped before its turn. */
type Result = SampleReport | undefined;

export async function sendCommand(options: SendOptions, io: Io): Promise<ExitCode> {
  requireUsage(options);
  const { as } = options;
  const plan = as === undefined ? planSend(options, io) : planAs({ ...options, as }, io);
  const { samples } = plan;
  if (!options.json && plan.heading !== undefined) io.print(heading(plan.heading, io.columns));
  if (options.destinations.length === 0) warnOfOrders(samples, io);
  const results = withPast(plan.storePath, io, (past) => begin(plan, past, options, io));
  const reports: SampleReport[] = [];
  const untried: string[] = [];
  for (const [index, { label }] of samples.entries()) {
    const report = await results[index];
    if (report === undefined) untried.push(label);
    else {
      reports.push(report);
      if (!options.json) io.print(resultLine(report.mark, label, report.text, io.columns));
    }
  }
  report(options, plan, { reports, untried }, io);
  // Who leaves the choice to --all or to the rules has not asked for a dry run.
  const isExcused = ({ json }: SampleReport) =>
    json['reason'] === 'dry_run' && options.destinations.length === 0;
  const hasArrived = reports.some(({ mark }) => mark === 'good');
  const isFine = reports.every((each) => each.mark === 'good' || isExcused(each)) && untried.length === 0;
  return isFine && hasArrived ? FINE : NOT_FINE;
}

/** Each as soon as there is room for it. */
function begin(
  { samples, redact }: SendPlan,
  past: Past,
  { force }: SendOptions,
  io: Io,
): readonly Promise<Result>[] {
  const destinations = new Set(samples.map(({ prepared }) => prepared));
  for (const { name } of destinations) warnOfMute(name, past, io);
  const turns = new SampleTurns(destinations, io.clock, past);
  return samples.map(async (sample) => {
    const { name } = sample.prepared;
    const refusal = force ? undefined : reasonNotToSend(sample, past);
    if (refusal !== undefined) return notSent(name, refusal.sentence, refusal.code);
    const report = await turns.run(sample, io.signal, () => sendSample(sample, redact, io));
    if (report === undefined || 'mark' in report) return report;
    const sentence = `An answer to another sample has just asked for a pause of ${formatDuration(report.pausedMs)}; try again after it.`;
    return notSent(name, sentence, 'paused');
  });
}

/** Why a destination should not get a sample now; `undefined` when it may. */
function reasonNotToSend(
  { prepared }: PlannedSample,
  past: Past,
): { readonly sentence: string; readonly code: string } | undefined {
  if (prepared.options.dryRun)
    return {
      sentence:
        'It has `dryRun: true`, so the bridge sends nothing there; --force sends the sample for real.',
      code: 'dry_run',
    };
  const pausedMs = past.pauseMs(prepared);
  if (pausedMs > 0)
    return {
      sentence: `The bridge has paused it for another ${formatDuration(pausedMs)}, as the platform requested; --force sends the sample now, which may extend the pause.`,
      code: 'paused',
    };
  return undefined;
}

/** A sample shows whether the destination works, also while nothing else goes there. */
function warnOfMute(name: string, past: Past, io: Io): void {
  const muted = past.muteOf(name);
  if (muted !== undefined)
    io.warn(
      resultLine(
        'warning',
        name,
        `${muted}: the bridge sends no announcements there; the sample is sent all the same. [muted]`,
        io.columns,
      ),
    );
}

/** Before anything is sent: programs that were not named, and whose request is the user's own and so cannot be marked. */
function warnOfOrders(samples: readonly PlannedSample[], io: Io): void {
  const names = new Set(samples.filter(isRealOrder).map(({ prepared }) => prepared.name));
  for (const name of names)
    io.warn(
      resultLine(
        'warning',
        name,
        'gets a real request: where its body is an order, a bot may act on it. Only the header x-listing-bridge-sample: true says that it is a sample; let the bot refuse what has it.',
        io.columns,
      ),
    );
}

function isRealOrder({ prepared, delivery }: PlannedSample): boolean {
  if (!prepared.takesOrders || prepared.options.dryRun) return false;
  try {
    const { body } = prepared.preview(prepared.render(delivery));
    const isMarked = (isRecord(body) && body['test'] === true) || saysSample(JSON.stringify(body));
    return !isMarked;
  } catch {
    // Its template fails: nothing will be sent.
    return false;
  }
}

interface Results {
  readonly reports: readonly SampleReport[];
  readonly untried: readonly string[];
}

function report(
  { json, destinations }: SendOptions,
  { withheld, samples }: SendPlan,
  { reports, untried }: Results,
  io: Io,
): void {
  const unsent = withheld.map(({ destination, reason }) => ({ destination, reason }));
  if (json) {
    const all = [
      ...reports.map((one) => one.json),
      ...unsent.map(({ destination, reason }) => notSent(destination, reason, 'withheld').json),
      ...untried.map((label) => notSent(label, INTERRUPTED, 'interrupted').json),
    ];
    const isOne = destinations.length === 1 && all.length === 1;
    return io.print(printableJson(JSON.stringify(isOne ? all[0] : all)));
  }
  for (const { destination, reason } of unsent)
    io.print(resultLine('warning', destination, `nothing sent: ${reason}. [withheld]`, io.columns));
  if (untried.length > 0)
    io.print(
      resultLine('warning', '', `${INTERRUPTED} Not tried: ${untried.join(', ')}. [interrupted]`, io.columns),
    );
  const delivered = reports.filter(({ mark }) => mark === 'good').length;
  if (samples.length > 1) io.print(`${delivered} of ${samples.length} delivered`);
}

const INTERRUPTED = 'Interrupted.';
