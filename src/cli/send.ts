/** `send`: one clearly marked sample to each destination, for real, with everything that a real delivery carries; prints what came back. */
import { cellsOf } from '../platform/cells.ts';
import { printable, printableJson } from '../platform/printable.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import type { Io } from './io.ts';
import { resultLine } from './result-line.ts';
import { notSent, type SampleReport, sampleFor, sendSample } from './sample.ts';
import { planSend, reasonNotToSend, type SendRequest } from './send-plan.ts';

export interface SendOptions extends SendRequest {
  readonly json: boolean;
  /** Also to a destination that is a `dryRun` or paused. */
  readonly force?: boolean | undefined;
}

export async function sendCommand(options: SendOptions, io: Io): Promise<ExitCode> {
  const plan = planSend(options, io);
  const nameCells = Math.max(...plan.samples.map(({ prepared }) => cellsOf(printable(prepared.name))));
  const reports: SampleReport[] = [];
  let isFine = true;
  // One after the other: a sample is no reason to come near a limit.
  for (const planned of plan.samples) {
    if (io.signal.aborted) break;
    const { name } = planned.prepared;
    const refusal = options.force ? undefined : reasonNotToSend(planned, plan, io);
    const report =
      refusal === undefined
        ? await sendSample(sampleFor(planned.prepared, planned, io), plan.redact, io)
        : notSent(name, refusal.sentence, refusal.code);
    reports.push(report);
    // Who asks for all has not asked for this one.
    if (report.mark !== 'good' && !(options.all && refusal?.code === 'dry_run')) isFine = false;
    if (!options.json) io.print(resultLine({ ...report, name }, { nameCells, columns: io.columns }));
  }
  if (options.json) {
    const all = reports.map(({ json }) => json);
    const isOne = options.destinations.length === 1 && all.length === 1;
    io.print(printableJson(JSON.stringify(isOne ? all[0] : all)));
  }
  return isFine && !io.signal.aborted ? FINE : NOT_FINE;
}
