/** Something that is wrong, as the status shows it: plain data, with the span from now. Pure. */
import { type ConditionCode, conditionOf, type Sighting, titleOf } from '../conditions/registry.ts';
import { helpFor } from '../feeds/warning.ts';

export interface ConditionReport {
  readonly code: ConditionCode;
  /** Name of the feed, destination or rule; empty for the bridge itself. */
  readonly subject: string;
  /** `note`: nothing is wrong, and it is still worth knowing. */
  readonly severity: 'critical' | 'warning' | 'note';
  /** `feed tokyo is down` */
  readonly summary: string;
  /** The observation. */
  readonly detail: string;
  /** The consequences and what to do. */
  readonly advice: string;
  readonly help: string;
  /** Since it was first seen; 0 for what can only be looked at. */
  readonly forMs: number;
  /** How often, for what comes in single events. */
  readonly count: number | undefined;
}

export function conditionReport(sighting: Sighting, nowMs: number): ConditionReport {
  const { code, subject, detail, sinceMs, count } = sighting;
  const { severity, quiet, advice } = conditionOf(code);
  return {
    ...{ code, subject, severity: quiet ? 'note' : severity },
    ...{ summary: titleOf(sighting), detail, advice, help: helpFor(code) },
    ...{ forMs: Math.max(0, Math.round(nowMs - sinceMs)), count },
  };
}
